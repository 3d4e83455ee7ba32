"""The desk in the terminal: one app, painted before anything slow is even imported."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen

from curator.tui.clashes import check_keys
from curator.tui.keys import BY_ID, bindings, keys_of
from curator.tui.pauses import caught_up
from curator.tui.screens.everywhere import Everywhere
from curator.tui.screens.opening import OpeningScreen
from curator.tui.theme import CURATOR_DARK, CURATOR_LIGHT, DARK

if TYPE_CHECKING:
    from curator.desk.changes import Change
    from curator.desk.desk import Desk
    from curator.tui.screens.review import ReviewScreen


def _load(source: "Desk | Callable[[], Desk]") -> "tuple[Desk, type[ReviewScreen]]":
    """Import the desk and its screen; slow, and run in a thread while the first picture stands."""
    from curator.tui.screens.review import ReviewScreen

    return (source() if callable(source) else source), ReviewScreen


def _load_the_rest() -> None:
    """Import what the first edit needs, so that it does not have to wait."""
    import curator.tui.widgets.editor  # noqa: F401


def _commands() -> "type[Provider]":
    from curator.tui.palette import DeskCommands

    return DeskCommands


LOCKED, DAMAGED, FAILED = 3, 4, 1
"""Exit codes for a store that can't be opened."""


class CuratorApp(App[None]):
    """The desk.

    `desk` is a desk that is not open yet, or what makes one: then its code is loaded after the
    first picture is on the screen, in which case `theme` is the one to paint that in. `keymap`
    are the curator's own keys: id of a command → keys. `return_code` is the exit code of the
    command that runs this; `last_words` are printed when the app has ended. Raises `KeyClash`.
    """

    TITLE = "curator"
    CSS_PATH = "desk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("any")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}

    desk: "Desk"
    review: "ReviewScreen"

    def __init__(
        self,
        desk: "Desk | Callable[[], Desk]",
        *,
        keymap: Mapping[str, str] | None = None,
        theme: str | None = None,
    ) -> None:
        check_keys(keymap)
        super().__init__()
        self._source = desk
        self.keymap = dict(keymap or {})
        self.register_theme(CURATOR_DARK)
        self.register_theme(CURATOR_LIGHT)
        if not callable(desk):
            self.desk = desk
            theme = theme or desk.settings.theme
        self._kept_theme = theme if theme in self.available_themes else DARK
        self.theme = self._kept_theme
        self.last_words = ""
        self._stop_listening: Callable[[], None] | None = None

    def get_default_screen(self) -> Screen[None]:
        """Return the first thing to be painted."""
        return OpeningScreen()

    def on_mount(self) -> None:
        """Go on once the first picture is on the screen."""
        self.set_keymap({name: ",".join(keys_of(BY_ID[name], self.keymap)) for name in self.keymap})
        self.call_after_refresh(self.run_worker, self._begin(), name="begin")

    async def _begin(self) -> None:
        """Load the desk, show Review over the first picture, open the store."""
        self.desk, screen = await asyncio.to_thread(_load, self._source)
        self.review = screen(self.desk, self.keymap)
        await self.push_screen(self.review)
        self._stop_listening = self.desk.listen(self._told)
        await self._open()
        await asyncio.to_thread(_load_the_rest)

    async def _open(self) -> None:
        from curator.store import StoreDamaged, StoreError, StoreLocked

        try:
            await self.desk.open()
        except StoreError as error:
            code = {StoreLocked: LOCKED, StoreDamaged: DAMAGED}.get(type(error), FAILED)
            self._end(code, f"curator: {error}")

    @property
    def is_ready(self) -> bool:
        """Whether there is a desk on the screen."""
        return hasattr(self, "review")

    def _told(self, change: "Change") -> None:
        from curator.tui.messages import message_of

        self.review.post_message(message_of(change))

    def watch_theme(self, theme: str) -> None:
        """Remember the theme; writing it down never keeps a key waiting."""
        if self.is_running and self.is_ready and self._kept_theme != theme:
            self._kept_theme = theme
            self.run_worker(lambda: self._keep_theme(theme), thread=True)

    def _keep_theme(self, theme: str) -> None:
        from curator.config import save_setting

        try:
            save_setting(self.desk.home, "theme", theme)
        except (OSError, ValueError) as error:  # no room, or no TOML in it
            why = getattr(error, "strerror", None) or str(error)
            self.call_from_thread(
                self.review.say, f"the theme is not kept for the next time: {why}", "warn"
            )

    async def action_leave(self) -> None:
        """Show how the sitting went, then leave; where that is shown already, leave."""
        from curator.tui.screens.sitting import SittingScreen

        if isinstance(self.screen, SittingScreen):
            self.screen.leave()
            return
        if not self.is_ready or not self.desk.is_open:
            self.exit()
            return
        # What was typed before this key may still be on its way, or be about to be saved.
        for node in filter(None, (self.review, self.screen.focused)):
            await caught_up(node)
        self.review.leave_editor()
        waiting = self.review.put_aside()
        keeper = self.desk.ledger.keeper
        unsaved = keeper.unsaved if keeper else 0
        running = self.desk.learning.running
        screen = SittingScreen(self.desk.sitting(), unsaved, waiting, running)
        self.push_screen(screen, self._answered)

    def _answered(self, leave: bool | None) -> None:
        if leave:
            self.run_worker(self._leave(), name="leave")

    async def _leave(self) -> None:
        """Close the desk and the app; what the disk would not take is spoken of."""
        from curator.tui.screens.sitting import ClosingScreen

        keeper = self.desk.ledger.keeper
        self.push_screen(ClosingScreen(self.desk.sitting(), keeper.unsaved if keeper else 0))
        rescued = await self._close_desk()
        if rescued is None:
            self.exit()
        else:
            self._end(FAILED, _rescued(rescued))

    def _end(self, code: int, last_words: str) -> None:
        self.last_words = last_words
        self.exit(return_code=code)

    def run(self, **options: Any) -> None:
        """Run the app; afterwards print its last words, unwrapped so that paths stay whole."""
        super().run(**options)
        if self.last_words:
            print(self.last_words, file=sys.stderr)

    async def _close_desk(self) -> Path | None:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        return await self.desk.close()

    async def on_unmount(self) -> None:
        """However the app ends, the desk is closed with everything on disk."""
        if self.is_ready and self.desk.is_open:
            rescued = await self._close_desk()
            if rescued is not None:
                self.last_words = "\n".join(filter(None, [self.last_words, _rescued(rescued)]))

    async def on_event(self, event: events.Event) -> None:
        """Keys and clicks are how the desk knows that the curator is there."""
        new = self.is_ready and self.is_running and not self._exit and not event.is_forwarded
        if new and isinstance(event, (events.Key, events.MouseDown)):
            self.desk.judging.active()
            self.review.key_pressed()
        if new and isinstance(event, (events.Key, events.Paste)):
            self.app_focus = True  # what had the focus before the terminal lost it has it again
            if self.focused is None:
                await caught_up(self.screen)  # it may be about to give something the focus
        if not (new and isinstance(event, events.Key) and await self._is_command(event.key)):
            await super().on_event(event)

    async def _is_command(self, key: str) -> bool:
        """Do what a key is for on a page on which nothing has the focus; whether that was anything.

        Textual would send the key to the page and look it up when it comes back. Those right behind
        it would be on their way to the page by then, past the field or dialog that it opens.
        """
        if self.focused is not None or not isinstance(self.screen, Everywhere):
            return False
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    def pop_screen(self) -> AwaitComplete:
        """Take the screen on top away.

        A screen that was closed already, and closes itself again for a second key or click that
        was on its way to it, must not take the one below.
        """
        asking = active_message_pump.get(None)
        if isinstance(asking, Screen) and asking is not self.screen:
            return AwaitComplete()
        return super().pop_screen()


def _rescued(path: Path) -> str:
    return (
        f"curator: the disk did not take the last records; they are in {path}\n"
        f"Once there is room: curator import {path}"
    )
