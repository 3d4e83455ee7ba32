"""The palette: every action of the desk, found by its name or by what it does."""

from collections.abc import Iterator
from typing import Any

from textual.actions import parse
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from curator.tui.keys import COMMANDS, Command, Scope, shown_keys
from curator.tui.screens.dialog import Dialog
from curator.tui.screens.explore_page import ExplorePage
from curator.tui.screens.learn_page import LearnPage
from curator.tui.screens.outbox_page import OutboxPage
from curator.tui.screens.review import ReviewScreen

_HIDDEN = {"palette"}
_SCOPES: tuple[tuple[type[Screen[Any]], Scope], ...] = (
    (ReviewScreen, "review"),
    (ExplorePage, "explore"),
    (OutboxPage, "outbox"),
    (LearnPage, "learn"),
    (Dialog, "dialog"),
)


class DeskCommands(Provider):
    """Made from the same list as the bindings; greyed-out actions are left out."""

    _has_run = False

    def _offered(self) -> Iterator[tuple[Command, str]]:
        seen: set[str] = set()
        screen = self.screen
        here: Scope = next((scope for kind, scope in _SCOPES if isinstance(screen, kind)), "any")
        for command in COMMANDS:
            if command.id in _HIDDEN or not command.works_in(here, "any"):
                continue
            if not self._can_run(command):
                continue
            if command.label in seen and command.scope == "any":
                continue
            seen.add(command.label)
            keymap = getattr(self.app, "keymap", {})
            keys = shown_keys([command], keymap)
            stars = f" {command.keys}" if command.family else ""
            name = f"{command.label}{stars}"
            yield command, f"{name}  [{keys}]" if keys else name

    def _can_run(self, command: Command) -> bool:
        owner, name, parameters = parse(command.does)
        return bool(owner or self.screen.check_action(name, parameters))

    async def _run(self, command: Command) -> None:
        if not self._has_run:  # a double click chooses it twice
            self._has_run = True
            await self.screen.run_action(command.does)

    async def discover(self) -> Hits:
        """Offer everything."""
        for command, text in self._offered():
            yield DiscoveryHit(Content(text), lambda c=command: self._run(c), text, command.help)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for command, text in self._offered():
            score = max(matcher.match(text), 0.7 * matcher.match(command.help))
            if score > 0:
                yield Hit(score, Content(text), lambda c=command: self._run(c), text, command.help)
