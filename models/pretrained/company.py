"""How usual the company is that a text's words keep, by our own sentences.

A decoder of this size puts words together that never stood together: kicks that sing, verses of
piano. Each is likely where it stands, and so its likelihood says little; that nobody has written
it says more. What counts is how often two words follow each other, and how often they are near, for
what would be expected of them: of rare words little is, so that their nearness is never a surprise.

V words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.corpus.cleaning import words_of
from models.pretrained.our_voice import sentences
from models.writer import Vector

NAMES = (
    "follows, mean",
    "follows, least",
    "follows, next to least",
    "seldom follows",
    "near, mean",
    "near, least",
    "near, next to least",
    "seldom near",
    "rarest word",
    "mean of words",
)
_NEAR = 5
"""At how many words' distance two are near each other."""
_SELDOM_FOLLOWS, _SELDOM_NEAR = -6.0, -1.0
_COMMON = 60
"""Words so common that whatever is near them says nothing."""

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Company:
    """Words with how often they stand in sentences (V,), and pairs of them, by number, with how
    often one follows the other and how often it is near; `common` words' nearness is not asked."""

    place: dict[str, int]
    counts: Ids
    follows: tuple[Ids, Ids]
    near: tuple[Ids, Ids]
    sentences: int
    common: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Company":
        """Count in texts."""
        cut = [words_of(text) for text in texts]
        found = Counter(word for words in cut for word in words)
        # The commonest first, so that a number says whether a word is common; 0 is the end.
        place = {word: i for i, (word, _) in enumerate(found.most_common(), 1)}
        counts = np.array([len(cut), *(found[word] for word in place)], np.int64)
        # All sentences in one row, an end before each, and after it as many as a word looks on.
        ends = [0] * _NEAR
        row = np.array([i for words in cut for i in (0, *map(place.__getitem__, words), *ends)])
        pairs = [_paired(row, distance, len(counts)) for distance in range(1, _NEAR + 1)]
        near = np.concatenate([keys[(keys >= len(counts)) & (keys % len(counts) > 0)]
                               for keys in pairs])  # fmt: skip
        return cls(
            place,
            counts,
            np.unique(pairs[0][pairs[0] > 0], return_counts=True),
            np.unique(near, return_counts=True),
            len(cut),
            _COMMON,
        )

    def __call__(self, text: str) -> Vector:
        """Return logarithms of how usual a text is, in the order of `NAMES`."""
        size = len(self.counts)
        unknown = size  # a word that no sentence has
        row = np.array([0, *(self.place.get(word, unknown) for word in words_of(text)), 0])
        own = np.append(self.counts, 0)[row]
        following = _times(self.follows, row[:-1], row[1:], size)
        follows = np.sort(np.log((following + 0.2) / (own[:-1] + 5)))
        words, own = row[1:-1], own[1:-1]
        telling = (words > self.common) & (words < unknown)
        first, second = _neighbours(len(words))
        both = telling[first] & telling[second]
        first, second = first[both], second[both]
        together = _times(self.near, words[first], words[second], size)
        expected = (own[first] + 3) * (own[second] + 3) / self.sentences
        near = np.sort(np.log((together + 0.3) / expected)) if len(first) else np.zeros(1)
        alone = np.log(own + 1) if len(own) else np.zeros(1)
        told = alone[telling] if telling.any() else np.zeros(1)
        return np.array(
            [
                *(follows.mean(), follows[0], follows[min(1, len(follows) - 1)]),
                (follows < _SELDOM_FOLLOWS).sum(),
                *(near.mean(), near[0], near[min(1, len(near) - 1)]),
                (near < _SELDOM_NEAR).sum(),
                *(alone.min(), told.mean()),
            ],
            np.float32,
        )


@cache
def of_our_voice() -> Company:
    """Count in our own sentences."""
    return Company.of(sentences().texts)


def _paired(row: Ids, distance: int, size: int) -> Ids:
    """Return the pairs at a distance as single numbers; those across an end are among them only
    where the end itself is one of the two."""
    return np.asarray(row[:-distance] * size + row[distance:], np.int64)


def _times(kept: tuple[Ids, Ids], first: Ids, second: Ids, size: int) -> Ids:
    """Return how often pairs were counted."""
    keys, counts = kept
    wanted = np.where((first < size) & (second < size), first * size + second, -1)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0)


@cache
def _neighbours(count: int) -> tuple[Ids, Ids]:
    """Return which of `count` words are near each other, as places of the first and the second."""
    pairs = [(i, j) for i in range(count) for j in range(i + 1, min(count, i + _NEAR + 1))]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
