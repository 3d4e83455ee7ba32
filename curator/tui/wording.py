"""Small words of the screens: ages, counts, durations, and lines that fit their width."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len, split_graphemes

from curator.domain.plain import shown

_MOST_CHARACTERS = 5000
_AGES = ((1_209_600, 604_800, "w"), (86_400, 86_400, "d"), (3_600, 3_600, "h"), (60, 60, "m"))
"""From how many seconds on, in units of how many, called what."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 request", "3 requests"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def age(then: str, now: str) -> str:
    """Return how long ago a stamp was, short: "now", "5m", "3h", "2d", "7w"; empty if unclear."""
    try:
        seconds = (datetime.fromisoformat(now) - datetime.fromisoformat(then)).total_seconds()
    except (TypeError, ValueError):
        return ""
    for least, size, unit in _AGES:
        if seconds >= least:
            return f"{int(seconds // size)}{unit}"
    return "now"


def duration(seconds: float) -> str:
    """Return active time in words: "40 s", "12 min", "1 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def fit(text: str, width: int) -> str:
    """Return the text cut to `width` cells, the last of them … if it was longer."""
    if len(text) <= width and cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, used = [], 0
    for piece, cells in _graphemes(text):
        if used + cells > width - 1:
            break
        kept.append(piece)
        used += cells
    return "".join(kept).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """Return the text cut or filled up to exactly `width` cells."""
    cut = fit(text, width)
    return cut + " " * (width - cell_len(cut))


@lru_cache(maxsize=512)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Return the lines of a text, each at most `width` cells wide; always at least one line.

    Lines break at spaces; a word wider than a line breaks between graphemes, so that an emoji
    never falls apart. The time is linear in the text.
    """
    width = max(width, 2)
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        cells = cell_len(word)
        if line and used + 1 + cells <= width:
            line, used = f"{line} {word}", used + 1 + cells
            continue
        if line:
            lines.append(line)
        line, used = word, cells
        if cells > width:
            *full, line = _chop(word, width)
            lines += full
            used = cell_len(line)
    return (*lines, line)


def clean(text: str) -> str:
    """Return a text as one line without what a terminal would obey or hide."""
    flat = " ".join(text.split())
    if shown(flat) == flat:
        return flat
    kept = (
        piece if shown(piece) == piece else "".join(c for c in piece if shown(c) == c)
        for piece, _ in _graphemes(flat)
    )
    return " ".join("".join(kept).split())


def editable(text: str) -> tuple[str, bool]:
    """Return a text without what a terminal would obey or hide, and whether anything was lost.

    Line breaks become spaces: a post is one paragraph.
    """
    kept = clean(text[:_MOST_CHARACTERS])
    return kept, kept != " ".join(text.split())


def pasted(text: str) -> str:
    """Return what a pasted text becomes: editable, with the spaces that part it from its
    neighbours."""
    kept = editable(text)[0]
    before = " " * text.startswith(" ")
    return before + kept + " " * text.endswith(" ") if kept else before


def _chop(word: str, width: int) -> Iterator[str]:
    piece: list[str] = []
    used = 0
    for grapheme, cells in _graphemes(word):
        if used + cells > width:
            yield "".join(piece)
            piece.clear()
            used = 0
        piece.append(grapheme)
        used += cells
    yield "".join(piece)


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    spans, _ = split_graphemes(text)
    for start, end, cells in spans:
        yield text[start:end], cells
