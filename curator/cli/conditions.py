"""What `curator generate` is told about a song: genres and features, checked before any work."""

import math
from collections.abc import Sequence

from curator.cli.exits import USAGE, Stop
from curator.cli.streams import say
from curator.domain.records import FEATURES

RANGES = {"loudness": (-60.0, 5.0), "tempo": (20.0, 300.0)}
"""Features that are not shares from 0 to 1: decibels relative to full scale, beats a minute."""


def read_features(given: Sequence[str]) -> dict[str, float]:
    """Read `name=number` pairs. Raises `Stop` saying what is allowed."""
    features: dict[str, float] = {}
    for pair in given:
        name, equals, number = (part.strip() for part in pair.partition("="))
        if not equals:
            raise Stop(f"--feature wants NAME=X such as energy=0.9, not {pair!r}", USAGE)
        if name not in FEATURES:
            raise Stop(f"no feature {name!r}; there are {', '.join(FEATURES)}", USAGE)
        low, high = RANGES.get(name, (0.0, 1.0))
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise Stop(f"{name} goes from {low:g} to {high:g}, not {number!r}", USAGE)
        features[name] = value
    return features


def read_genres(given: Sequence[str]) -> tuple[str, ...]:
    """Check genres; what a label is taken for is said where that is another one.

    Raises `Stop` for one in which nothing is known, saying what comes close.
    """
    labels = tuple(dict.fromkeys(" ".join(label.split()) for label in given if label.strip()))
    if not labels:
        return ()
    from models.conditions import condition_space, normalise_label

    space = condition_space()
    for label in labels:
        kept = space.keep(label)
        if kept is None:
            raise Stop(_unknown(label, [*space.families, *space.genres]), USAGE)
        taken = kept.genre or kept.family
        if normalise_label(taken) != normalise_label(label):
            say(f"the genre {label!r} is read as {taken!r}")
    return labels


def _unknown(label: str, known: list[str]) -> str:
    from rapidfuzz import process

    close = [str(found[0]) for found in process.extract(label, known, limit=3, score_cutoff=75)]
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return f"no genre {label!r}; {hint}`curator models --genres` lists all"
