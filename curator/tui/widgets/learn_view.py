"""The Learn screen's sheet: in one column, or in two where there is room."""

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest

from rich.cells import cell_len

from curator.tui import lessons, measures
from curator.tui.lessons import Lessons
from curator.tui.widgets.inked import Line, Sheet

_TWO_COLUMNS = 100
_GAP = 3
Part = Callable[[Lessons, int], Iterable[Line]]

_LEFT: tuple[Part, ...] = (
    lessons.versions,
    lessons.promotion,
    measures.skill,
    measures.guards,
)
_RIGHT: tuple[Part, ...] = (lessons.labels, measures.approvals, measures.likings)


class LearnView(Sheet[Lessons]):
    """All that is known of the learning."""

    def lines(self, facts: Lessons, width: int) -> Iterable[Line]:
        """Return the parts, side by side where it is wide."""
        width -= 2
        if width >= _TWO_COLUMNS:
            left = (width - _GAP) // 2
            right = width - _GAP - left
            columns = list(_parts(_LEFT, facts, left)), list(_parts(_RIGHT, facts, right))
            found = [
                [*_padded(one or [], left + _GAP), *(other or [])]
                for one, other in zip_longest(*columns)
            ]
        else:
            found = [list(line) for line in _parts((*_LEFT, *_RIGHT), facts, width)]
        after = list(lessons.before_and_after(facts, width))
        lines = [*found, *([[]] if after else []), *after]
        return [[(" ", "text"), *line] for line in lines]


def _parts(parts: Iterable[Part], facts: Lessons, width: int) -> Iterator[Line]:
    """Yield the lines of all parts, an empty one between two."""
    first = True
    for part in parts:
        for n, line in enumerate(part(facts, width)):
            if n == 0 and not first:
                yield []
            first = False
            yield line


def _padded(line: Line, width: int) -> list[tuple[str, str]]:
    used = sum(cell_len(text) for text, _ in line)
    return [*line, (" " * max(width - used, 0), "text")]
