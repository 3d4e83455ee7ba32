"""How the sitting went: shown before leaving."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from curator.desk.learning import Running
from curator.domain.sitting import Sitting
from curator.tui.facts import sitting_lines
from curator.tui.lessons import still_learning
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import counted, wrap


class Figures(Sheet[tuple[Sitting, str]]):
    """The figures of a sitting, and a sentence below."""

    def lines(self, facts: tuple[Sitting, str], width: int) -> Iterable[Line]:
        """Return numbers at the left edge of what they count."""
        sitting, sentence = facts
        figures = sitting_lines(sitting)
        column = max(cell_len(number) for number, _ in figures)
        lines: list[Line] = [[("This sitting", "heading")], []]
        for number, what in figures:
            lines.append([(f"{number:>{column}}", "strong"), (f"  {what}", "muted")])
        return [*lines, [], *([(line, "muted")] for line in wrap(sentence, width))]


class SittingScreen(ModalScreen[bool]):
    """Any key leaves (True), escape goes back to the desk (False)."""

    CSS_PATH = "../dialogs.tcss"

    def __init__(
        self, sitting: Sitting, unsaved: int, aside: int = 0, running: Running | None = None
    ) -> None:
        """`aside` lines of new requests were typed and not taken in; `running` is a training."""
        super().__init__()
        self._sitting = sitting
        self._unsaved = unsaved
        self._aside = aside
        self._training = running
        self._leaving = False

    def compose(self) -> ComposeResult:
        """Lay the figures out."""
        with Vertical(id="panel"):
            yield Figures(id="figures")

    def on_mount(self) -> None:
        """Show the figures."""
        kept = (
            f"{counted(self._unsaved, 'record')} still to be written to disk. "
            if self._unsaved
            else "Everything is on disk. "
        )
        if self._aside:
            lines = counted(self._aside, "line")
            kept += f"{lines} of new requests, not taken in, are kept for the next time. "
        if self._training is not None:
            kept += f"{still_learning(self._training)}. Leaving stops it. "
        self._say(f"{kept}Any key leaves, esc goes back.")

    def _say(self, sentence: str) -> None:
        self.query_one(Figures).facts = (self._sitting, sentence)

    def on_key(self, event: events.Key) -> None:
        """Leave, or go back."""
        event.stop()
        event.prevent_default()
        if event.key != "escape":
            self.leave()
        elif not self._leaving:
            self.dismiss(False)

    def on_click(self) -> None:
        """A click leaves too."""
        self.leave()

    def leave(self) -> None:
        """Leave, unless that is under way."""
        if not self._leaving:
            self.dismiss(True)


class ClosingScreen(SittingScreen):
    """The same figures while the last records are written; nothing can be pressed any more."""

    def on_mount(self) -> None:
        """Say what is waited for."""
        self._leaving = True
        waits = f": waiting for {counted(self._unsaved, 'record')}" if self._unsaved else ""
        self._say(f"Closing the desk{waits} …")
