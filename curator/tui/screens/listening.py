"""Keeping the page true: what the desk says, what time and the terminal's size do to it."""

import time

from textual.events import Resize

from curator.domain.plain import shown
from curator.tui import messages
from curator.tui.estimate import Estimate
from curator.tui.screens.page import Page
from curator.tui.widgets.banner import Banner

STREAM_PAUSE = 0.05
"""Seconds between two paintings of the stream."""
KEY_PAUSE = 0.03
"""Seconds after a key in which the stream is not painted: the key comes first."""
AGE_PAUSE = 30.0
"""Seconds between two looks at the ages of the requests."""


class Listening(Page):
    """The page with its ears open."""

    def on_mount(self) -> None:
        """Begin to follow the time."""
        self._estimate = Estimate()
        self._last_key = 0.0
        self.set_interval(AGE_PAUSE, self._pass_time)

    def on_queue_changed(self) -> None:
        """Requests came or moved; where nothing was to be judged, turn to what there is."""
        if self.desk.writing.current != self._estimate.request:  # that batch has ended
            self._estimate, self.time_left = Estimate(), None
        if self.request_id is None and (first := self.desk.queue.after(None)):
            self.go_to(first)
            return
        self.show_queue()
        self.show_header()
        if self.slots:
            self.show_status()
        else:
            self.show_cards()

    def on_desk_opened(self) -> None:
        """The store is open."""
        self.show_all()

    def on_cards_changed(self, message: messages.CardsChanged) -> None:
        """Samples came, or were judged."""
        self.show_queue()
        if message.request_id == self.request_id:
            self.show_song()
            self.show_cards()
            self.show_header()
        elif message.request_id in self.desk.ledger.requests:
            # Written in advance: what is costly about its cards is found now, not at a key.
            self.desk.cards.of(message.request_id)

    def on_text_grew(self, message: messages.TextGrew) -> None:
        """A text grew: paint it soon, but not more often than the eye needs."""
        if not self.pauses.is_later("stream"):
            self.pauses.later("stream", STREAM_PAUSE, self._paint_stream)

    def _paint_stream(self) -> None:
        if time.monotonic() - self._last_key < KEY_PAUSE:
            self.pauses.later("stream", KEY_PAUSE, self._paint_stream)
            return
        writing = self.desk.writing
        current = writing.current
        if current is None:
            return
        written, wanted = writing.progress(current)
        self.time_left = self._estimate.left(
            current, written, wanted, writing.growing, time.monotonic()
        )
        if current == self.request_id:
            self.show_cards()
        self.show_header()

    def on_records_saved(self) -> None:
        """Something is on disk."""
        if any(slot.card and not slot.card.saved for slot in self.slots):
            self.show_cards()
        keeper = self.desk.ledger.keeper
        if keeper and not keeper.error:
            self.query_one(Banner).facts = None
        self.show_header()

    def on_disk_refused(self, message: messages.DiskRefused) -> None:
        """The disk takes nothing: say so until it does."""
        self.query_one(Banner).facts = (message.error, message.waiting)
        self.show_header()

    def on_engine_moved(self) -> None:
        """The model is in another state."""
        self.time_left = None
        if not self.slots:
            self.show_cards()
        self.show_header()

    def on_polling_moved(self) -> None:
        """X was asked, or is not any more."""
        self.show_header()
        if not self.slots:
            self.show_cards()

    def on_desk_notice(self, message: messages.DeskNotice) -> None:
        """The desk has something to say."""
        ink = {"error": "bad", "warning": "warn"}.get(message.severity, "muted")
        self.say(shown(message.text, 400), ink)
        if message.severity == "error":
            self.pauses.not_later("said")  # it stays until something else is said

    # Time and space

    def key_pressed(self) -> None:
        """Note that a key came: the stream waits for it."""
        self._last_key = time.monotonic()

    def _pass_time(self) -> None:
        self.show_queue()
        self.show_song()

    def on_resize(self, event: Resize) -> None:
        """Fit the new size: some panels have shorter forms."""
        self.call_after_refresh(self._refit)

    def _refit(self) -> None:
        self.show_song()
        self.show_preview()
