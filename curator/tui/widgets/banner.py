"""What must not be overlooked: the disk takes nothing, X lets nothing through."""

from collections.abc import Iterable

from curator.domain.plain import shown
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import counted, wrap


class Banner(Sheet[tuple[str, int]]):
    """The disk's refusal and how much waits for it; no lines at all while all is well."""

    def lines(self, facts: tuple[str, int], width: int) -> Iterable[Line]:
        """Return the error, and what is done about it."""
        error, waiting = facts
        text = f"Not saved: {shown(error, 300)} "
        text += f"{counted(waiting, 'record')} kept in memory and tried again every second."
        return [[(f" {line}", "bad")] for line in wrap(text, width - 2)]


class Notice(Sheet[tuple[str, str]]):
    """A sentence with its ink; no lines at all while there is none."""

    def lines(self, facts: tuple[str, str], width: int) -> Iterable[Line]:
        """Return the sentence, wrapped."""
        text, ink = facts
        return [[(f" {line}", ink)] for line in wrap(text, width - 2)]
