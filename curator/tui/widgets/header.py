"""The line on top: what this is, how the model is, and how the sitting goes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.cells import cell_len

from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header says, each a (text, ink); of `right` the first are the last to give way."""

    model: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = field(default=())


class Header(Sheet[HeaderFacts]):
    """The header; what does not fit is left out, the least wanted first."""

    def lines(self, facts: HeaderFacts, width: int) -> Iterable[Line]:
        """Return the one line."""
        name: list[Piece] = [(" curator", "heading")]
        left = [*name, *[p for piece in facts.model for p in (("  ", "text"), piece)]]
        right = list(facts.right)
        while right and _cells(left) + _cells_between(right) + 3 > width:
            right.pop()
        room = width - _cells_between(right) - (2 if right else 0)
        left = _cut(left, room)
        gap = width - _cells(left) - _cells_between(right) - (1 if right else 0)
        line = [*left, (" " * max(gap, 0), "text")]
        for n, piece in enumerate(right):
            line += [("   ", "text"), piece] if n else [piece]
        yield line


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)


def _cells_between(pieces: list[Piece]) -> int:
    return _cells(pieces) + 3 * max(len(pieces) - 1, 0)


def _cut(pieces: list[Piece], room: int) -> list[Piece]:
    kept: list[Piece] = []
    for text, ink in pieces:
        text = fit(text, room)
        kept.append((text, ink))
        room -= cell_len(text)
        if room <= 0:
            break
    return kept
