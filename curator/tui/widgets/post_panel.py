"""One post in full: its text, where it stands, why it goes out as it does, what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.tui.widgets.card_lines import MEASURE, PREFIX, Piece
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.preview import post_lines
from curator.tui.wording import fit, pad, wrap

_KEYS = 4


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What the panel says, in as many lines as there is room for.

    `stands` is a sentence with its ink, `how` the reason and the price, `asked` what it answers.
    `can` are keys, each with what it does. `rows` are lines for the text, the sentence, the keys.
    """

    text: str = ""
    stands: Piece = ("", "text")
    how: str = ""
    asked: tuple[str, str] = ("", "")
    can: tuple[tuple[str, str], ...] = ()
    rows: tuple[int, int, int] = (3, 2, 4)


class PostPanel(Sheet[PostFacts]):
    """The foot of the outbox; always as high, so that the list stays where it is."""

    def lines(self, facts: PostFacts, width: int) -> Iterable[Line]:
        """Return the lines, each part with its name before it."""
        room = min(width - PREFIX - 4, MEASURE)
        for_text, for_state, for_keys = facts.rows
        said, ink = facts.stands
        who, words = facts.asked
        rows = [
            *_part("post", _cut(post_lines(facts.text, room), for_text, room), for_text),
            *_part("now", _cut([[(line, ink)] for line in wrap(said, room)], for_state, room),
                   for_state),
            *_part("how", [[(fit(facts.how, room), "muted")]], 1),
            *_part("for", [[(who, "faint"), (fit(words, max(room - cell_len(who), 0)), "muted")]],
                   1),
        ]  # fmt: skip
        if for_keys:
            keys: list[Line] = [
                [(pad(key, _KEYS), "key"), (fit(what, room - _KEYS), "muted")]
                for key, what in facts.can
            ]
            rows += [[], *_part("keys" if keys else "", keys, for_keys)]
        return rows


def _part(name: str, lines: Iterable[Line], rows: int) -> list[Line]:
    """Return exactly so many lines, with a name before the first."""
    kept = [*lines][:rows]
    kept += [[] for _ in range(rows - len(kept))]
    lead = f"{name:<{PREFIX + 1}}"
    return [[(lead if n == 0 else " " * len(lead), "faint"), *line] for n, line in enumerate(kept)]


def _cut(lines: list[list[Piece]], rows: int, room: int) -> list[list[Piece]]:
    """Return so many lines at most, the last one ending in … if there were more."""
    if len(lines) <= rows:
        return lines
    *pieces, (last, ink) = lines[rows - 1] or [("", "text")]
    used = sum(cell_len(text) for text, _ in pieces)
    return [*lines[: rows - 1], [*pieces, (fit(last + " …", room - used), ink)]]
