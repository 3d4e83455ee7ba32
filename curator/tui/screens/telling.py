"""What every page tells at its edges: the header on top, and the line above the keys."""

from collections.abc import Mapping

from textual.screen import Screen

from curator.desk.desk import Desk
from curator.tui import facts
from curator.tui.keys import BY_ID, shown_keys
from curator.tui.pauses import Pauses
from curator.tui.widgets.header import Header
from curator.tui.widgets.status_line import StatusFacts, StatusLine

SAID_FOR = 8.0
"""Seconds that a sentence stays in the status line."""
SLOW_DISK = 0.4
"""Seconds after which records that are not on disk yet are spoken of."""


class Telling(Screen[None]):
    """A page with a header and a status line. `keymap` are the curator's own keys."""

    def __init__(self, desk: Desk, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap
        self.time_left: float | None = None
        self.pauses = Pauses(self)
        self._unsaved = 0
        self._said = StatusFacts()

    def key_of(self, name: str) -> str:
        """Return the first key of an action, as it is shown."""
        return shown_keys([BY_ID[name]], self.keymap).split(" ")[0]

    # The header

    def show_header(self) -> None:
        """Bring the header up to date."""
        keeper = self.desk.ledger.keeper
        waiting = keeper.unsaved if keeper else 0
        if not waiting:
            self._unsaved = 0
            self.pauses.not_later("unsaved")
        elif self._unsaved or (keeper and keeper.error):
            self._unsaved = waiting
        elif not self.pauses.is_later("unsaved"):
            self.pauses.later("unsaved", SLOW_DISK, self._speak_of_unsaved)
        self.query_one(Header).facts = facts.header_facts(self.desk, self.time_left, self._unsaved)

    def _speak_of_unsaved(self) -> None:
        keeper = self.desk.ledger.keeper
        self._unsaved = keeper.unsaved if keeper else 0
        self.show_header()

    # The status line

    @property
    def where(self) -> str:
        """Where one is, for the right end of the status line."""
        return ""

    def show_status(self) -> None:
        """Bring the line above the keys up to date."""
        self.query_one(StatusLine).facts = StatusFacts(self._said.text, self._said.ink, self.where)

    def say(self, text: str, ink: str = "muted") -> None:
        """Say a sentence in the status line, for a while."""
        self.keep_saying(text, ink)
        if text:
            self.pauses.later("said", SAID_FOR, lambda: self.say(""))

    def keep_saying(self, text: str, ink: str = "muted") -> None:
        """Say a sentence in the status line until another is said."""
        self._said = StatusFacts(text, ink)
        self.show_status()
