"""Rough audio features and genres from the words with which people tag music."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from models.conditions import condition_space, normalise_label, read_table

_NOT_A_GENRE = re.compile(
    r"\b(noises?|sounds?|hip|groove|synth pad|metal percussion|swing rhythm)\b"
)


@cache
def _tags() -> dict[str, dict[str, float]]:
    table = read_table(Path(__file__).parent / "aspects.txt")
    tags: dict[str, dict[str, float]] = {}
    for tag, effects in table.items():
        pairs = (effect.split() for effect in effects.split(","))
        tags[normalise_label(tag)] = {name: float(value) for name, value in pairs}
    return tags


def features_of(aspects: Iterable[str]) -> dict[str, float]:
    """Return the features that the aspects give away, by the map of `aspects.txt`."""
    tags = _tags()
    found: defaultdict[str, list[float]] = defaultdict(list)
    for aspect in aspects:
        words = normalise_label(aspect).split()
        for size in range(len(words), 0, -1):
            runs = (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
            hit = next((tags[run] for run in runs if run in tags), None)
            if hit:
                for name, value in hit.items():
                    found[name].append(value)
                break
    return {name: round(sum(values) / len(values), 3) for name, values in found.items()}


def genres_of(aspects: Iterable[str]) -> tuple[str, ...]:
    """Return the kept genres (else families) that the aspects name, each once, in order."""
    space = condition_space()
    genres: dict[str, None] = {}
    for aspect in aspects:
        label = normalise_label(aspect)
        if len(label.split()) > 4 or (_NOT_A_GENRE.search(label) and "hip hop" not in label):
            continue
        kept = space.keep(label)
        if kept:
            genres[kept.genre or kept.family] = None
    return tuple(genres)
