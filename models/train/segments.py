"""A stream of sentences and where back-propagation through time is cut.

Sentences in a new order each epoch are joined to one stream, the stream is laid out in rows, and
the rows are read side by side from left to right, a stretch at a time. The stretches' lengths are
random (Merity, Keskar & Socher 2018, §5): cut at the same places in every epoch, the tokens after
a cut would never learn from what is before it. The learning rate goes with the length, since
short stretches would otherwise count for more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.tokenizer import PAD

BASE = 70
_HALF = 0.05
"""How often the base length is halved."""
_SPREAD = 5.0
"""Standard deviation of a length, in tokens."""
_LEAST = 5

HIDDEN = -1
"""Stands for a sentence whose conditions are not shown."""


class Segment(NamedTuple):
    """A stretch of the stream: columns `start` … `start + length`; `rate` scales the learning
    rate."""

    start: int
    length: int
    rate: float


@dataclass(frozen=True, slots=True)
class Stream:
    """`tokens` (rows, length + 1): each row goes on where the one above it ends, its last token
    being the first of the row below, and PAD fills up the last. `sentences` (rows, length) tells
    which sentence each token but the last of a row is of, or `HIDDEN`.
    """

    tokens: NDArray[np.int64]
    sentences: NDArray[np.int64]

    @property
    def length(self) -> int:
        """Steps from a row's beginning to its end."""
        return int(self.sentences.shape[1])

    def cut(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the tokens (rows, T + 1) and the sentences (rows, T) of a segment."""
        end = segment.start + segment.length
        return self.tokens[:, segment.start : end + 1], self.sentences[:, segment.start : end]


def stream(
    sentences: Sequence[Sequence[int]],
    rows: int,
    seed: int,
    epoch: int,
    *,
    repeats: Sequence[int] | None = None,
    hide: float = 0.0,
) -> Stream:
    """Lay `sentences`, each with BOS and EOS, out in `rows`: the same for the same seed and epoch.

    `repeats` says how often each sentence comes; `hide` is the share of those whose conditions
    are not shown, so that a conditioned model learns to do without. Raises ValueError if no
    sentence is left.
    """
    rng = np.random.default_rng([seed, epoch])
    times = np.ones(len(sentences), np.int64) if repeats is None else np.array(repeats, np.int64)
    order = rng.permutation(np.repeat(np.arange(len(sentences)), times))
    if not len(order):
        raise ValueError("no sentence to train on")
    lengths = np.array([len(sentences[i]) for i in order])
    shown = np.where(rng.random(len(order)) < hide, HIDDEN, order)
    tokens = np.concatenate([np.asarray(sentences[i], np.int64) for i in order])
    length = -(-(len(tokens) - 1) // rows)
    padded = np.full(rows * length + 1, PAD, np.int64)
    padded[: len(tokens)] = tokens
    whose = np.full(rows * length + 1, HIDDEN, np.int64)
    whose[: len(tokens)] = np.repeat(shown, lengths)
    starts = np.arange(rows)[:, None] * length
    return Stream(padded[starts + np.arange(length + 1)], whose[starts + np.arange(length)])


def segments(length: int, seed: int, epoch: int, base: int = BASE) -> list[Segment]:
    """Cut `length` steps into stretches of about `base`: the same for the same seed and epoch."""
    rng = np.random.default_rng([seed, epoch, base])
    out: list[Segment] = []
    start = 0
    while start < length:
        mean = base / 2 if rng.random() < _HALF else base
        size = min(max(_LEAST, round(rng.normal(mean, _SPREAD))), length - start)
        out.append(Segment(start, size, size / base))
        start += size
    return out
