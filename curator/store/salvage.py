"""What can still be read from files that are damaged."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curator.store.layout import META, TABLES, to_row

_ROW = re.compile(r'\{\s*"id"\s*:')
_HEADINGS = re.compile(r'\{\s*"format"\s*:[^{}]*\}|"\w+"\s*:(?=\s*(?:\{|$))|[{},]')
_FOREIGN = re.compile(r"[^\n\r\t -~]")
_MARKS = {
    "samples": {"request_id", "model"},
    "events": {"type", "target"},
    "posts": {"post", "step"},
    "marks": {"stream", "since"},
    "versions": {"version", "step"},
    "requests": {"source"},
}
_decoder = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """Something at a line, from 1, that could not be read, or only with a doubt."""

    line: int
    what: str


def rows_of(data: bytes) -> Iterator[tuple[str, bytes] | Lost]:
    """Read a broken snapshot row by row, whatever its layout; account for all that is no row.

    A row's table is told by its fields, so that a broken heading takes nothing with it.
    """
    text = data.decode("utf-8", errors="replace")
    lines = _LineNumbers(text)
    understood = looked = 0
    while True:
        start = _ROW.search(text, looked)
        until = start.start() if start else len(text)
        between = _HEADINGS.sub("", text[understood:until])
        if between.strip():
            line = lines.of(text.index(between.strip()[0], understood))
            what = f"{between.strip()[:60]!r} ({len(between.strip())} characters)"
            yield Lost(line, f"left out, as it cannot be read: {what}")
        if start is None:
            return
        try:
            fields, looked = _decoder.raw_decode(text, until)
        except ValueError:
            understood, looked = until, until + 1
            continue
        understood = looked
        yield from _judge(lines.of(until), fields, text[until:looked])


def what_is_wrong(table: str, fields: dict[str, Any]) -> str | None:
    """Say why `fields` are no row of the table; None if they are one."""
    try:
        to_row(fields)
        TABLES[table].from_doc(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"no row of {table}: {error!r}"
    return None


def meta_of(data: bytes) -> tuple[int, int]:
    """Return generation and last sequence number as a broken snapshot still tells them, or 0."""
    found = re.search(
        rb'"%b"\s*:\s*\{\s*"1"\s*:\s*\{[^{}]*?"generation"\s*:\s*(\d+)[^{}]*?"last_seq"\s*:\s*(\d+)'
        % META.encode(),
        data,
    )
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _judge(line: int, fields: dict[str, Any], text: str) -> Iterator[tuple[str, bytes] | Lost]:
    table = next((t for t, marks in _MARKS.items() if marks <= fields.keys()), None)
    if table is None:
        yield Lost(line, f"left out, as it is of no kind that is kept: {text[:60]!r}")
        return
    if wrong := what_is_wrong(table, fields):
        yield Lost(line, f"left out, as it is {wrong}: {text[:60]!r}")
        return
    if _FOREIGN.search(text):
        yield Lost(line, f"{fields['id']} was kept, but holds characters that were never written")
    yield table, to_row(fields)


class _LineNumbers:
    """Line numbers of growing places in a text, each line counted once."""

    def __init__(self, text: str):
        self._text = text
        self._place = 0
        self._line = 1

    def of(self, place: int) -> int:
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line
