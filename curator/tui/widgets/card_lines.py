"""How a sample reads as a card: number, text, what was decided, what to be warned of."""

import re
from collections.abc import Iterable

from rich.cells import cell_len

from curator.desk.cards import Card
from curator.domain.plain import shown
from curator.tui.slots import Slot
from curator.tui.widgets.inked import Line
from curator.tui.wording import wrap

MEASURE = 92
"""The widest line of text, in cells: longer ones are tiring to read."""
PREFIX = 5
"""Cells before the text: rail, number, air."""
_MOST_CHARACTERS = 1500
_GAP = "   "
_CURSOR = "▏"

Piece = tuple[str, str]


def room_for_text(width: int) -> int:
    """Return how many cells a card of this width has for its text."""
    return max(min(width - PREFIX - 2, MEASURE), 8)


def card_lines(slot: Slot, width: int, *, chosen: bool, opened: int = 0) -> list[Line]:
    """Return a card as lines; `opened` > 0 leaves so many lines free for the editor instead."""
    room = room_for_text(width)
    rail = "▌" if chosen else " "
    number = f"{slot.number:>2}"
    if opened:
        lines: list[Line] = [[(rail, "rail"), (number, "accent")]]
        lines += [[(rail, "rail")] for _ in range(opened - 1)]
        return [*lines, []]
    body = list(_text_lines(slot, room))
    body += _meta_lines(slot, room)
    ink = _number_ink(slot, chosen)
    air = " " * (PREFIX - 1 - len(number))
    blank = " " * (PREFIX - 1)
    lines = [
        [(rail, "rail"), *([(number, ink), (air, ink)] if n == 0 else [(blank, "text")]), *line]
        for n, line in enumerate(body)
    ]
    return [*lines, []]


def _number_ink(slot: Slot, chosen: bool) -> str:
    verdict = slot.card.judgement.verdict if slot.card else None
    if verdict:
        return "good" if verdict == "approve" else "bad"
    return "accent" if chosen else "muted"


def _text_lines(slot: Slot, room: int) -> Iterable[Line]:
    card = slot.card
    if card is None:
        lines = wrap(shown(slot.growing, _MOST_CHARACTERS), room - 1) if slot.growing else ("",)
        for n, line in enumerate(lines):
            last = n == len(lines) - 1
            yield [(line, "text"), (_CURSOR, "cursor" if slot.growing else "faint")][: 1 + last]
        return
    ink = "muted" if card.judgement.verdict == "reject" else "text"
    marks = [shown(word) for word in card.offensive]
    for line in wrap(shown(card.text, _MOST_CHARACTERS), room):
        yield _marked(line, marks, ink)


def _marked(line: str, words: list[str], ink: str) -> Line:
    """Return a line with the words to be careful with standing out."""
    if not words:
        return [(line, ink)]
    pattern = "|".join(re.escape(word) for word in words)
    parts = re.split(f"({pattern})", line)
    return [(part, "warn" if n % 2 else ink) for n, part in enumerate(parts) if part]


def _meta_lines(slot: Slot, room: int) -> list[Line]:
    card = slot.card
    if card is None:
        return [[("being written" if slot.growing else "to be written", "faint")]]
    rows = _flow([*judged(card), *warnings(card)], room - 18)
    right = _right(card)
    used = sum(cell_len(text) for text, _ in rows[0])
    gap = room - used - sum(cell_len(text) for text, _ in right)
    return [[*rows[0], (" " * max(gap, 1), "text"), *right], *rows[1:]]


def _flow(pieces: list[Piece], room: int) -> list[list[Piece]]:
    """Return the pieces in rows of at most `room` cells, as far as they can be divided."""
    rows: list[list[Piece]] = [[]]
    used = 0
    for text, ink in pieces:
        for line in wrap(text, room):
            cells = cell_len(line)
            if rows[-1] and used + len(_GAP) + cells > room:
                rows.append([])
                used = 0
            if rows[-1]:
                rows[-1].append((_GAP, "text"))
                used += len(_GAP)
            rows[-1].append((line, ink))
            used += cells
    return rows


def judged(card: Card) -> list[Piece]:
    """Return what the curator said of a sample, each with its sign and its word."""
    now = card.judgement
    pieces: list[Piece] = []
    if now.verdict:
        approved = now.verdict == "approve"
        pieces.append(("✓ approved", "good") if approved else ("✗ rejected", "bad"))
    if now.stars:
        pieces.append(("★" * now.stars + "☆" * (5 - now.stars), "accent"))
    if now.rank:
        pieces.append(("▲ best", "good") if now.rank == "best" else ("▼ worst", "bad"))
    if now.draft is not None:
        pieces.append(("✎ draft kept", "warn"))
    elif now.text is not None:
        pieces.append(("✎ edited", "muted"))
    return pieces + [(f"#{shown(tag, 40)}", "link") for tag in now.tags]


def warnings(card: Card) -> list[Piece]:
    """Return what the curator should know before deciding, in words."""
    pieces: list[Piece] = []
    if card.stale:
        pieces.append(("↺ written for another song", "warn"))
    siblings = [like for like in card.like if like.sibling is not None]
    past = [like for like in card.like if like.sibling is None]
    if siblings:
        numbers = ", ".join(str(like.sibling) for like in siblings)
        pieces.append((f"≈ reads like {numbers} ({_percent(siblings[0].score)})", "warn"))
    if past:
        pieces.append((f"≈ reads like an earlier post ({_percent(past[0].score)})", "warn"))
    if card.offensive:
        words = ", ".join(shown(word, 30) for word in card.offensive)
        pieces.append((f"! may offend: {words}", "warn"))
    if card.length.left < 0:
        pieces.append((f"! {-card.length.left:,} too long", "bad"))
    elif not card.length.valid:
        pieces.append(("! can't be posted as it is", "bad"))
    return pieces


def _right(card: Card) -> list[Piece]:
    length = (f"{card.length.length:,}", "faint" if card.length.valid else "bad")
    if not any(ink != "link" for _, ink in judged(card)) and not card.judgement.tags:
        return [length] if card.saved else [("saving…  ", "warn"), length]
    return [("saved  ", "faint") if card.saved else ("saving…  ", "warn"), length]


def _percent(score: float) -> str:
    return f"{100 * score:.0f} %"
