"""The post as it will appear, how long it is, and what speaks against it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.domain.plain import shown
from curator.domain.tweet_text import Weighed, accidental_urls, preview
from curator.tui.widgets.card_lines import MEASURE, PREFIX, Piece
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit, wrap

_INKS = {"text": "text", "url": "link", "mention": "link", "hashtag": "link"}
_MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class PreviewFacts:
    """A text, its weight, and the warnings about it; `rows` lines are kept for the text."""

    text: str
    length: Weighed
    warnings: tuple[Piece, ...] = ()
    what: str = "the post"
    rows: int = 4


class Preview(Sheet[PreviewFacts]):
    """The foot of the page; always as high, so that the cards stay where they are."""

    def lines(self, facts: PreviewFacts, width: int) -> Iterable[Line]:
        """Return the post, then its length with the warnings."""
        room = min(width - PREFIX, MEASURE)
        body = post_lines(facts.text, room)
        if len(body) > facts.rows:
            body = body[: facts.rows]
            body[-1] = [*body[-1][:-1], (fit(body[-1][-1][0], room - 1) + "…", "faint")]
        body += [[] for _ in range(facts.rows - len(body))]
        notes = [*facts.warnings, *_links(facts.text)]
        lines = [*body, *_length(facts, notes, room)]
        margin = [(f"{'post':<{PREFIX}}", "faint"), *((" " * PREFIX, "faint") for _ in lines)]
        return [[lead, *line] for lead, line in zip(margin, lines, strict=False)]


def post_lines(text: str, room: int) -> list[list[Piece]]:
    """Return a post in lines of `room` cells, its links, names and tags in their ink."""
    segments = preview(text[:_MOST_CHARACTERS])
    whole = "".join(shown(segment.text) for segment in segments)
    inks = [_INKS[s.kind] for s in segments for _ in shown(s.text)]
    lines: list[list[Piece]] = []
    at = 0
    for line in wrap(whole, room):
        at = whole.index(line, at) if line else at
        lines.append(_runs(line, inks[at : at + len(line)]))
        at += len(line)
    return lines


def _runs(line: str, inks: list[str]) -> list[Piece]:
    """Return a line as pieces of one ink each."""
    pieces: list[Piece] = []
    start = 0
    for n in range(1, len(line) + 1):
        if n == len(line) or inks[n] != inks[start]:
            pieces.append((line[start:n], inks[start]))
            start = n
    return pieces


def length_line(length: Weighed, room: int) -> list[Piece]:
    """Return `112 of 280` with a bar."""
    cells = min(28, max(room // 3, 8))
    full = min(round(cells * length.length / length.limit), cells)
    ink = "bad" if length.left < 0 else "warn" if length.left < 20 else "good"
    text = f"{length.length:,} of {length.limit}"
    return [("━" * full, ink), ("━" * (cells - full), "faint"),
            (f"  {text}", "muted" if length.left >= 0 else "bad")]  # fmt: skip


def _length(facts: PreviewFacts, notes: list[Piece], room: int) -> Iterable[Line]:
    line = length_line(facts.length, room)
    used = sum(cell_len(text) for text, _ in line)
    for text, ink in notes:
        if used + 3 + cell_len(text) > room:
            text = fit(text, room - used - 3)
        if len(text) > 3:
            line += [("   ", "text"), (text, ink)]
            used += 3 + cell_len(text)
    yield line


def _links(text: str) -> Iterable[Piece]:
    for url in accidental_urls(text[:_MOST_CHARACTERS]):
        yield f"! {shown(url.text, 30)} would become a link (23 characters)", "warn"
