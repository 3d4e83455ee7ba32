"""The line above the keys: what just happened, and where one is."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """A sentence with its ink, and the position at the right."""

    text: str = ""
    ink: str = "muted"
    where: str = ""


class StatusLine(Sheet[StatusFacts]):
    """One line."""

    def lines(self, facts: StatusFacts, width: int) -> Iterable[Line]:
        """Return the one line."""
        where = facts.where if cell_len(facts.where) < width // 2 else ""
        text = fit(facts.text, width - cell_len(where) - 4)
        gap = width - 2 - cell_len(text) - cell_len(where)
        yield [(" ", "text"), (text, facts.ink), (" " * max(gap, 0), "text"), (where, "faint")]
