"""The queue: two lines a request, drawn only where they are seen."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from curator.desk.queue import Item, State
from curator.domain.plain import shown
from curator.tui.postings import Mark
from curator.tui.widgets.inked import Inked, Line
from curator.tui.wording import age, fit

SIGNS: dict[State, tuple[str, str]] = {
    "no song": ("?", "warn"),
    "waiting": ("·", "faint"),
    "writing": ("◐", "link"),
    "open": ("○", "accent"),
    "deferred": ("↷", "muted"),
    "approved": ("✓", "good"),
    "rejected": ("✗", "bad"),
}
WORDS: dict[State, str] = {"deferred": "put off"}
_Sight = tuple[Item, bool, str, Mark | None]
"""A request, whether it is looked at, its age, its mark."""
_ROWS = 2
_MARGIN = 3


class QueueView(ScrollView, Inked, can_focus=False):
    """Requests one under the other; only the rows in view are ever looked up."""

    class Chosen(Message):
        """The curator clicked a request."""

        def __init__(self, request_id: str) -> None:
            super().__init__()
            self.request_id = request_id

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ids: Sequence[str] = ()
        self._item: Callable[[str], Item] | None = None
        self._current: int | None = None
        self._now = ""
        self._mark: Callable[[Item], Mark | None] = lambda _: None
        self._seen: dict[int, _Sight] = {}

    def show(
        self,
        ids: Sequence[str],
        item: Callable[[str], Item],
        current: int | None,
        now: str,
        mark: Callable[[Item], Mark | None] = lambda _: None,
    ) -> None:
        """Show these requests, looked up one by one as they come into view.

        `current` is the place of the one that the curator looks at, `now` the time as a stamp.
        `mark` returns what is shown in place of a request's state, if anything is.
        """
        moved = current != self._current
        self._mark = mark
        self._ids, self._item, self._current, self._now = ids, item, current, now
        width = self.size.width
        if (height := _ROWS * len(ids)) != self.virtual_size.height:
            self.virtual_size = Size(width, height)
            self._seen.clear()
            self.refresh()
        else:
            self._refresh_changed()
        if moved:
            self._reveal()

    def _refresh_changed(self) -> None:
        first = self.scroll_offset.y // _ROWS
        for n in range(first, first + self.size.height // _ROWS + 2):
            if self._seen.get(n) != self._sight(n):
                self.refresh(Region(0, _ROWS * n - self.scroll_offset.y, self.size.width, _ROWS))

    def _sight(self, n: int) -> "_Sight | None":
        """Return all that the row of a request is drawn from."""
        if self._item is None or not 0 <= n < len(self._ids):
            return None
        item = self._item(self._ids[n])
        return item, n == self._current, age(item.request.at, self._now), self._mark(item)

    def _reveal(self) -> None:
        height = self.size.height
        if self._current is None or not height:
            return
        top, y = _ROWS * self._current, self.scroll_offset.y
        margin = min(_MARGIN * _ROWS, height // 3)
        y = min(y, max(top - margin, 0))
        y = max(y, top + _ROWS + margin - height)
        y = max(0, min(y, _ROWS * len(self._ids) - height))
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, force=True)

    def on_resize(self) -> None:
        """Keep the current request in view."""
        self._seen.clear()
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of what is seen."""
        n, row = divmod(self.scroll_offset.y + y, _ROWS)
        sight = self._sight(n)
        width = self.size.width
        if sight is None:
            self._seen.pop(n, None)
            return Strip.blank(width, self.ink("text"))
        if len(self._seen) > 500:
            self._seen.clear()
        self._seen[n] = sight
        item, current, when, mark = sight
        line = (
            _title_line(item, current, when, mark, width - 1)
            if row == 0
            else _state_line(item, current, mark, width - 1)
        )
        return self.strip(line, width, "chosen" if current else "")

    def on_click(self, event: events.Click) -> None:
        """Choose the request that was clicked."""
        n = (self.scroll_offset.y + event.y) // _ROWS
        if 0 <= n < len(self._ids):
            self.post_message(self.Chosen(self._ids[n]))


def _title_line(item: Item, current: bool, when: str, mark: Mark | None, width: int) -> Line:
    """The artist (or the text, where there is no song), with the age at the right."""
    sign, ink = (mark.sign, mark.ink) if mark else SIGNS[item.state]
    room = width - 4 - (cell_len(when) + 1 if when else 0)
    song = item.song
    first = song.artist or song.title if song.known else item.request.text
    text = fit(shown(first or "", 200), room)
    settled = item.state in ("approved", "rejected", "deferred")
    name = "strong" if current else "muted" if settled else "text"
    gap = " " * max(width - 3 - cell_len(text) - cell_len(when), 1)
    return [("▌" if current else " ", "rail"), (sign, ink), (" ", "text"), (text, name),
            (gap, "text"), (when, "faint")]  # fmt: skip


def _state_line(item: Item, current: bool, mark: Mark | None, width: int) -> Line:
    """The title, with the state in a word at the right."""
    word = WORDS.get(item.state, item.state)
    if item.state == "writing" and item.wanted:
        word = f"{item.written}/{item.wanted}"
    ink = SIGNS[item.state][1]
    if mark:
        word, ink = mark.word, mark.ink
    song = item.song
    second = song.title if song.artist else None
    if not song.known:
        second = item.request.author and f"@{item.request.author.lstrip('@')}"
    text = fit(shown(second or "", 200), width - 5 - cell_len(word))
    gap = " " * max(width - 3 - cell_len(text) - cell_len(word), 1)
    return [("▌" if current else " ", "rail"), ("  ", "text"), (text, "muted"), (gap, "text"),
            (word, "faint" if not mark and item.state in ("open", "waiting") else ink)]  # fmt: skip
