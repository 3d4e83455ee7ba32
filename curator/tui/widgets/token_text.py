"""A text with each of its pieces in the ink of its surprisal, and a cursor on one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from textual import events
from textual.message import Message

from curator.domain.plain import shown
from curator.domain.surprise import class_of
from curator.tui.widgets.card_lines import MEASURE
from curator.tui.widgets.inked import Line, Sheet, runs
from curator.tui.wording import wrap

INKS = ("calm", "text", "surprising", "startling")
"""The inks of the classes of surprisal, in their order."""
MARGIN = 2

Row = tuple[str, tuple[int, ...]]
"""A line, and for each of its characters the piece that it belongs to."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """The pieces of a text with their nats, None while those are not known.

    `cursor` is the chosen piece; the keys are for it while `active`. At most `rows` lines are
    shown, those around the cursor.
    """

    pieces: tuple[tuple[str, float | None], ...] = ()
    cursor: int = 0
    active: bool = True
    rows: int = 8


class TokenText(Sheet[TokenFacts]):
    """The text; a click chooses a piece."""

    class Chosen(Message):
        """A piece was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def lines(self, facts: TokenFacts, width: int) -> Iterable[Line]:
        """Return the lines around the cursor."""
        pieces = tuple(piece for piece, _ in facts.pieces)
        rows = lay_out(pieces, room_of(width))
        first = self._first(facts, rows)
        inks = [_ink(facts, n) for n in range(len(pieces))]
        for text, owners in rows[first : first + facts.rows]:
            # The space before a word is bare, but where it is all that the piece is.
            bare = [c == " " and bool(pieces[o].strip()) for c, o in zip(text, owners, strict=True)]
            shades = ["text" if b else inks[o] for b, o in zip(bare, owners, strict=True)]
            yield [(" " * MARGIN, "text"), *runs(text, shades)]

    def _first(self, facts: TokenFacts, rows: list[Row]) -> int:
        at = line_of(rows, facts.cursor)
        return max(0, min(at - facts.rows // 2, len(rows) - facts.rows))

    def on_click(self, event: events.Click) -> None:
        """Choose the piece that was clicked."""
        facts = self.facts
        if facts is None:
            return
        rows = lay_out(tuple(p for p, _ in facts.pieces), room_of(self.content_size.width))
        at = self._first(facts, rows) + event.y
        if 0 <= at < len(rows) and 0 <= (x := event.x - MARGIN) < len(rows[at][1]):
            self.post_message(self.Chosen(rows[at][1][x]))

    def beside(self, direction: int) -> int | None:
        """Return the piece a line below (1) or above (-1) the cursor, None past either end.

        A piece may go over several lines: the next one is below or above them all.
        """
        facts = self.facts
        if facts is None or not facts.pieces:
            return None
        rows = lay_out(tuple(p for p, _ in facts.pieces), room_of(self.content_size.width))
        here = line_of(rows, facts.cursor)
        x = rows[here][1].index(facts.cursor) if facts.cursor in rows[here][1] else 0
        for _, owners in rows[here + 1 :] if direction > 0 else reversed(rows[:here]):
            if owners and (there := owners[min(x, len(owners) - 1)]) != facts.cursor:
                return there
        return None


def room_of(width: int) -> int:
    """Return how many cells a line of text has."""
    return max(min(width - 2 * MARGIN, MEASURE), 8)


@lru_cache(maxsize=64)
def lay_out(pieces: tuple[str, ...], room: int) -> list[Row]:
    """Return the text that the pieces make, in lines."""
    cleaned = [shown(piece) for piece in pieces]
    whole = "".join(cleaned)
    owners = [n for n, piece in enumerate(cleaned) for _ in piece]
    rows: list[Row] = []
    at = 0
    for line in wrap(whole, room):
        at = whole.index(line, at) if line else at
        rows.append((line, tuple(owners[at : at + len(line)])))
        at += len(line)
    return rows


def line_of(rows: list[Row], piece: int) -> int:
    """Return the line on which a piece begins."""
    return next((n for n, (_, owners) in enumerate(rows) if piece in owners), 0)


def _ink(facts: TokenFacts, n: int) -> str:
    nats = facts.pieces[n][1]
    if nats is None:
        return "muted"
    if n == facts.cursor:
        return "here" if facts.active else "marked"
    return INKS[class_of(nats)]
