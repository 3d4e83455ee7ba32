"""What stands on the page when a draft is written, as numbers: beside the decoder's states, what a
critic is shown.

How likely it is, how worn its phrases, in what style, and how usual the company of its words.

P numbers.
"""

from collections.abc import Sequence

import numpy as np

from models.learning.freshness import Worn
from models.learning.traits import NAMES as STYLE
from models.learning.traits import traits
from models.pretrained.company import NAMES as COMPANY
from models.pretrained.company import Company
from models.writer import Vector

NAMES = ("nats a token", "nats", "worn", "worn squared", *STYLE, *COMPANY)


def page(text: str, logprobs: Sequence[float] | Vector, worn: Worn, company: Company) -> Vector:
    """Return what is seen of a text whose names are placeholders, (P,), in the order of `NAMES`."""
    nats = np.asarray(logprobs, np.float64)
    tired = float(worn([text])[0])
    likely = [float(nats.mean()) if len(nats) else 0.0, float(nats.sum()), tired, tired * tired]
    return np.concatenate([likely, traits(text), company(text)]).astype(np.float32)
