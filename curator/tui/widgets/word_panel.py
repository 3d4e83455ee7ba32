"""The legend of the surprisals, the numbers of one piece, and what the conditions did to its word.

Everything that colour says is said here in words and numbers too.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.domain.plain import shown
from curator.domain.surprise import CLASSES, counted, odds, word_of
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.token_text import INKS, MARGIN
from curator.tui.wording import fit

_NUMBER = 6
_GAP = 3
_WIDE, _SLIM = (22, 8), (15, 6)
"""Cells of a name and of half a bar."""
_AIR = " " * MARGIN


@dataclass(frozen=True, slots=True)
class WordFacts:
    """The pieces with their nats and the cursor; or, where there are none yet, a sentence."""

    pieces: tuple[tuple[str, float], ...] = ()
    cursor: int = 0
    note: tuple[str, str] = ("", "faint")


class WordPanel(Sheet[WordFacts]):
    """Two lines: how many pieces are how surprising, and the piece under the cursor."""

    def lines(self, facts: WordFacts, width: int) -> Iterable[Line]:
        """Return both."""
        if not facts.pieces:
            return [[(_AIR, "text"), (fit(facts.note[0], width - MARGIN), facts.note[1])], []]
        return [_legend(facts, width), _numbers(facts, width)]


def _legend(facts: WordFacts, width: int) -> Line:
    line = [(_AIR, "text")]
    counts = counted(nats for _, nats in facts.pieces)
    for n, (each, count) in enumerate(zip(CLASSES, counts, strict=True)):
        line += [(f"{each.name} {each.bounds}", INKS[n]), (f" {count}", "strong"), ("   ", "text")]
    used = sum(cell_len(text) for text, _ in line)
    return [*line, (fit("in nats", max(width - used, 0)), "faint")]


def _numbers(facts: WordFacts, width: int) -> Line:
    piece, nats = facts.pieces[facts.cursor]
    line = [
        (_AIR, "text"),
        (f"“{_named(piece)}”", "strong"),
        (f"  {_nats(nats)} nats", "text"),
        (f"  {odds(nats)}", "muted"),
    ]
    whole = word_of([p for p, _ in facts.pieces], facts.cursor)
    if len(whole) > 1:
        word = "".join(facts.pieces[n][0] for n in whole)
        total = sum(facts.pieces[n][1] for n in whole)
        line.append((f"  in “{_named(word)}” {_nats(total)}", "muted"))
    everything = sum(nats for _, nats in facts.pieces)
    mean = everything / len(facts.pieces)
    right = f"whole text {_nats(everything)}, {_nats(mean)} a piece"
    gap = width - sum(cell_len(text) for text, _ in line) - len(right) - 1
    return [*line, (" " * gap + right, "faint")] if gap >= 2 else line


def _nats(nats: float) -> str:
    return "∞" if math.isinf(nats) else f"{nats:.2f}"


def _named(piece: str) -> str:
    """Return a piece as it may be quoted; a space alone is seen too."""
    return fit(shown(piece).strip(), 30) or "␣"


Share = tuple[tuple[str, str], float]
"""A condition, its value where it has one, and the nats that it added."""


@dataclass(frozen=True, slots=True)
class BarsFacts:
    """A word with what each condition added to its likelihood, in nats, in a fixed order.

    The longest bar is that of the largest of them. `rows` lines are for the bars; those that find
    no room are added up. A `note` stands where there are none.
    """

    word: str = ""
    shares: tuple[Share, ...] = ()
    rows: int = 4
    note: tuple[str, str] = ("", "faint")


class Bars(Sheet[BarsFacts]):
    """A heading, then signed bars with their numbers."""

    def lines(self, facts: BarsFacts, width: int) -> Iterable[Line]:
        """Return always as many lines, so that what is below stays where it is."""
        title: list[tuple[str, str]] = [(_AIR, "text"), ("conditions", "heading")]
        if not facts.shares:
            room = width - MARGIN - len("conditions") - 2
            title.append((f"  {fit(facts.note[0], room)}", facts.note[1]))
            return [title, *([] for _ in range(facts.rows))]
        said = f"nats that each added to “{_named(facts.word)}”: + likelier, − less likely"
        title.append((f"  {fit(said, width - 14)}", "muted"))
        shapes = [s for s in (_WIDE, _SLIM) if 2 * _cells(s) + _GAP + 2 * MARGIN <= width]
        columns, shape = (2, shapes[0]) if shapes else (1, _SLIM)
        shares = _as_many(facts.shares, columns * facts.rows)
        most = max(abs(nats) for _, nats in shares)
        body = []
        for row in range(facts.rows):
            line: list[tuple[str, str]] = [(_AIR, "text")]
            for name, nats in shares[row :: facts.rows]:
                line += [*_bar(name, nats, most, shape), (" " * _GAP, "text")]
            body.append(line)
        return [title, *body]


def _cells(shape: tuple[int, int]) -> int:
    """Return how many cells a bar takes with its name and its number."""
    name, half = shape
    return name + 2 * half + 1 + _NUMBER


def _as_many(shares: tuple[Share, ...], room: int) -> list[Share]:
    if len(shares) <= room:
        return list(shares)
    rest = sum(nats for _, nats in shares[room - 1 :])
    return [*shares[: room - 1], ((f"{len(shares) - room + 1} others", ""), rest)]


def _bar(
    name: tuple[str, str], nats: float, most: float, shape: tuple[int, int]
) -> list[tuple[str, str]]:
    room, half = shape
    full, rest = divmod(round(2 * half * abs(nats) / most) if most else 0, 2)
    left = ("╺" * rest + "━" * full).rjust(half) if nats < 0 else " " * half
    right = ("━" * full + "╸" * rest).ljust(half) if nats >= 0 else " " * half
    number = f"{nats:+.2f}".replace("-", "−")
    called, value = fit(shown(name[0]), room - 1), shown(name[1])
    if cell_len(called + value) >= room:
        value = ""
    return [
        (called, "text"),
        (value + " " * (room - cell_len(called + value)), "muted"),
        (left, "bad"),
        ("│", "faint"),
        (right, "good"),
        (f"{number:>{_NUMBER}}", "strong" if full or rest else "muted"),
    ]
