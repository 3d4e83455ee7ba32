"""What a model writes, measured, and its card with that in the place of what was there."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models import checkpoint
from models.corpus import own_voice, prepare
from models.evaluate import rounded, variety
from models.pretrained.writer import PretrainedWriter
from models.train.card import FIGURES, LIMITS, measured
from models.train.finishing import write_samples

_SAMPLES = 200

Samples = Sequence[tuple[tuple[str, ...], str]]
"""Texts with the genres of their songs."""


def card_of(folder: Path) -> str:
    """Return the card of a model's folder, "" where there is none."""
    try:
        return (folder / checkpoint.CARD).read_text("utf-8")
    except FileNotFoundError:
        return ""


def shown(
    content: Mapping[str, Any], device: str | None = None
) -> tuple[Samples, dict[str, float]]:
    """Return what the model of a checkpoint's `content` writes about songs of the sentences that
    ship which it was not taught, with measures of it."""
    corpus = prepare(own_voice())
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint.save(Path(scratch), **content, figures={}, card="")
        writer = PretrainedWriter(checkpoint.load(Path(scratch)), "scratch", device)
    samples = write_samples(writer, corpus.test, _SAMPLES)
    texts = [text for _, text in samples]
    return samples, rounded(variety(texts, [s.text for s in corpus.train]))


def recarded(card: str, figures: Mapping[str, Any], samples: Samples) -> str:
    """Return a card with these figures and samples instead of its own."""
    head, _, tail = card.partition(f"{FIGURES}\n")
    limits = tail.partition(f"{LIMITS}\n")[2].rstrip()
    return f"{head}{measured(figures, samples)}\n{LIMITS}\n{limits}\n"
