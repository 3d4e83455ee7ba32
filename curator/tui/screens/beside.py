"""What the pages beside Review have in common: they listen to the desk, and follow the time."""

from collections.abc import Callable

from textual.dom import DOMNode

from curator.desk.changes import Change, Grew, Noticed
from curator.domain.plain import shown
from curator.tui.screens.everywhere import Everywhere
from curator.tui.screens.opening import HEIGHTS, WIDTHS
from curator.tui.screens.telling import Telling
from curator.tui.widgets.banner import Banner
from curator.tui.widgets.key_bar import KeyBar

LOOK_PAUSE = 0.05
"""Seconds that changes are gathered before the page is made anew."""
AGE_PAUSE = 30.0
"""Seconds between two looks at what only time changes."""


class Beside(Telling, Everywhere):
    """A page over Review, whose header and banner stay as true as those below."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def on_mount(self) -> None:
        """Begin to listen, and to follow the time."""
        self._deafen = self.desk.listen(self._told)
        self.set_interval(AGE_PAUSE, self.pass_time)

    def on_unmount(self) -> None:
        """Listen no more."""
        self._deafen()

    def on_resize(self) -> None:
        """Fit the new size."""
        self.call_after_refresh(self._if_there, self.show_all)

    @property
    def home(self) -> DOMNode:
        """The node whose actions the palette runs."""
        return self

    # What the desk tells

    def is_about(self, change: Change) -> bool:
        """Whether a change is one of what the page shows, not only of its edges."""
        return False

    def _told(self, change: Change) -> None:
        if isinstance(change, Noticed):
            self.call_later(self._notice, change)
        elif self.is_about(change):
            self._soon("page", self.show_all)
        elif not isinstance(change, Grew):
            self._soon("edges", self.show_edges)

    def _soon(self, name: str, show: Callable[[], None]) -> None:
        if not self.pauses.is_later(name):
            self.pauses.later(name, LOOK_PAUSE, lambda: self._if_there(show))

    def _if_there(self, show: Callable[[], None]) -> None:
        if self.is_attached:
            show()

    def _notice(self, change: Noticed) -> None:
        ink = {"error": "bad", "warning": "warn"}.get(change.severity, "muted")
        self.say(shown(change.text, 400), ink)
        if change.severity == "error":
            self.pauses.not_later("said")  # it stays until something else is said

    # What is shown

    def show_all(self) -> None:
        """Bring everything up to date."""
        self.show_edges()

    def show_edges(self) -> None:
        """Bring the header up to date, and whether the disk refuses."""
        self.show_header()
        keeper = self.desk.ledger.keeper
        refused = keeper is not None and keeper.error
        self.query_one(Banner).facts = (refused, keeper.unsaved) if keeper and refused else None

    def pass_time(self) -> None:
        """Bring up to date what only time changes."""
        self.show_edges()

    # The rest

    def action_back(self) -> None:
        """Go back to judging."""
        self.dismiss(None)

    def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """A key in the footer was clicked."""
        self.app.simulate_key(message.key)
