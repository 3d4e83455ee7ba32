"""All samples of a request, and the stream of those being written, in one widget.

One widget with lines of its own instead of a widget a card: a token costs the lines that it
changed and nothing else, and a key never waits for a layout of dozens of widgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from curator.tui.slots import Slot
from curator.tui.widgets.card_lines import card_lines
from curator.tui.widgets.inked import Inked


@dataclass(slots=True)
class _Block:
    """A card as it was drawn, with what it was drawn from."""

    slot: Slot
    chosen: bool
    opened: int
    strips: list[Strip]


class CardsView(ScrollView, Inked, can_focus=False):
    """Cards one under the other, one of them chosen."""

    class Chosen(Message):
        """The curator clicked a card; `twice` when it was a double click."""

        def __init__(self, key: str, twice: bool) -> None:
            super().__init__()
            self.key = key
            self.twice = twice

    class Moved(Message):
        """The cards moved, by scrolling or because one of them grew."""

        def can_replace(self, message: Message) -> bool:
            """One of these is enough."""
            return isinstance(message, CardsView.Moved)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._slots: Sequence[Slot] = ()
        self._chosen: str | None = None
        self._opened: tuple[str, int] | None = None
        self._blocks: dict[str, _Block] = {}
        self._tops: dict[str, int] = {}
        self._lines: list[Strip] = []
        self._owners: list[str] = []
        self._drawn_width = 0

    # Down

    def show(
        self,
        slots: Sequence[Slot],
        chosen: str | None,
        *,
        opened: tuple[str, int] | None = None,
        reveal: bool = False,
    ) -> None:
        """Show these cards; `opened` leaves room in one of them for an editor of that height.

        `reveal` scrolls the chosen one into view.
        """
        moved = reveal or chosen != self._chosen or opened != self._opened
        self._slots, self._chosen, self._opened = slots, chosen, opened
        self._lay_out()
        if moved and chosen is not None:
            self.reveal(chosen)

    def reveal(self, key: str) -> None:
        """Scroll so far that this card is seen, its beginning first."""
        height = self.scrollable_content_region.height
        top, block = self._tops.get(key), self._blocks.get(key)
        if top is None or block is None or not height:
            return
        bottom = top + len(block.strips)
        y = self.scroll_offset.y
        if bottom > y + height:
            y = bottom - height
        if top < y:
            y = top
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, force=True)
            self.post_message(self.Moved())

    def place_of(self, key: str) -> int | None:
        """Return the line of this widget at which a card begins, None if there is no such card."""
        top = self._tops.get(key)
        return None if top is None else top - self.scroll_offset.y

    def page(self, direction: int) -> None:
        """Scroll by a page, down (1) or up (-1)."""
        height = self.scrollable_content_region.height
        self.scroll_relative(y=direction * max(height - 2, 1), animate=False, force=True)

    # Drawing

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        if width != self._drawn_width:
            self._blocks.clear()
            self._drawn_width = width
        blocks: dict[str, _Block] = {}
        lines: list[Strip] = []
        owners: list[str] = []
        tops: dict[str, int] = {}
        for slot in self._slots:
            block = blocks[slot.key] = self._block(slot, width)
            tops[slot.key] = len(lines)
            lines += block.strips
            owners += [slot.key] * len(block.strips)
        before, self._lines = self._lines, lines
        self._blocks, self._tops, self._owners = blocks, tops, owners
        if len(lines) != self.virtual_size.height or width != self.virtual_size.width:
            self.virtual_size = Size(width, len(lines))
            self.post_message(self.Moved())
        self._refresh_changed(before, lines)

    def _refresh_changed(self, before: list[Strip], now: list[Strip]) -> None:
        offset = self.scroll_offset.y
        height = self.size.height
        start: int | None = None
        for y in range(offset, offset + height + 1):
            old = before[y] if y < len(before) else None
            new = now[y] if y < len(now) else None
            same = (old is new or old == new) or y == offset + height
            if not same and start is None:
                start = y
            elif same and start is not None:
                self.refresh(Region(0, start - offset, self.size.width, y - start))
                start = None

    def _block(self, slot: Slot, width: int) -> _Block:
        chosen = slot.key == self._chosen
        opened = self._opened[1] if self._opened and self._opened[0] == slot.key else 0
        known = self._blocks.get(slot.key)
        if known and (known.slot, known.chosen, known.opened) == (slot, chosen, opened):
            return known
        on = "chosen" if chosen else ""
        *body, blank = card_lines(slot, width, chosen=chosen, opened=opened)
        strips = [self.strip(line, width, on) for line in body]
        return _Block(slot, chosen, opened, [*strips, self.strip(blank, width)])

    def notify_style_update(self) -> None:
        """Draw anew: the theme may have changed."""
        super().notify_style_update()
        self._drawn_width = 0
        if self.is_mounted and self._slots:
            self.call_later(self._lay_out)

    def on_resize(self) -> None:
        """Wrap anew, and keep the chosen card in view."""
        self._lay_out()
        if self._chosen is not None:
            self.reveal(self._chosen)
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that the cards moved."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of what is seen."""
        at = self.scroll_offset.y + y
        width = self.size.width
        if at < len(self._lines):
            return self._lines[at].adjust_cell_length(width, self.ink("text"))
        return Strip.blank(width, self.ink("text"))

    # Up

    def on_click(self, event: events.Click) -> None:
        """Choose the card that was clicked."""
        at = self.scroll_offset.y + event.y
        if 0 <= at < len(self._owners):
            self.post_message(self.Chosen(self._owners[at], event.chain > 1))
