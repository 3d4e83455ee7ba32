"""The filter above the queue: typed, understood or not, kept or cleared."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from curator.domain.filtering import FIELDS
from curator.domain.plain import shown
from curator.tui.keys import bindings
from curator.tui.pauses import tell
from curator.tui.widgets.fields import CleanInput
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import wrap


class FilterNote(Sheet[tuple[str, str]]):
    """What the filter does, or why it can't be understood: (sentence, ink)."""

    def lines(self, facts: tuple[str, str], width: int) -> Iterable[Line]:
        """Return the sentence."""
        text, ink = facts
        return [[(f" {line}", ink)] for line in wrap(shown(text, 200), width - 2)]


class FilterLine(Vertical):
    """A line to type the filter in, and a sentence below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")

    class Typed(Message):
        """The filter changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Kept(Message):
        """The filter stays and judging goes on."""

    class Cleared(Message):
        """No filter any more."""

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        line = CleanInput(
            id="filter-line",
            compact=True,
            placeholder="filter: words, state:open, -genre:jazz",
            select_on_focus=False,
        )
        line.cursor_blink = False
        yield line
        note = FilterNote(id="filter-note")
        note.facts = ("fields: " + " ".join(f"{name}:" for name in FIELDS), "faint")
        yield note

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Begin to type."""
        self.display = True
        # At once, unlike `focus`: the next key must find it, and never the desk's commands.
        self.screen.set_focus(self.query_one(Input), scroll_visible=False)

    def close(self) -> None:
        """Hide, empty."""
        self.display = False
        self.query_one(Input).value = ""

    def say(self, text: str, ink: str) -> None:
        """Say a sentence below the line."""
        self.query_one(FilterNote).facts = (text, ink)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(event.value))

    async def action_keep(self) -> None:
        """Keep the filter."""
        await tell(self.query_one(Input), self.Kept())

    async def action_clear(self) -> None:
        """Clear it."""
        await tell(self.query_one(Input), self.Cleared())
