"""Promoting against what was measured: only when the curator insists."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget

from curator.domain.plain import shown
from curator.tui.screens.dialog import Dialog
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import wrap


class Reasons(Sheet[tuple[str, ...]]):
    """What speaks against it, one under the other."""

    def lines(self, facts: tuple[str, ...], width: int) -> Iterable[Line]:
        """Return the reasons, wrapped."""
        lines: list[Line] = []
        for reason in facts:
            first, *rest = wrap(shown(reason, 400), max(width - 2, 12))
            lines.append([("· ", "warn"), (first, "text")])
            lines += [[("  ", "text"), (line, "text")] for line in rest]
        return lines


class Insist(Dialog[bool]):
    """Brings back whether the curator insists."""

    keys = (("accept", "promote it all the same"), ("cancel", "leave it"))

    def __init__(
        self, what: str, reasons: Sequence[str], keymap: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(keymap)
        self.title_text = f"Promote {what}?"
        self._reasons = tuple(reasons)

    def fields(self) -> Iterable[Widget]:
        """Return the reasons."""
        sheet = Reasons(id="reasons")
        sheet.facts = self._reasons
        yield sheet

    def action_accept(self) -> None:
        """Insist."""
        self.dismiss(True)
