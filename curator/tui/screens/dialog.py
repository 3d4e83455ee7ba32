"""What all dialogs share: a panel in the middle, a title, and a line of keys."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from curator.tui.keys import BY_ID, bindings, keys_of, shown_keys
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.key_bar import DialogKeys, KeyBar, KeyHint
from curator.tui.wording import wrap

WIDTHS = [(0, "-narrow"), (100, "-normal")]
HEIGHTS = [(0, "-low"), (28, "-high")]
Result = TypeVar("Result")


class Heading(Sheet[str]):
    """A dialog's title."""

    def lines(self, facts: str, width: int) -> Iterable[Line]:
        """Return the title with air below."""
        return [[(facts, "heading")], []]


class Hint(Sheet[str]):
    """A quiet sentence."""

    def lines(self, facts: str, width: int) -> Iterable[Line]:
        """Return the sentence, wrapped."""
        return [[(line, "faint")] for line in wrap(facts, width)] if facts else []


class Dialog(ModalScreen[Result | None]):
    """A modal panel; escape closes it and brings nothing back."""

    CSS_PATH = "../dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    AUTO_FOCUS = "Input, TextArea"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    title_text = ""
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("accept", "done"), ("cancel", "cancel"))
    """The ids of the shown keys, each with the word that says what it does here."""

    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.keymap = keymap or {}

    def compose(self) -> ComposeResult:
        """Lay the panel out."""
        with Vertical(id="panel"):
            heading = Heading(id="title")
            heading.facts = self.title_text
            yield heading
            yield from self.fields()
            bar = DialogKeys(id="dialog-keys")
            bar.facts = tuple(self._hint(*pair) for pair in self.keys)
            yield bar

    def fields(self) -> Iterable[Widget]:
        """Return what is between the title and the keys."""
        raise NotImplementedError

    def _hint(self, name: str, label: str) -> KeyHint:
        command = BY_ID[name]
        press = keys_of(command, self.keymap)
        return KeyHint(shown_keys([command], self.keymap), label, press[0] if press else "")

    def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """A key in the bar was clicked."""
        self.app.simulate_key(message.key)

    def action_accept(self) -> None:
        """Close the dialog with what it holds; here, nothing."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Close the dialog and bring nothing back."""
        self.dismiss(None)
