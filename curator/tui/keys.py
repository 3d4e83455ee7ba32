"""Every action of the desk, once: what it is called, which keys it has, what it does.

The bindings, the footer, the help, the palette and the README's table are made from this list,
so none of them can promise a key that does nothing. `clashes.py` looks for two on one key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType
from textual.keys import _character_to_key, format_key

Scope = Literal["review", "explore", "outbox", "learn", "edit", "filter", "dialog", "any"]
"""Where a key works: at the desk, inside a sample, in the outbox, where it learns, in the editor,
in the filter's line, in dialogs, anywhere."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action. `keys` is a list joined by commas; `action` is Textual's, the id if empty.

    Commands of one `family` are shown as one, like the five keys that give stars. In the scopes
    of `also` they work too.
    """

    id: str
    keys: str
    label: str
    help: str
    group: str
    scope: Scope = "review"
    action: str = ""
    family: str = ""
    also: tuple[Scope, ...] = ()

    def works_in(self, *scopes: Scope) -> bool:
        """Whether the key can be pressed in one of these scopes."""
        return self.scope in scopes or any(scope in scopes for scope in self.also)

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
    Command("explore", "i", "look inside", "Look inside: what surprised the model, what the "
            "song's conditions did, the way to another sample.", "Judge"),
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
    Command("outbox", "o", "outbox", "Show what is posted, what waits, and what needs a hand.",
            "Desk"),
    Command("learn", "L", "learn", "Show what is learnt from you: labels, skill, versions.",
            "Desk"),
    Command("queue", "tab", "queue", "Show or hide the queue.", "Desk"),
    Command("theme", "ctrl+t", "light or dark", "Change between light and dark.", "Desk",
            also=("explore", "outbox", "learn")),
    Command("themes", "", "themes", "Choose from all themes.", "Desk", action="app.change_theme",
            also=("explore", "outbox", "learn")),
    Command("help", "question_mark", "help", "Show the keys and how judging is meant.", "Desk",
            also=("explore", "outbox", "learn")),
    Command("palette", "ctrl+p", "palette", "Find any action by its name.", "Desk", "any",
            "app.command_palette"),
    Command("quit", "q", "quit", "See how the sitting went, and leave.", "Desk"),
    Command("leave", "ctrl+q", "quit", "The same from wherever you are.", "Desk", "any",
            "app.leave"),
    Command("next-piece", "right,l", "next", "Go to the next piece of the text, or the next point "
            "of the walk.", "Inside a sample", "explore", "move(1)"),
    Command("previous-piece", "left,h", "previous", "Go to the previous piece, or point.",
            "Inside a sample", "explore", "move(-1)"),
    Command("down", "down", "down", "Go down a line; from the last one to the walk.",
            "Inside a sample", "explore", "climb(1)"),
    Command("up", "up", "up", "Go up a line; from the walk back to the text.",
            "Inside a sample", "explore", "climb(-1)"),
    Command("first-piece", "home", "first", "Go to the beginning of the text, or of the walk.",
            "Inside a sample", "explore", "end(-1)"),
    Command("last-piece", "end", "last", "Go to the end of the text, or of the walk.",
            "Inside a sample", "explore", "end(1)"),
    Command("other-part", "tab", "text or walk", "Change between the text and the walk.",
            "Inside a sample", "explore", "turn"),
    Command("other-end", "o", "walk elsewhere", "Walk to another sample.", "Inside a sample",
            "explore", "other_end"),
    Command("keep-point", "enter", "keep", "Keep the point of the walk as a sample, to be judged.",
            "Inside a sample", "explore", "keep"),
    Command("inside-next", "j", "next sample", "Look inside the next sample.", "Inside a sample",
            "explore", "move_sample(1)"),
    Command("inside-previous", "k", "previous sample", "Look inside the previous sample.",
            "Inside a sample", "explore", "move_sample(-1)"),
    Command("back", "escape,i,q", "back", "Go back to judging.", "Inside a sample", "explore"),
    Command("next-post", "down,j", "next", "Go to the next post.", "In the outbox", "outbox",
            "move(1)"),
    Command("previous-post", "up,k", "previous", "Go to the previous post.", "In the outbox",
            "outbox", "move(-1)"),
    Command("first-post", "home", "first", "Go to the first post.", "In the outbox", "outbox",
            "end(-1)"),
    Command("last-post", "end", "last", "Go to the last post.", "In the outbox", "outbox",
            "end(1)"),
    Command("posts-down", "pagedown", "page down", "Go a page of posts down.", "In the outbox",
            "outbox", "page(1)"),
    Command("posts-up", "pageup", "page up", "Go a page of posts up.", "In the outbox",
            "outbox", "page(-1)"),
    Command("send-now", "s", "send now", "Send it now, without waiting any longer.",
            "In the outbox", "outbox", "send_now"),
    Command("withdraw", "w", "withdraw", "Do not send it; its approval still counts as a label.",
            "In the outbox", "outbox", "withdraw"),
    Command("look-for", "l", "look on X", "Look now among the account's posts whether it is there.",
            "In the outbox", "outbox", "look_for"),
    Command("posted-as", "i", "it is posted", "Say that it is on X, by its address or id.",
            "In the outbox", "outbox", "posted_as"),
    Command("post-again", "a", "again", "Send it again, after the time to undo.",
            "In the outbox", "outbox", "again"),
    Command("post-plain", "p", "as a plain post", "Send it as a plain post instead of a reply.",
            "In the outbox", "outbox", "plain"),
    Command("give-up", "g", "give up", "Leave it as it is for good.", "In the outbox", "outbox",
            "give_up"),
    Command("go-on", "c", "go on", "Read the credentials again and go on with posting.",
            "In the outbox", "outbox", "go_on"),
    Command("copy-post", "y", "copy", "Copy its address on X, or its text.", "In the outbox",
            "outbox", "copy"),
    Command("to-request", "enter", "its request", "Go to its request.", "In the outbox", "outbox",
            "to_request"),
    Command("leave-outbox", "escape,o,q", "back", "Go back to judging.", "In the outbox",
            "outbox", "back"),
    Command("next-version", "down,j", "next", "Go to the next version.", "Where it learns",
            "learn", "move(1)"),
    Command("previous-version", "up,k", "previous", "Go to the previous version.",
            "Where it learns", "learn", "move(-1)"),
    Command("lessons-down", "pagedown,space", "page down", "Scroll a page down.",
            "Where it learns", "learn", "page(1)"),
    Command("lessons-up", "pageup", "page up", "Scroll a page up.", "Where it learns", "learn",
            "page(-1)"),
    Command("lessons-top", "home", "top", "Scroll to the top.", "Where it learns", "learn",
            "end(-1)"),
    Command("lessons-end", "end", "bottom", "Scroll to the bottom.", "Where it learns", "learn",
            "end(1)"),
    Command("train", "t", "train", "Learn a new version from all labels; the desk goes on.",
            "Where it learns", "learn"),
    Command("stop-training", "c", "stop", "Stop the training; nothing is left of it.",
            "Where it learns", "learn", "stop_training"),
    Command("compare", "v", "before and after", "Have the same songs and seeds written without "
            "and with the version.", "Where it learns", "learn"),
    Command("promote", "p", "promote", "Write with the version from the next batch on.",
            "Where it learns", "learn"),
    Command("promote-reward", "w", "its reward alone", "Choose among drafts by the version's "
            "reward, and steer nothing.", "Where it learns", "learn", "promote_reward"),
    Command("roll-back", "r", "roll back", "Go back to what was in use before.",
            "Where it learns", "learn", "roll_back"),
    Command("leave-learn", "escape,L,q", "back", "Go back to judging.", "Where it learns",
            "learn", "back"),
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
                "song", "explore", "outbox", "learn", "best", "worst", "tags", "new", "filter",
                "quit"),
    "judged": ("reopen", "rate", "edit", "copy", "undo", "more", "next-request", "outbox", "help",
               "explore", "learn", "tags", "best", "worst", "new", "filter", "quit"),
    "rejected": ("more", "defer", "reopen", "undo", "next-request", "help", "song", "new",
                 "filter", "quit"),
    "writing": ("stop", "next-request", "defer", "undo", "help", "song", "new", "filter",
                "quit"),
    "no song": ("song", "defer", "next-request", "new", "undo", "help", "filter", "quit"),
    "empty": ("new", "filter", "outbox", "learn", "undo", "help", "palette", "quit"),
    "opening": ("help", "leave"),
    "reading": ("next-piece", "previous-piece", "other-part", "inside-next", "other-end", "back",
                "help", "theme"),
    "walking": ("next-piece", "previous-piece", "keep-point", "other-end", "other-part",
                "inside-next", "back", "help", "theme"),
    "posts": ("leave-outbox", "to-request", "copy-post", "next-post", "help", "theme"),
    "no posts": ("leave-outbox", "help", "theme"),
    "versions": ("train", "promote", "compare", "roll-back", "leave-learn", "promote-reward",
                 "next-version", "help", "theme"),
    "no versions": ("train", "leave-learn", "help", "theme"),
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
        if command.works_in(*scopes) and command.keys
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
