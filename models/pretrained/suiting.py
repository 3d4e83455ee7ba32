"""How well the words of a text suit its song, by our own sentences.

A decoder of this size is fluent about any instrument in any genre: a banjo in flamenco, a trumpet
solo in garage rock. Which words sentences about a genre have, and how loud, fast or glad the songs
are that a word is written about, tells when that is odd.

V words, G genres, F families, M audio features.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from models.conditions import condition_space
from models.corpus.cleaning import words_of
from models.pretrained.our_voice import sentences
from models.writer import Vector

NAMES = (
    "suits the genre, mean",
    "suits the genre, least",
    "suits the genre, next to least",
    "suits the sound, mean",
    "suits the sound, least",
)
_LEAST, _MOST = 3, 0.2
"""In how many sentences a word stands at least, and in which share of them at most, to tell."""
_FEW = 8.0
"""A genre's share of a word counts as if so many sentences had its family's, and so on up."""
_QUIET = 10.0
"""The sound of a word counts as if so many more songs had been ordinary."""


@dataclass(frozen=True, slots=True)
class Suiting:
    """Telling words; how much likelier each is than usual in sentences about a genre (V, G) and
    a family (V, F), as logarithms; and the mean of the songs' features, z-scored (V, M)."""

    place: dict[str, int]
    genres: Vector
    families: Vector
    sound: Vector

    @classmethod
    def of(cls, texts: Sequence[str], known: Vector) -> "Suiting":
        """Count in texts about songs, `known` (N, width)."""
        space = condition_space()
        cut = [sorted(set(words_of(text))) for text in texts]
        found = Counter(word for words in cut for word in words)
        telling = [w for w, n in found.items() if _LEAST <= n <= _MOST * len(cut)]
        place = {word: i for i, word in enumerate(sorted(telling))}
        told = [[place[word] for word in words if word in place] for words in cut]
        at = np.array([word for words in told for word in words], np.int64)
        rows = np.repeat(np.arange(len(cut)), [len(words) for words in told])
        sums = np.stack([np.bincount(at, column[rows], len(place)) for column in known.T], 1)
        total = known.sum(0)
        split, end = len(space.genres), space.labels
        usual = (np.bincount(at, minlength=len(place)) / len(cut))[:, None]
        families = (sums[:, split:end] + _FEW * usual) / (total[split:end] + _FEW)
        above = families[:, [space.families.index(space.family_of(g)) for g in space.genres]]
        genres = (sums[:, :split] + _FEW * above) / (total[:split] + _FEW)
        scores, there = sums[:, end : end + len(space.features)], sums[:, -len(space.features) :]
        return cls(
            place,
            np.log(genres / usual).astype(np.float32),
            np.log(families / usual).astype(np.float32),
            (scores / (there + _QUIET)).astype(np.float32),
        )

    def __call__(self, text: str, known: Vector) -> Vector:
        """Return how well a text suits a song, `known` (width,), in the order of `NAMES`."""
        space = condition_space()
        words = [self.place[word] for word in words_of(text) if word in self.place]
        if not words:
            return np.zeros(len(NAMES), np.float32)
        genres, families = np.split(known[: space.labels], [len(space.genres)])
        scores, there = np.split(known[space.labels :], 2)
        of, table = (genres, self.genres) if genres.any() else (families, self.families)
        kind = np.sort(table[words] @ of / max(1.0, of.sum()))
        # By how much the song is nearer to what the word is written about than to the ordinary.
        sound = self.sound[words]
        near = np.sort((scores * sound - sound * sound / 2) @ there)
        next_to = kind[min(1, len(kind) - 1)]
        return np.array([kind.mean(), kind[0], next_to, near.mean(), near[0]], np.float32)


@cache
def of_our_voice() -> Suiting:
    """Count in our own sentences."""
    return Suiting.of(*sentences())
