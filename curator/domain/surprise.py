"""Surprisal read by a person: classes with names, words out of pieces, odds out of nats."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Class:
    """Pieces of `low` nats or more, and less than `high`, under one name."""

    name: str
    low: float
    high: float

    @property
    def bounds(self) -> str:
        """Return the class in numbers: "<1", "1–3", "≥5"."""
        if not self.low:
            return f"<{self.high:g}"
        return f"≥{self.low:g}" if math.isinf(self.high) else f"{self.low:g}–{self.high:g}"


CLASSES = (
    Class("expected", 0.0, 1.0),
    Class("likely", 1.0, 3.0),
    Class("surprising", 3.0, 5.0),
    Class("startling", 5.0, math.inf),
)
"""From better than 1 in 3, past 1 in 20, to worse than 1 in 148."""


def class_of(nats: float) -> int:
    """Return the number of the class that a piece is in."""
    return max((n for n, each in enumerate(CLASSES) if nats >= each.low), default=0)


def counted(all_nats: Iterable[float]) -> list[int]:
    """Return how many pieces are in each class."""
    counts = [0] * len(CLASSES)
    for nats in all_nats:
        counts[class_of(nats)] += 1
    return counts


def odds(nats: float) -> str:
    """Return a surprisal as odds: "1 in 31"; "never seen" where it is infinite."""
    if math.isinf(nats):
        return "never seen"
    chances = math.exp(min(nats, 700.0))
    if chances < 9.95:
        return f"1 in {chances:.1f}"
    return f"1 in {chances:,.0f}" if chances < 1e6 else f"1 in {chances:.0e}".replace("e+", "e")


def word_of(pieces: Sequence[str], at: int) -> range:
    """Return the pieces of the word that piece `at` is in; a space begins a word."""
    first = at
    while first > 0 and not pieces[first][:1].isspace():
        first -= 1
    last = at + 1
    while last < len(pieces) and not pieces[last][:1].isspace():
        last += 1
    return range(first, last)


def words_of(pieces: Sequence[str]) -> list[range]:
    """Return the pieces of each word, in order."""
    words: list[range] = []
    while not words or words[-1].stop < len(pieces):
        words.append(word_of(pieces, words[-1].stop if words else 0))
    return words


def shares_of_word(
    pieces: Sequence[str], at: int, shares: Sequence[tuple[str, Mapping[str, float]]]
) -> dict[str, float]:
    """Return what each condition added to the word of piece `at`, in nats.

    `shares` may cut the text into other pieces than `pieces` does: what a piece has in common
    with the word counts whole.
    """
    word = word_of(pieces, at)
    start = sum(len(piece) for piece in pieces[: word.start])
    end = start + sum(len(pieces[n]) for n in word)
    added: dict[str, float] = defaultdict(float)
    here = 0
    for n, (piece, by_condition) in enumerate(shares):
        length = len(piece if n else piece.lstrip())
        if here < end and here + length > start:
            for name, nats in by_condition.items():
                added[name] += nats
        here += length
    return dict(added)
