"""What all sources have in common: what is asked of them and how they fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from curator.domain.finding import Candidate


class SourceError(Exception):
    """A source did not answer, or not in a way that can be used; the text says why.

    `wait` is for how many seconds it is not to be asked again.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        self.wait = wait
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Details:
    """What a source knows of one of its songs. What it does not say is not here."""

    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)


class Source(Protocol):
    """Something that knows songs. It is asked from one thread at a time."""

    name: str
    """As in the settings and in what is stored."""
    gives: frozenset[str]
    """Of "genres" and "features", what it can know."""
    keeps: float
    """For how many seconds its answers may be kept; 0 for what is here anyway."""

    def search(self, artist: str | None, title: str) -> Sequence[Candidate]:
        """Return songs that may be meant, in the source's own order. Raises `SourceError`."""

    def details(self, candidate: Candidate) -> Details:
        """Return what is known of a song that it brought. Raises `SourceError`."""

    def close(self) -> None:
        """Let go of what is open."""


def feature_values(found: Mapping[str, object]) -> dict[str, float]:
    """Return those of the nine features that are there as numbers that can be.

    A tempo of 0 is how Spotify says that it has none.
    """
    from curator.domain.records import FEATURES

    values: dict[str, float] = {}
    for name in FEATURES:
        value = found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        low, high = _RANGES.get(name, (0.0, 1.0))
        if low <= value <= high:
            values[name] = float(value)
    return values


_RANGES: Mapping[str, tuple[float, float]] = {"tempo": (1.0, 400.0), "loudness": (-100.0, 20.0)}
