"""What a text is conditioned on, as numbers.

Genres arrive as free labels ("Melodic Dubstep", "hip-hop") and are mapped to the kept ones of
`conditions.json`, unknown ones to their family where a word gives it away, the rest are dropped.
Audio features arrive in Spotify's units and are z-scored with the fixed means and deviations of
that file; a missing one is masked.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
_SPREAD = 3.0
"""Z-scores are cut at this many deviations, so that a wild number cannot swamp the rest."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a free label was mapped to: a kept genre with its family, or the family alone."""

    genre: str | None
    family: str


def normalise_label(label: str) -> str:
    """Return `label` in lower case, with single spaces for hyphens, underscores and slashes."""
    lowered = re.sub(r"[-_/]+", " ", label.lower())
    return " ".join(re.sub(r"[^\w& ]", "", lowered).split())


class ConditionSpace:
    """The kept genres, families and features, and the vectors that stand for them.

    A condition vector has shape (width,): genres multi-hot, families multi-hot, nine z-scored
    features (0 where missing), nine masks (1 where known).
    """

    def __init__(self, spec: Mapping[str, object], aliases: Mapping[str, str]) -> None:
        """Read a specification as in `conditions.json`, and label → genre or family aliases."""
        families: dict[str, list[str]] = spec["families"]  # type: ignore[assignment]
        features: list[dict[str, float | str]] = spec["features"]  # type: ignore[assignment]
        self.families = tuple(families)
        self.genres = tuple(genre for genres in families.values() for genre in genres)
        self.features = tuple(str(feature["name"]) for feature in features)
        self._mean = np.array([feature["mean"] for feature in features], np.float32)
        self._sd = np.array([feature["sd"] for feature in features], np.float32)
        self._known: dict[str, Kept] = {f: Kept(None, f) for f in families}
        for family, genres in families.items():
            self._known |= {normalise_label(genre): Kept(genre, family) for genre in genres}
        for label, target in aliases.items():
            self._known[normalise_label(label)] = self._known[normalise_label(target)]
        # Compounds written as one word ("electroswing", "britpop") end in a kept genre; short
        # keys would find themselves everywhere.
        self._endings = sorted((k for k in self._known if len(k) >= 3 and " " not in k), key=len)
        self._endings.reverse()
        self._genre_at = {genre: i for i, genre in enumerate(self.genres)}
        self._family_at = {f: len(self.genres) + i for i, f in enumerate(self.families)}

    @property
    def width(self) -> int:
        """Length of a condition vector."""
        return self.labels + 2 * len(self.features)

    @property
    def labels(self) -> int:
        """Length of the genre and family part of a condition vector."""
        return len(self.genres) + len(self.families)

    def family_of(self, genre: str) -> str:
        """Return the family of a kept genre."""
        return self._known[normalise_label(genre)].family

    def vocabulary_hash(self) -> str:
        """Return a hash of names, order, means and deviations: weights depend on all of them."""
        spec = [self.genres, self.families, self.features, self._mean.tolist(), self._sd.tolist()]
        return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]

    def keep(self, label: str) -> Kept | None:
        """Map a free label to what is kept, or None where nothing in it is known.

        The longest known run of words wins, among equals the last one, since English puts the
        head of a compound at its end ("atmospheric black metal", "jazz rap").
        """
        words = normalise_label(label).split()
        for size in range(len(words), 0, -1):
            for start in range(len(words) - size, -1, -1):
                found = self._known.get(" ".join(words[start : start + size]))
                if found:
                    return found
        for word in reversed(words):
            for ending in self._endings:
                if len(word) > len(ending) + 1 and word.endswith(ending):
                    return self._known[ending]
        return None

    def encode(self, genres: Iterable[str], features: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the condition vector, shape (width,). Unknown labels and features are ignored."""
        vector = np.zeros(self.width, np.float32)
        for label in genres:
            kept = self.keep(label)
            if kept:
                vector[self._family_at[kept.family]] = 1.0
                if kept.genre:
                    vector[self._genre_at[kept.genre]] = 1.0
        for i, name in enumerate(self.features):
            value = features.get(name)
            if value is not None and math.isfinite(value):
                score = (value - self._mean[i]) / self._sd[i]
                vector[self.labels + i] = min(max(score, -_SPREAD), _SPREAD)
                vector[self.labels + len(self.features) + i] = 1.0
        return vector

    def decode(self, vector: NDArray[np.float32]) -> tuple[tuple[str, ...], dict[str, float]]:
        """Return genres and features that `encode` makes this vector of.

        A family is named only where none of its genres is; features come in Spotify's units.
        """
        genres = [genre for genre in self.genres if vector[self._genre_at[genre]] > 0]
        named = {kept.family for genre in genres if (kept := self.keep(genre))}
        families = [f for f in self.families if vector[self._family_at[f]] > 0 and f not in named]
        count, features = len(self.features), {}
        for i, name in enumerate(self.features):
            if vector[self.labels + count + i] > 0:
                features[name] = float(vector[self.labels + i] * self._sd[i] + self._mean[i])
        return (*genres, *families), features


def read_table(path: Path) -> dict[str, str]:
    """Read `key: value` lines; `#` begins a comment. Raises ValueError for any other line."""
    table: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        key, colon, value = entry.partition(":")
        if not colon or not value.strip():
            raise ValueError(f"{path.name}, line {number}: expected 'key: value'")
        table[key.strip()] = value.strip()
    return table


@cache
def condition_space() -> ConditionSpace:
    """Return the space of the shipped `conditions.json`."""
    spec = json.loads((HERE / "conditions.json").read_text("utf-8"))
    return ConditionSpace(spec, read_table(HERE / "corpus" / "genre_aliases.txt"))
