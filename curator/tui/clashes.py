"""Two actions on one key, found before the first paint: those of a curator's own keys too."""

from collections.abc import Mapping
from typing import get_args

from textual.binding import Binding
from textual.keys import Keys, format_key

from curator.tui.keys import BY_ID, COMMANDS, Command, Scope, keys_of, show_key


class KeyClash(Exception):
    """Two actions want the same key, or a setting names an action or a key that there is not."""


_TYPED_IN: tuple[Scope, ...] = ("edit", "filter", "dialog", "any")
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
"""Keys that a terminal sends as the same byte."""
_TAKEN: Mapping[str, str] = {"ctrl+c": "Textual's “copy the selection”"}
_NAMED = {str(key.value) for key in Keys} | {"space", "enter", "tab", "escape", "delete"}


def check_keys(keymap: Mapping[str, str] | None = None) -> None:
    """Raise `KeyClash` if two actions want the same key where both can be pressed.

    `keymap` is what the curator set: ids of commands → keys, as `settings.keys`. It is checked
    together with our own keys, with what text fields need, and with what Textual keeps for
    itself.
    """
    keymap = keymap or {}
    for name in keymap:
        if name not in BY_ID:
            ids = ", ".join(BY_ID)
            raise KeyClash(
                f"keys in the settings name {name!r}, which is no action; there are {ids}"
            )
    for command in COMMANDS:
        for key in keys_of(command, keymap):
            _check_key(command, key)
    for scope in get_args(Scope):
        _check_scope(scope, keymap)


def _check_key(command: Command, key: str) -> None:
    *modifiers, last = key.split("+")
    known = last in _NAMED or len(last) == 1 or len(format_key(last)) == 1
    if not known or any(m not in ("ctrl", "shift", "alt") for m in modifiers):
        raise KeyClash(
            f"{key!r}, set for “{command.id}”, is no key; keys are written like "
            "a, U, ?, space, escape, up, f5, ctrl+s"
        )


def _check_scope(scope: Scope, keymap: Mapping[str, str]) -> None:
    taken: dict[str, str] = dict(_TAKEN)
    for command in COMMANDS:
        if not command.works_in(scope, "any"):
            continue
        for key in keys_of(command, keymap):
            one = _SAME_BYTE.get(key, key)
            mine = f"“{command.id}” ({command.label})"
            if scope in _TYPED_IN and (use := _typing_use(one, command)):
                raise KeyClash(_clash(key, mine, use))
            if one in taken:
                raise KeyClash(_clash(key, mine, taken[one]))
            taken[one] = mine


def _clash(key: str, one: str, other: str) -> str:
    return (
        f"the key {show_key(key)} is wanted by {one} and by {other}; give one of them another "
        "key under [keys] in config.toml"
    )


_WANTED_OF_FIELDS = {"enter", "escape", "ctrl+q", "ctrl+p", "ctrl+s", "ctrl+r"}
"""Keys that our defaults take from text fields, or that fields leave alone."""


def _typing_use(key: str, command: Command) -> str | None:
    """Return what a text field does with this key, None if nothing that would be missed."""
    if key in keys_of(command) and key in _WANTED_OF_FIELDS:
        return None
    if len(key) == 1 or len(format_key(key)) == 1 or key == "space":
        return "typing text"
    return "moving and editing in a text" if key in field_keys() else None


def field_keys() -> frozenset[str]:
    """Return the keys that Textual's text fields bind."""
    from textual.widgets import Input, TextArea

    made = Binding.make_bindings([*TextArea.BINDINGS, *Input.BINDINGS])
    return frozenset(binding.key for binding in made)
