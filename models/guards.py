"""What a written text must not do, and how bad it is when it does."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.corpus.cleaning import words_of

COPY_WORDS = 8
"""A run of this many words that stands in the training text counts as copied."""

_SMALL = 4
"""Words shorter than this may come as often as they like."""


class TrainingGrams:
    """The runs of eight words of the training text, as sorted 32-bit hashes.

    A text shorter than eight words is one run. Four bytes a run; one in 2³² ÷ (number of runs)
    lookups errs, and then costs one more draw.
    """

    def __init__(self, hashes: NDArray[np.uint32]) -> None:
        self.hashes = hashes

    @classmethod
    def of(cls, texts: Iterable[str]) -> "TrainingGrams":
        """Gather the runs of `texts`."""
        found = {gram for text in texts for gram in _grams(words_of(text))}
        return cls(np.array(sorted(found), np.uint32))

    def copied(self, words: Sequence[str]) -> int:
        """Return how many runs of a text stand in the training text."""
        grams = np.array(_grams(words), np.uint32)
        if not len(grams) or not len(self.hashes):
            return 0
        places = np.searchsorted(self.hashes, grams)
        places[places == len(self.hashes)] = 0
        return int((self.hashes[places] == grams).sum())


def _grams(words: Sequence[str]) -> list[int]:
    runs = [words[i : i + COPY_WORDS] for i in range(max(1, len(words) - COPY_WORDS + 1))]
    return [_hash(" ".join(run)) for run in runs if run]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")


def faults(text: str, ended: bool, grams: TrainingGrams) -> float:
    """Return how bad a text is: 0 is good, a cut one is worse than a copied one."""
    words = words_of(text)
    score = 0.0
    if not ended or not text.endswith((".", "!", "?")):
        score += 8
    if repeats(words):
        score += 4
    if grams.copied(words):
        score += 2
    if unbalanced(text):
        score += 1
    return score


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
