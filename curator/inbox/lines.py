"""Bytes to lines of text, and lines to CSV records, one at a time; what is broken is reported.

A broken line never costs its neighbours: bytes that are no UTF-8 spoil one line, a quote that is
never closed one record.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from curator.inbox.rows import BadRow

MAX_LINE = 16 * 2**20
"""Bytes of the longest line that is read."""
MAX_RECORD = 16 * 2**20
"""Characters of the longest CSV record that is read."""

_BAD_BYTE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its line break; `raw` has it still."""

    number: int
    raw: str

    @property
    def text(self) -> str:
        """The line without its break."""
        return self.raw.rstrip("\r\n")


def read_lines(file: BinaryIO) -> Iterator[Line | BadRow]:
    """Yield the lines of a file in UTF-8, with or without a byte order mark."""
    number = 0
    while raw := file.readline(MAX_LINE):
        number += 1
        if number == 1:
            if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                yield BadRow(1, "the file is UTF-16; save it as UTF-8")
                return
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) >= MAX_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield BadRow(number, f"longer than {MAX_LINE:,} bytes")
            continue
        text = raw.decode("utf-8", errors="surrogateescape")
        if bad := _BAD_BYTE.search(text):
            byte = ord(bad[0]) - 0xDC00
            column = bad.start() + 1
            yield BadRow(number, f"not UTF-8: byte 0x{byte:02x} at character {column}")
        else:
            yield Line(number, text)


@dataclass(frozen=True, slots=True)
class Record:
    """A CSV record and the line that it begins on."""

    line: int
    cells: list[str]


class Records:
    """Yields the records of a CSV file.

    A record ends where its quotes balance. One that does not end, or that has another number of
    cells than the header after running over several lines, most likely has a stray quote in its
    first line: that line is reported, and reading goes on with the next.
    """

    def __init__(self, lines: Iterator[Line | BadRow]) -> None:
        self._lines = lines
        self._again: deque[Line | BadRow] = deque()
        self._width: int | None = None
        self._delimiter = ","

    def __iter__(self) -> Iterator[Record | BadRow]:
        while (first := self._next()) is not None:
            if isinstance(first, BadRow):
                yield first
                continue
            if not first.text.strip(" ,;\t"):
                continue
            if self._width is None:
                self._delimiter = max(",;\t", key=first.raw.count)
            record = self._record(first)
            if isinstance(record, Record) and self._width is None:
                self._width = len(record.cells)
            yield record

    def _next(self) -> Line | BadRow | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, first: Line) -> Record | BadRow:
        rest: list[Line | BadRow] = []
        text, quotes = [first.raw], first.raw.count('"')
        size = len(first.raw)
        while quotes % 2:
            line = self._next()
            if line is not None:
                rest.append(line)
            if not isinstance(line, Line) or (size := size + len(line.raw)) > MAX_RECORD:
                return self._stray_quote(first, rest)
            text.append(line.raw)
            quotes += line.raw.count('"')
        csv.field_size_limit(MAX_RECORD)
        try:
            rows = list(csv.reader(["".join(text)], strict=True, delimiter=self._delimiter))
        except csv.Error as error:
            if rest:
                return self._stray_quote(first, rest)
            return BadRow(first.number, f"not CSV: {error}")
        cells = rows[0] if rows else []
        if self._width is not None and len(cells) != self._width:
            if rest:
                return self._stray_quote(first, rest)
            return BadRow(first.number, f"{len(cells)} cells instead of {self._width}")
        return Record(first.number, cells)

    def _stray_quote(self, first: Line, rest: list[Line | BadRow]) -> BadRow:
        self._again.extendleft(reversed(rest))
        return BadRow(first.number, "a quote is opened and not closed")
