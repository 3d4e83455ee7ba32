"""What stands on the page when a draft is written, as numbers: beside the decoder's states, what a
critic is shown.

How likely it is, how worn its phrases, in what style, how usual the company of its words, and how
well they suit the song.

P numbers.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.learning.freshness import Worn
from models.learning.traits import NAMES as STYLE
from models.learning.traits import traits
from models.pretrained import company, suiting
from models.pretrained.company import NAMES as COMPANY
from models.pretrained.company import Company
from models.pretrained.suiting import NAMES as SUITING
from models.pretrained.suiting import Suiting
from models.writer import Vector

NAMES = ("nats a token", "nats", "worn", "worn squared", *STYLE, *COMPANY, *SUITING)


class Voice(NamedTuple):
    """What our own sentences say of a text."""

    company: Company
    suiting: Suiting


def of_our_voice() -> Voice:
    """Count in our own sentences."""
    return Voice(company.of_our_voice(), suiting.of_our_voice())


def page(
    text: str, logprobs: Sequence[float] | Vector, known: Vector, worn: Worn, voice: Voice
) -> Vector:
    """Return what is seen of a text whose names are placeholders, (P,), in the order of `NAMES`.

    `known` (width,) is the condition vector of its song.
    """
    nats = np.asarray(logprobs, np.float64)
    tired = float(worn([text])[0])
    likely = [float(nats.mean()) if len(nats) else 0.0, float(nats.sum()), tired, tired * tired]
    told = voice.company(text), voice.suiting(text, known)
    return np.concatenate([likely, traits(text), *told]).astype(np.float32)
