"""Fields of the dialogs: a label with a line to type in, and completion of lists."""

from collections.abc import Callable, Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input, Label

from curator.tui.genres import complete
from curator.tui.wording import clean


class CleanInput(Input):
    """A line to type in; nothing hidden gets in by pasting."""

    # Textual calls the handler of the base class after this one.
    def _on_paste(self, event: events.Paste) -> None:
        event.text = clean(event.text[:10_000])


class Completion(Suggester):
    """Completes the last item of a list from what is known."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = known

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole line with its last item completed."""
        return complete(value, self._known())


class Field(Horizontal):
    """A label and a line."""

    def __init__(
        self, name: str, value: str, *, id: str, hint: str = "", suggester: Suggester | None = None
    ) -> None:
        super().__init__(classes="field")
        self._label = Label(name, markup=False, classes="field-name")
        self._input = CleanInput(
            clean(value),
            id=id,
            placeholder=hint,
            suggester=suggester,
            compact=True,
            select_on_focus=False,
        )
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Lay the field out."""
        yield self._label
        yield self._input
