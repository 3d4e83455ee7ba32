"""The footer: the keys that matter now, made from the bindings, each of them a button too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from curator.tui.keys import BY_ID, COMMANDS, Command, keys_of, shown_keys
from curator.tui.widgets.inked import Line, Sheet


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key as it is shown, what it does in a word, and the key that a click stands for."""

    keys: str
    label: str
    press: str
    pinned: bool = False


def hint_of(name: str, keymap: Mapping[str, str]) -> KeyHint:
    """Return the hint of an action, or of a family of them; that of help is pinned."""
    commands: list[Command] = [c for c in COMMANDS if c.family == name] or [BY_ID[name]]
    keys = shown_keys(commands, keymap)
    if len(commands) == 1:
        keys = keys.split(" ")[0]
    press = keys_of(commands[0], keymap)
    return KeyHint(keys, commands[0].label, press[0] if press else "", name == "help")


_Placed = tuple[KeyHint, int, int]


class KeyBar(Sheet[tuple[KeyHint, ...]]):
    """One line of keys; those that do not fit are left out, the last first."""

    INDENT = 1

    class Pressed(Message):
        """A hint was clicked: as if its key had been pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def lines(self, facts: tuple[KeyHint, ...], width: int) -> Iterable[Line]:
        """Return the one line."""
        line: list[tuple[str, str]] = []
        at = 0
        for hint, start, end in self._placed(facts, width):
            line += [(" " * (start - at), "text"), (hint.keys, "key"), (f" {hint.label}", "muted")]
            at = end
        yield line

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for hint, start, end in self._placed(self.facts or (), self.content_size.width):
            if start <= event.x < end:
                self.post_message(self.Pressed(hint.press))

    def _placed(self, hints: tuple[KeyHint, ...], width: int) -> Iterable[_Placed]:
        """Yield what fits with its first and last cell; a pinned hint always does, at the end."""
        pinned = [hint for hint in hints if hint.pinned]
        end = width - sum(_cells(hint) + 2 for hint in pinned)
        at = self.INDENT
        for hint in hints:
            if hint.pinned or at + _cells(hint) > end:
                continue
            yield hint, at, at + _cells(hint)
            at += _cells(hint) + 2
        at = max(at, end + 1)
        for hint in pinned:
            yield hint, at, at + _cells(hint)
            at += _cells(hint) + 2


def _cells(hint: KeyHint) -> int:
    return cell_len(hint.keys) + 1 + cell_len(hint.label)


class DialogKeys(KeyBar):
    """The keys of a dialog, at its left edge."""

    INDENT = 0
