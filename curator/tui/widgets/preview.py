"""The post as it will appear, how long it is, and what speaks against it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.domain.plain import shown
from curator.domain.tweet_text import Weighed, accidental_urls, preview
from curator.tui.widgets.card_lines import MEASURE, PREFIX, Piece
from curator.tui.widgets.inked import Line, Sheet, runs
from curator.tui.wording import fit, wrap

_INKS = {"text": "text", "url": "link", "mention": "link", "hashtag": "link"}
_MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class PreviewFacts:
    """A text, its weight (None: no text yet), its warnings; `rows` lines are for the text.

    `going` says in one line how it would go out, or what becomes of it; its first piece may be
    cut, the others not.
    """

    text: str = ""
    length: Weighed | None = None
    warnings: tuple[Piece, ...] = ()
    rows: int = 4
    going: tuple[Piece, ...] = ()


class Preview(Sheet[PreviewFacts]):
    """The foot of the page; always as high, so that the cards stay where they are."""

    def lines(self, facts: PreviewFacts, width: int) -> Iterable[Line]:
        """Return the post, its length with the warnings, how it goes out."""
        if facts.length is None:
            return [[] for _ in range(facts.rows + 2)]
        room = min(width - PREFIX, MEASURE)
        body = post_lines(facts.text, room)
        foot = _foot(facts, room)
        fate: list[Piece] = [(" " * PREFIX, "faint"), *_going(facts.going, room)]
        if not facts.rows:
            return [[(f"{'post':<{PREFIX}}", "faint"), *foot[0]], fate]
        high = facts.rows + 1
        if len(body) + len(foot) > high:
            cut = max(high - len(foot), 1)
            if len(body) > cut:
                *pieces, (last, ink) = body[cut - 1] or [("", "text")]
                used = sum(cell_len(text) for text, _ in pieces)
                body = [*body[: cut - 1], [*pieces, (fit(f"{last} …", room - used), ink)]]
        body += [[] for _ in range(high - len(body) - len(foot))]
        lines = [*body, *foot][:high]
        margin = [(f"{'post':<{PREFIX}}", "faint"), *((" " * PREFIX, "faint") for _ in lines)]
        return [*([lead, *line] for lead, line in zip(margin, lines, strict=False)), fate]


def post_lines(text: str, room: int) -> list[list[Piece]]:
    """Return a post in lines of `room` cells, its links, names and tags in their ink."""
    segments = preview(text[:_MOST_CHARACTERS])
    whole = "".join(shown(segment.text) for segment in segments)
    inks = [_INKS[s.kind] for s in segments for _ in shown(s.text)]
    lines: list[list[Piece]] = []
    at = 0
    for line in wrap(whole, room):
        at = whole.index(line, at) if line else at
        lines.append(runs(line, inks[at : at + len(line)]))
        at += len(line)
    return lines


def length_line(length: Weighed, room: int) -> list[Piece]:
    """Return `112 of 280` with a bar."""
    cells = min(28, max(room // 3, 8))
    full = min(round(cells * length.length / length.limit), cells)
    ink = "bad" if length.left < 0 else "warn" if length.left < 20 else "good"
    text = f"{length.length:,} of {length.limit}"
    return [("━" * full, ink), ("━" * (cells - full), "faint"),
            (f"  {text}", "muted" if length.left >= 0 else "bad")]  # fmt: skip


def _going(pieces: tuple[Piece, ...], room: int) -> list[Piece]:
    """Return the pieces in one line; the first one gives way."""
    if not pieces:
        return []
    (text, ink), *rest = pieces
    return [(fit(text, room - sum(cell_len(piece) for piece, _ in rest)), ink), *rest]


def _foot(facts: PreviewFacts, room: int) -> list[list[Piece]]:
    """Return the length, and the warnings behind it or below it."""
    line = length_line(facts.length, room) if facts.length else []
    used = sum(cell_len(text) for text, _ in line)
    rows = [line]
    for text, ink in facts.warnings:
        text = fit(text, room)
        if used + 3 + cell_len(text) > room:
            rows.append([])
            used = 0
        if rows[-1]:
            rows[-1].append(("   ", "text"))
            used += 3
        rows[-1].append((text, ink))
        used += cell_len(text)
    return rows


def link_warnings(text: str) -> Iterable[Piece]:
    """Yield a warning for each name that X would take for a link."""
    for url in accidental_urls(text[:_MOST_CHARACTERS]):
        yield f"! {shown(url.text, 30)} would become a link (23 characters)", "warn"
