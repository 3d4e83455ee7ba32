"""What a written text must not do, and how bad it is when it does."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpus.cleaning import words_of

COPY_WORDS = 8
"""A run of this many words that stands in the training text counts as copied."""

_SMALL = 4
"""Words shorter than this may come as often as they like."""

_CUT, _LOOPS, _COPIED, _OPEN = 8.0, 4.0, 2.0, 1.0
"""What the faults weigh; each weighs more than all after it."""

Hashes = NDArray[np.uint32]


class TrainingText:
    """The runs of eight words of the training text, as sorted 32-bit hashes.

    A shorter sentence is one run. Four bytes a run; one lookup in 2³² ÷ (number of runs) errs,
    and then costs one more draw.
    """

    def __init__(self, runs: Hashes) -> None:
        self._runs = runs

    @classmethod
    def of(cls, texts: Iterable[str]) -> "TrainingText":
        """Gather the runs of `texts`."""
        runs = {run for text in texts for run in _runs(words_of(text))}
        return cls(np.array(sorted(runs), np.uint32))

    def __or__(self, other: "TrainingText") -> "TrainingText":
        """Return the runs of both."""
        return TrainingText(np.union1d(self._runs, other._runs))

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "TrainingText":
        """Read what `tensors` returned."""
        return cls(tensors["training/runs"])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps."""
        return {"training/runs": self._runs}

    def copied(self, words: Sequence[str]) -> int:
        """Return how many runs of a text stand in the training text."""
        return int(_among(_runs(words), self._runs).sum())

    def copying(self, words: Sequence[str]) -> bool:
        """Whether the last eight words stand in the training text."""
        return len(words) >= COPY_WORDS and self.copied(words[-COPY_WORDS:]) > 0


def _among(hashes: Sequence[int], known: Hashes) -> NDArray[np.bool_]:
    wanted = np.array(hashes, np.uint32)
    if not len(known):
        return np.zeros(len(wanted), np.bool_)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.asarray(known[places] == wanted)


def _runs(words: Sequence[str]) -> list[int]:
    starts = range(max(1, len(words) - COPY_WORDS + 1))
    return [_hash(" ".join(words[i : i + COPY_WORDS])) for i in starts if words]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")


def faults(text: str, ended: bool, training: TrainingText) -> float:
    """Return how bad a text is: 0 is good, a cut one is worse than a copied one."""
    words = words_of(text)
    found = (
        (_CUT, not ended or not text.endswith((".", "!", "?"))),
        (_LOOPS, repeats(words)),
        (_COPIED, training.copied(words) > 0),
        (_OPEN, unbalanced(text)),
    )
    return sum(weight for weight, is_so in found if is_so)


def repeats(words: Sequence[str]) -> bool:
    """Whether a word follows itself, comes three times, or a run of three words comes twice."""
    if any(a == b for a, b in pairwise(words)):
        return True
    if any(n > 2 and len(word) >= _SMALL for word, n in Counter(words).items()):
        return True
    runs = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(runs)) < len(runs)


def unbalanced(text: str) -> bool:
    """Whether a quotation mark or bracket stays open."""
    return bool(text.count('"') % 2) or text.count("(") != text.count(")")


def to_last_end(text: str) -> str:
    """Trim a text that was cut to its last whole sentence; one without any gets a full stop."""
    end = max(text.rfind(mark) for mark in ".!?")
    if end > 0 and len(text[:end].split()) >= 5:
        return text[: end + 1]
    return text.rstrip(" ,;:-") + "."
