"""The footer: the keys that matter now, made from the bindings, each of them a button too."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from curator.tui.widgets.inked import Line, Sheet


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key as it is shown, what it does in a word, and the key that a click stands for."""

    keys: str
    label: str
    press: str


class KeyBar(Sheet[tuple[KeyHint, ...]]):
    """One line of keys; those that do not fit are left out, the last first."""

    class Pressed(Message):
        """A hint was clicked: as if its key had been pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def lines(self, facts: tuple[KeyHint, ...], width: int) -> Iterable[Line]:
        """Return the one line."""
        line: list[tuple[str, str]] = [(" ", "text")]
        for hint, _, _ in _placed(facts, width):
            line += [(hint.keys, "key"), (f" {hint.label}  ", "muted")]
        yield line

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for hint, start, end in _placed(self.facts or (), self.content_size.width):
            if start <= event.x < end:
                self.post_message(self.Pressed(hint.press))


def _placed(hints: tuple[KeyHint, ...], width: int) -> Iterable[tuple[KeyHint, int, int]]:
    at = 1
    for hint in hints:
        end = at + cell_len(hint.keys) + 1 + cell_len(hint.label)
        if end > width:
            continue
        yield hint, at, end
        at = end + 2
