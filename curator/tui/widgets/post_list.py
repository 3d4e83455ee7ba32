"""The outbox as a list: two lines a post, drawn only where they are seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from curator.tui.widgets.inked import Inked, Line
from curator.tui.wording import fit, pad

_ROWS = 2
_MARGIN = 2
_WORD = 10
_INDENT = 4
"""Cells before the text: rail, sign, air."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post in the list; `sign` and `word` tell its state in the `ink` that goes with it."""

    sign: str
    ink: str
    word: str
    song: str
    text: str
    price: str
    when: str
    likes: str = ""


class PostList(ScrollView, Inked, can_focus=False):
    """Posts one under the other; only those in view are ever looked up."""

    class Chosen(Message):
        """The curator clicked a post."""

        def __init__(self, post_id: str) -> None:
            super().__init__()
            self.post_id = post_id

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ids: Sequence[str] = ()
        self._entry: Callable[[str], Entry] | None = None
        self._current: int | None = None
        self._seen: dict[int, tuple[Entry, bool]] = {}

    @property
    def page(self) -> int:
        """How many posts are seen at once."""
        return max(self.size.height // _ROWS, 1)

    def show(self, ids: Sequence[str], entry: Callable[[str], Entry], current: int | None) -> None:
        """Show these posts; `current` is the place of the chosen one."""
        moved = current != self._current or ids != self._ids
        self._ids, self._entry, self._current = ids, entry, current
        if (height := _ROWS * len(ids)) != self.virtual_size.height:
            self.virtual_size = Size(self.size.width, height)
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

    def _sight(self, n: int) -> tuple[Entry, bool] | None:
        """Return all that a post is drawn from."""
        if self._entry is None or not 0 <= n < len(self._ids):
            return None
        return self._entry(self._ids[n]), n == self._current

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
        """Keep the chosen post in view."""
        self._seen.clear()
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of what is seen."""
        n, row = divmod(self.scroll_offset.y + y, _ROWS)
        sight, width = self._sight(n), self.size.width
        if sight is None:
            self._seen.pop(n, None)
            return Strip.blank(width, self.ink("text"))
        if len(self._seen) > 500:
            self._seen.clear()
        self._seen[n] = sight
        entry, current = sight
        line = (_state_line if row == 0 else _text_line)(entry, current, width - 1)
        return self.strip(line, width, "chosen" if current else "")

    def on_click(self, event: events.Click) -> None:
        """Choose the post that was clicked."""
        n = (self.scroll_offset.y + event.y) // _ROWS
        if 0 <= n < len(self._ids):
            self.post_message(self.Chosen(self._ids[n]))


def _state_line(entry: Entry, current: bool, width: int) -> Line:
    """The state, the song, and at the right likes, price and age."""
    word = pad(entry.word, max(_WORD, cell_len(entry.word)))
    right = f"{entry.price}  {entry.when:>4}"
    if entry.likes:
        right = f"{entry.likes}  {right}"
    room = width - _INDENT - cell_len(word) - 2 - cell_len(right) - 1
    song = fit(entry.song, room)
    gap = " " * max(room - cell_len(song) + 1, 1)
    return [("▌" if current else " ", "rail"), (f" {entry.sign} ", entry.ink), (word, entry.ink),
            ("  ", "text"), (song, "strong" if current else "text"), (gap, "text"),
            (right, "muted" if current else "faint")]  # fmt: skip


def _text_line(entry: Entry, current: bool, width: int) -> Line:
    """What is posted, as far as there is room."""
    text = fit(entry.text, width - _INDENT - 1)
    return [("▌" if current else " ", "rail"), (" " * (_INDENT - 1), "text"), (text, "muted")]
