"""The palette: every action of the desk, found by its name or by what it does."""

from collections.abc import Iterator

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from curator.tui.keys import COMMANDS, Command, Scope, shown_keys
from curator.tui.screens.explore_page import ExplorePage
from curator.tui.screens.learn_page import LearnPage
from curator.tui.screens.outbox_page import OutboxPage

_HIDDEN = {"palette"}


class DeskCommands(Provider):
    """Made from the same list as the bindings; greyed-out actions are left out."""

    def _offered(self) -> Iterator[tuple[Command, str]]:
        seen: set[str] = set()
        here: Scope = "review"
        if isinstance(self.screen, ExplorePage):
            here = "explore"
        elif isinstance(self.screen, OutboxPage):
            here = "outbox"
        elif isinstance(self.screen, LearnPage):
            here = "learn"
        for command in COMMANDS:
            if command.id in _HIDDEN or not command.works_in(here, "any"):
                continue
            if command.label in seen and command.scope == "any":
                continue
            seen.add(command.label)
            keymap = getattr(self.app, "keymap", {})
            keys = shown_keys([command], keymap)
            stars = f" {command.keys}" if command.family else ""
            name = f"{command.label}{stars}"
            yield command, f"{name}  [{keys}]" if keys else name

    async def _run(self, command: Command) -> None:
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
