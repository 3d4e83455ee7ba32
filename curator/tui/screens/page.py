"""The Review screen's page: what is on it and how it is kept up to date.

Here is everything that is shown and nothing that is decided; what the keys do is in the files
beside this one. Widgets get their facts from here and never touch the desk.
"""

import contextlib
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.css.query import NoMatches

from curator.desk.cards import Card
from curator.desk.desk import Desk
from curator.desk.queue import Item
from curator.tui import facts, plates, postings
from curator.tui.keys import FOOTER
from curator.tui.screens.opening import HEIGHTS, WIDTHS
from curator.tui.screens.telling import Telling
from curator.tui.slots import Slot, find, first_choice, slots_of
from curator.tui.widgets.banner import Banner
from curator.tui.widgets.cards_view import CardsView
from curator.tui.widgets.header import Header
from curator.tui.widgets.key_bar import KeyBar, hint_of
from curator.tui.widgets.plate import PlateView
from curator.tui.widgets.preview import Preview
from curator.tui.widgets.queue_view import QueueView
from curator.tui.widgets.song_panel import SongPanel
from curator.tui.widgets.status_line import StatusLine

FACE_PAUSE = 0.12
"""Seconds that the curator stays on a request before it is the one to be written for."""


class Page(Telling):
    """The layout of the Review screen, and the messages that keep it true."""

    AUTO_FOCUS = ""  # at the desk nothing has the focus: all keys are commands
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, desk: Desk, keymap: Mapping[str, str]) -> None:
        super().__init__(desk, keymap)
        self.request_id: str | None = None
        self.key: str | None = None
        self.slots: list[Slot] = []
        self.opened: tuple[str, int] | None = None
        self.situation = "opening"

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        yield Banner(id="banner")
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield QueueView(id="queue")
            with Container(id="page"):
                with Container(id="stage"):
                    yield CardsView(id="cards")
                    yield PlateView(id="plate")
                yield SongPanel(id="song")
                yield Preview(id="preview")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")
        yield PlateView(id="too-small")

    def on_mount(self) -> None:
        """Show that the desk is being opened."""
        with contextlib.suppress(NoMatches):  # left already, while this was being mounted
            self.query_one("#too-small", PlateView).facts = plates.too_small()
            self.show_all()

    # Where one is

    @property
    def at(self) -> int | None:
        """The place of the chosen slot."""
        return find(self.slots, self.key)

    @property
    def slot(self) -> Slot | None:
        """The chosen slot."""
        return None if self.at is None else self.slots[self.at]

    @property
    def card(self) -> Card | None:
        """The chosen sample's card, None while it is still being written."""
        return self.slot.card if self.slot else None

    def go_to(self, request_id: str | None, key: str | None = None) -> None:
        """Turn to a request, to one of its samples or to the first that is open."""
        if request_id != self.request_id:
            self.request_id, self.key, self.slots = request_id, None, []
            self.pauses.later("face", FACE_PAUSE, self.face)
        self.key = key if key is not None else self.key
        self.show_all(reveal=True)

    def face(self) -> None:
        """Have the samples written for what the curator looks at, and for what comes next."""
        if self.desk.is_open:
            following = self.desk.queue.following(self.request_id, self.desk.settings.ahead + 1)
            self.desk.writing.face(self.request_id, following[: self.desk.settings.ahead])
            self.desk.cards.prepare(r for r in (self.request_id, *following) if r)

    # What is shown

    def show_all(self, *, reveal: bool = False) -> None:
        """Bring everything up to date."""
        self.show_queue()
        self.show_song()
        self.show_cards(reveal=reveal)
        self.show_header()

    def show_queue(self) -> None:
        """Bring the list of requests up to date."""
        if self.desk.is_open:
            queue = self.desk.queue
            place = queue.place(self.request_id)
            self.query_one(QueueView).show(
                queue.ids(), queue.item, place, self.desk.ledger.stamp(), self._mark
            )

    def _mark(self, item: Item) -> postings.Mark | None:
        return postings.mark(self.desk, item.id, approved=item.state == "approved")

    def show_song(self) -> None:
        """Bring the song up to date."""
        panel = self.query_one(SongPanel)
        panel.display = self.request_id is not None
        if self.request_id is not None:
            rows = 10 if self.has_class("-wide", "-high") else self._rows(7, 4, 2)
            panel.facts = facts.song_facts(self.desk, self.request_id, rows)

    def show_cards(self, *, reveal: bool = False) -> None:
        """Bring the samples up to date, and with them the preview, the position, the keys."""
        cards = self.desk.cards
        if self.request_id is None:
            self.slots = []
        else:
            self.slots = slots_of(cards.of(self.request_id), cards.growing(self.request_id))
        at = self.at
        if at is None:
            at = first_choice(self.slots)
        self.key = None if at is None else self.slots[at].key
        view, plate = self.query_one(CardsView), self.query_one("#plate", PlateView)
        view.display, plate.display = bool(self.slots), not self.slots
        if self.slots:
            view.show(self.slots, self.key, opened=self.opened, reveal=reveal)
        else:
            plate.facts = self._plate()
        self.show_preview()
        self.show_status()
        self.show_keys()

    def _plate(self) -> plates.Plate:
        desk = self.desk
        if not desk.is_open:
            return plates.opening(desk)
        if self.request_id is not None:
            if not desk.ledger.song(self.request_id).known:
                return plates.without_song()
            return plates.waiting(desk, self.request_id)
        if desk.queue.filter.terms:
            return plates.none_left() if desk.queue.ids() else plates.nothing_passes()
        return plates.finished(desk) if desk.queue.ids() else plates.empty(desk)

    def show_preview(self) -> None:
        """Bring the post up to date."""
        preview = self.query_one(Preview)
        keys = {name: self.key_of(name) for name in ("undo", "reopen", "outbox")}
        preview.facts = facts.preview_facts(self.slot, self.desk, self.preview_rows, keys)
        preview.display = self.request_id is not None

    @property
    def preview_rows(self) -> int:
        """How many lines the post has for its text."""
        return self._rows(4, 2, 0)

    def _rows(self, high: int, low: int, short: int) -> int:
        """Return one of these, by how much room there is."""
        if self.has_class("-short"):
            return short
        return low if self.has_class("-low") and not self.has_class("-wide") else high

    @property
    def where(self) -> str:
        """The sample and the request."""
        queue = self.desk.queue
        place = queue.place(self.request_id) if self.desk.is_open else None
        return facts.position(
            self.slots, self.at, place, len(queue.ids()) if place is not None else 0
        )

    def on_learning_moved(self) -> None:
        """A training began, got on or ended."""
        self.show_header()

    def on_descendant_focus(self) -> None:
        """Keys are typed somewhere now."""
        self.show_keys()

    def on_descendant_blur(self) -> None:
        """Keys are commands again."""
        self.show_keys()

    def leave_filter(self) -> None:
        """Go back to judging if a filter is being typed."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """Show the keys that matter where the curator is."""
        self.situation = self._situation()
        hints = [hint_of(name, self.keymap) for name in FOOTER[self.situation]]
        self.query_one(KeyBar).facts = tuple(hints)

    def _situation(self) -> str:
        if self.opened is not None:
            return "editing"
        if self.focused is not None:
            return "filtering"
        if not self.desk.is_open:
            return "opening"
        if self.request_id is None:
            return "empty"
        if not self.slots:
            known = self.desk.ledger.song(self.request_id).known
            return "writing" if known else "no song"
        if self.card is None:
            return "writing"
        if self.card.judgement.verdict is None:
            return "judging"
        if all(s.card and s.card.judgement.verdict == "reject" for s in self.slots):
            return "rejected"
        return "judged"
