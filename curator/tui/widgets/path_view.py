"""The walk from one sample to another: the two ends, where one is, and what it reads there."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from curator.domain.plain import shown
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.token_text import MARGIN, room_of
from curator.tui.wording import fit, wrap

_AIR = " " * MARGIN
_TRACK = len("0 ") + MARGIN


@dataclass(frozen=True, slots=True)
class End:
    """A sample at an end of the walk."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PathFacts:
    """A walk. `texts` are what its points read so far, None where that has not begun.

    `read` says which of them are complete. All texts are listed where `rows` lines are enough,
    else only that of the chosen point. Where there is no walk, `note` says why and what to do.
    """

    start: End | None = None
    end: End | None = None
    texts: tuple[str | None, ...] = ()
    read: tuple[bool, ...] = ()
    at: int = 0
    active: bool = False
    kept: bool = False
    rows: int = 4
    note: tuple[str, str] = ("", "faint")

    @property
    def is_listed(self) -> bool:
        """Whether all points are shown with their texts."""
        return self.rows > len(self.texts) > 0

    def share(self, at: int) -> float:
        """Return how far along a point is, from 0 to 1."""
        return at / max(len(self.texts) - 1, 1)


class PathView(Sheet[PathFacts]):
    """Three lines, and the text or texts; a click on the path goes there."""

    class Chosen(Message):
        """A point of the path was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    class OtherWanted(Message):
        """The end of the walk was clicked: another one is wanted."""

    def lines(self, facts: PathFacts, width: int) -> Iterable[Line]:
        """Return the ends, the path and the texts, always as many lines."""
        lines = [line for line, _ in self._lines(facts, width)]
        return [*lines, *([] for _ in range(3 + facts.rows - len(lines)))][: 3 + facts.rows]

    def _lines(self, facts: PathFacts, width: int) -> Iterable[tuple[Line, int | None]]:
        """Yield each line with the point that it belongs to."""
        title = [(_AIR, "text"), ("walk", "heading")]
        if facts.end is None or facts.start is None:
            for n, part in enumerate(wrap(facts.note[0], width - MARGIN - 6)):
                lead = title if n == 0 else [(_AIR + " " * 4, "text")]
                yield [*lead, (f"  {part}", facts.note[1])], None
            return
        yield _end_line(title, "from", facts.start, width), None
        yield _end_line([(_AIR + " " * 4, "text")], "to", facts.end, width), None
        yield self._path(facts, width), None
        if facts.note[0]:
            for part in wrap(facts.note[0], room_of(width)):
                yield [(_AIR, "text"), (part, facts.note[1])], None
        elif facts.is_listed:
            for n in range(len(facts.texts)):
                yield from ((line, n) for line in _listed(facts, n, width))
        elif facts.texts:
            yield from ((line, facts.at) for line in _grown(facts, facts.at, room_of(width)))

    def _path(self, facts: PathFacts, width: int) -> Line:
        if not facts.read:
            return []
        step = _step(len(facts.read), width)
        line: list[tuple[str, str]] = [(f"{_AIR}0 ", "faint")]
        for n, read in enumerate(facts.read):
            if n:
                line.append(("━" * step, "accent" if n <= facts.at else "faint"))
            if n == facts.at:
                line.append(("●", "rail" if facts.active else "muted"))
            else:
                line.append(("○" if read else "·", "accent" if n < facts.at else "muted"))
        line += [(" 1", "faint"), (f"  {facts.share(facts.at):.2f}", "strong")]
        if facts.kept:
            line.append(("  ✓ kept", "good"))
        elif not facts.read[facts.at]:
            line.append(("  being written", "muted"))
        return line

    def on_click(self, event: events.Click) -> None:
        """Go to the point that was clicked, or ask for another end."""
        facts = self.facts
        if facts is None or facts.end is None:
            return
        if event.y == 1:
            self.post_message(self.OtherWanted())
        elif event.y == 2 and facts.read:
            step = _step(len(facts.read), self.content_size.width) + 1
            at = round((event.x - _TRACK) / step)
            if -1 <= at <= len(facts.read):
                self.post_message(self.Chosen(max(0, min(at, len(facts.read) - 1))))
        elif event.y > 2:
            points = [at for _, at in self._lines(facts, self.content_size.width)]
            at_line = points[event.y] if event.y < len(points) else None
            if at_line is not None:
                self.post_message(self.Chosen(at_line))


def _listed(facts: PathFacts, n: int, width: int) -> Iterable[Line]:
    """Return a point in the list: on one line, the chosen one whole."""
    lead = f"{facts.share(n):.2f}  "
    room = max(width - 2 * MARGIN - len(lead), 8)
    if n == facts.at:
        rail = ("▌", "rail" if facts.active else "faint")
        for row, line in enumerate(_grown(facts, n, room)):
            number = (f" {lead}" if row == 0 else " " * (len(lead) + 1), "strong")
            yield [rail, number, *line[1:]]
        return
    text = facts.texts[n]
    yield [(_AIR, "text"), (lead, "faint"), (fit(shown(text or "·", 400), room), "muted")]


def _grown(facts: PathFacts, n: int, room: int) -> Iterable[Line]:
    """Return what a point reads so far, with a cursor while it grows."""
    lines = wrap(shown(facts.texts[n] or "", 1500), room - 1)
    for row, line in enumerate(lines):
        last = row == len(lines) - 1
        cursor = [("▏", "cursor")] if last and not facts.read[n] else []
        yield [(_AIR, "text"), (line, "text"), *cursor]


def _step(points: int, width: int) -> int:
    """Return how many cells are between two points."""
    room = min(width, 64) - _TRACK - points - len(" 1  0.00  being written")
    return max(1, min(room // max(points - 1, 1), 7))


def _end_line(lead: list[tuple[str, str]], word: str, end: End, width: int) -> Line:
    line = [*lead, (f"  {word:>4} ", "muted"), (f"{end.number:>2}  ", "accent")]
    room = max(width - sum(cell_len(text) for text, _ in line) - MARGIN, 8)
    return [*line, (fit(shown(end.text, 400), room), "muted")]
