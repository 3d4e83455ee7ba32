"""Every action of the desk, once: what it is called, which keys it has, what it does.

The bindings, the footer, the help, the palette and the README's table are made from this list,
so none of them can promise a key that does nothing. `check_keys` finds clashes before the first
paint, those of a curator's own keys among them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType
from textual.keys import Keys, _character_to_key, format_key

Scope = Literal["review", "edit", "filter", "dialog", "any"]
"""Where a key works: at the desk, in the editor, in the filter's line, in dialogs, anywhere."""


class KeyClash(Exception):
    """Two actions want the same key, or a setting names an action or a key that there is not."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action. `keys` is a list joined by commas; `action` is Textual's, the id if empty.

    Commands of one `family` are shown as one, like the five keys that give stars.
    """

    id: str
    keys: str
    label: str
    help: str
    group: str
    scope: Scope = "review"
    action: str = ""
    family: str = ""

    @property
    def does(self) -> str:
        """The action as Textual calls it."""
        return self.action or self.id


def _stars() -> Iterator[Command]:
    for n in range(1, 6):
        text = "Give the sample one to five stars."
        yield Command(f"rate-{n}", str(n), "stars", text, "Judge", "review", f"rate({n})", "rate")


COMMANDS: tuple[Command, ...] = (
    Command("approve", "a", "approve", "Approve the sample: its request is done, the next "
            "one comes.", "Judge"),
    Command("reject", "x", "reject", "Reject the sample and go to the next one.", "Judge"),
    Command("defer", "space", "put off", "Put the request off until the others are done.",
            "Judge"),
    *_stars(),
    Command("unrate", "0", "no stars", "Take the stars away.", "Judge", action="rate(0)"),
    Command("best", "b", "best", "Call it the best of its siblings; again takes it back.",
            "Judge", action="rank('best')"),
    Command("worst", "w", "worst", "Call it the worst of its siblings; again takes it back.",
            "Judge", action="rank('worst')"),
    Command("edit", "e", "edit", "Edit the text in place.", "Judge"),
    Command("tags", "t", "tags", "Tag the sample.", "Judge"),
    Command("reopen", "r", "reopen", "Take the verdict away: the sample is open again.",
            "Judge"),
    Command("undo", "u,ctrl+z,backspace", "undo", "Undo the last action, also those of earlier "
            "sittings.", "Judge"),
    Command("redo", "ctrl+y,U", "redo", "Do again what was undone.", "Judge"),
    Command("next-sample", "down,j", "next sample", "Go to the next sample.", "Move",
            action="move_sample(1)"),
    Command("previous-sample", "up,k", "previous sample", "Go to the previous sample.", "Move",
            action="move_sample(-1)"),
    Command("next-request", "right,l", "next request", "Go to the next request.", "Move",
            action="move_request(1)"),
    Command("previous-request", "left,h", "previous request", "Go to the previous request.",
            "Move", action="move_request(-1)"),
    Command("first", "home", "first sample", "Go to the first sample.", "Move",
            action="end_sample(-1)"),
    Command("last", "end", "last sample", "Go to the last sample.", "Move",
            action="end_sample(1)"),
    Command("first-request", "ctrl+home", "first request", "Go to the first request.", "Move",
            action="end_request(-1)"),
    Command("last-request", "ctrl+end", "last request", "Go to the last request.", "Move",
            action="end_request(1)"),
    Command("page-down", "pagedown", "page down", "Scroll the samples a page down.", "Move",
            action="page(1)"),
    Command("page-up", "pageup", "page up", "Scroll the samples a page up.", "Move",
            action="page(-1)"),
    Command("new", "n", "new", "Ask for words on a song: typed or pasted, a request a line.",
            "Requests"),
    Command("song", "s", "song", "Correct the song: artist, title, genres, how it sounds.",
            "Requests"),
    Command("more", "g", "more", "Have more samples written.", "Requests"),
    Command("stop", "escape", "stop", "Stop the writing; clear the filter.", "Requests"),
    Command("filter", "slash", "filter", "Show only some requests.", "Requests"),
    Command("copy", "y", "copy", "Copy the approved text, or the selected one.", "Requests"),
    Command("queue", "tab", "queue", "Show or hide the queue.", "Desk"),
    Command("theme", "ctrl+t", "light or dark", "Change between light and dark.", "Desk"),
    Command("themes", "", "themes", "Choose from all themes.", "Desk", action="app.change_theme"),
    Command("help", "question_mark", "help", "Show the keys and how judging is meant.", "Desk"),
    Command("palette", "ctrl+p", "palette", "Find any action by its name.", "Desk", "any",
            "app.command_palette"),
    Command("quit", "q", "quit", "See how the sitting went, and leave.", "Desk"),
    Command("leave", "ctrl+q", "quit", "The same from wherever you are.", "Desk", "any",
            "app.leave"),
    Command("save-edit", "ctrl+s,enter", "save", "Keep the edited text.", "While editing",
            "edit", "save"),
    Command("leave-edit", "escape", "leave, draft kept", "Leave the text; what was typed stays "
            "as a draft.", "While editing", "edit", "leave"),
    Command("as-written", "ctrl+r", "as written", "Go back to the text as it was written.",
            "While editing", "edit", "as_written"),
    Command("keep-filter", "enter", "keep", "Keep the filter and go back to judging.",
            "While filtering", "filter", "keep"),
    Command("clear-filter", "escape", "clear", "Show all requests again.", "While filtering",
            "filter", "clear"),
    Command("accept", "ctrl+s", "done", "Take over what is in the dialog.", "In dialogs",
            "dialog"),
    Command("cancel", "escape", "cancel", "Close the dialog and change nothing.", "In dialogs",
            "dialog"),
)  # fmt: skip

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

FOOTER: Mapping[str, tuple[str, ...]] = {
    "judging": ("approve", "reject", "rate", "edit", "defer", "more", "undo", "help", "copy",
                "song", "best", "worst", "tags", "new", "filter", "quit"),
    "judged": ("reopen", "rate", "edit", "copy", "undo", "more", "next-request", "help", "tags",
               "best", "worst", "new", "filter", "quit"),
    "rejected": ("more", "defer", "reopen", "undo", "next-request", "help", "song", "new",
                 "filter", "quit"),
    "writing": ("stop", "next-request", "defer", "undo", "help", "song", "new", "filter",
                "quit"),
    "no song": ("song", "defer", "next-request", "new", "undo", "help", "filter", "quit"),
    "empty": ("new", "filter", "undo", "help", "palette", "quit"),
    "opening": ("help", "leave"),
    "editing": ("save-edit", "leave-edit", "as-written"),
    "filtering": ("keep-filter", "clear-filter"),
}  # fmt: skip
"""Which actions the footer shows, by what the curator is at, the most wanted first."""


def bindings(*scopes: Scope) -> list[BindingType]:
    """Return Textual's bindings for what works in these scopes."""
    return [
        Binding(
            command.keys,
            command.does,
            command.label,
            tooltip=command.help,
            id=command.id,
            # These are asked before the text field that has the focus.
            priority=command.scope in ("any", "edit", "filter"),
        )
        for command in COMMANDS
        if command.scope in scopes and command.keys
    ]


def show_key(key: str) -> str:
    """Return a key as it is written for people: `ctrl+s`, `↑`, `?`."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, format_key(last)])


def keys_of(command: Command, keymap: Mapping[str, str] | None = None) -> list[str]:
    """Return the keys of a command in Textual's names, a curator's own ones if there are."""
    listed = (keymap or {}).get(command.id, command.keys)
    keys = (key.strip() or key for key in listed.split(","))
    return [_character_to_key(key) if len(key) == 1 else key for key in keys if key]


def shown_keys(commands: Iterable[Command], keymap: Mapping[str, str] | None = None) -> str:
    """Return the keys of one command, or of a family, for people: `1–5`, `u ctrl+z ⌫`."""
    keys = [show_key(key) for command in commands for key in keys_of(command, keymap)]
    if len(keys) > 2 and all(len(k) == 1 and k.isdigit() for k in keys):
        return f"{keys[0]}–{keys[-1]}"
    return " ".join(keys)


def families(
    commands: Iterable[Command] = COMMANDS,
) -> dict[str, list[tuple[Command, ...]]]:
    """Return the commands by group, each with its family."""
    groups: dict[str, dict[str, list[Command]]] = {}
    for command in commands:
        members = groups.setdefault(command.group, {})
        members.setdefault(command.family or command.id, []).append(command)
    return {
        group: [tuple(family) for family in members.values()] for group, members in groups.items()
    }


def key_table() -> str:
    """Return all keys as a table in Markdown, for the README."""
    lines: list[str] = []
    for group, rows in families().items():
        lines += [f"| {group} | |", "|---|---|"] if not lines else [f"| **{group}** | |"]
        for family in rows:
            keys = shown_keys(family).split(" ") if shown_keys(family) else ["palette"]
            named = " ".join(f"`{key}`" if key != "palette" else "(palette)" for key in keys)
            lines.append(f"| {named} | {family[0].help} |")
    return "\n".join(lines) + "\n"


# Clashes

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
    for scope in ("review", "edit", "filter", "dialog"):
        _check_scope(scope, keymap)


def _check_key(command: Command, key: str) -> None:
    *modifiers, last = key.split("+")
    known = last in _NAMED or len(last) == 1 or len(format_key(last)) == 1
    if not known or any(m not in ("ctrl", "shift", "alt") for m in modifiers):
        raise KeyClash(
            f"{key!r}, set for “{command.id}”, is no key; keys are written like "
            "a, U, ?, space, escape, up, f5, ctrl+s"
        )


def _check_scope(scope: str, keymap: Mapping[str, str]) -> None:
    taken: dict[str, str] = dict(_TAKEN)
    for command in COMMANDS:
        if command.scope not in (scope, "any"):
            continue
        for key in keys_of(command, keymap):
            one = _SAME_BYTE.get(key, key)
            mine = f"“{command.id}” ({command.label})"
            if scope != "review" and (use := _typing_use(one, command)):
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
