"""A few lines in the middle of an empty place."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual.geometry import Size

from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit, wrap


class PlateView(Sheet[tuple[Line, ...]]):
    """Lines as one block, in the middle of the widget; long ones are wrapped."""

    def lines(self, facts: tuple[Line, ...], width: int) -> Iterable[Line]:
        """Return the block, moved to the middle."""
        room = max(min(width - 4, 76), 10)
        lines = [row for line in facts for row in _wrapped(line, room)]
        widest = max((_cells(line) for line in lines), default=0)
        indent = max((width - widest) // 2, 1)
        above = max((self.content_size.height - len(lines)) // 3, 0)
        return [[]] * above + [[(" " * indent, "text"), *line] for line in lines]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take all that there is: the block is put in its middle."""
        return container.height

    def on_resize(self) -> None:
        """Find the middle anew."""
        self._draw(self.content_size.width)
        self.refresh()


def _wrapped(line: Line, room: int) -> Iterable[Line]:
    if len(line) == 1 and _cells(line) > room:
        text, ink = line[0]
        return [[(part, ink)] for part in wrap(text, room)]
    if _cells(line) > room and line:
        *head, (text, ink) = line
        return [[*head, (fit(text, max(room - _cells(head), 1)), ink)]]
    return [line]


def _cells(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)
