"""The head of the outbox: how many posts are in which state, and what they cost this month."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit

_BAR = 12
_WIDE = 100
Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OutboxFacts:
    """Figures, the most urgent first; dollars spent of those that may be in a `month`.

    `reading` is what asking X for requests has cost, None where that is not done.
    """

    figures: tuple[Piece, ...] = ()
    spent: float = 0.0
    budget: float = 0.0
    month: str = ""
    reading: float | None = None


class OutboxHead(Sheet[OutboxFacts]):
    """One line; where it is narrow the last figures give way, the bar and the reading first."""

    def lines(self, facts: OutboxFacts, width: int) -> Iterable[Line]:
        """Return the line."""
        share = min(facts.spent / facts.budget, 1.0) if facts.budget else 1.0
        full = min(round(_BAR * share), _BAR)
        ink = "bad" if share >= 1 else "warn" if share > 0.8 else "good"
        bar: list[Piece] = [("━" * full, ink), ("━" * (_BAR - full), "faint"), ("  ", "text")]
        money = f"${facts.spent:.2f} of ${facts.budget:.2f} in {facts.month}"
        if facts.reading is not None and width >= _WIDE:
            money += f", reading ${facts.reading:.2f}"
        left: list[Piece] = [(" Outbox", "heading")]
        room = width - cell_len(money) - 3
        for text, ink in facts.figures:
            if _cells(left) + 3 + cell_len(text) > room:
                break
            left += [("   ", "text"), (text, ink)]
        if _cells(left) + _BAR + 2 > room:
            bar = []
        gap = max(width - _cells(left) - _cells(bar) - cell_len(money) - 1, 1)
        yield [*left, (" " * gap, "text"), *bar, (fit(money, width), "muted")]


def _cells(pieces: Iterable[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
