"""The journal: a file that only grows, one line a transaction.

`read_journal` reads one, `is_torn` judges what in it is not whole, `Journal` appends.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from curator.store.disk import Disk
from curator.store.layout import Transaction, from_line, resembles_seal, sealed

_NAME = re.compile(r"journal-(\d+)\.jsonl")
_ZEROS = re.compile(rb"^\0|\0\0")
_GARBAGE = re.compile(rb"[^\n -~]{2}")


def journal_name(generation: int) -> str:
    """Return the file name of a generation's journal."""
    return f"journal-{generation}.jsonl"


def generation_of(name: str) -> int | None:
    """Return the generation of the journal of this name; None if it is no journal's."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, from 1, at bytes `start` to `end` (newline left out), that is not as written."""

    number: int
    start: int
    end: int
    what: str


def read_journal(data: bytes) -> Iterator[Transaction | BadLine]:
    """Read a journal's bytes, line by line."""
    view = memoryview(data)
    number = start = 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        if end < 0:
            yield BadLine(number, start, len(data), "the line has no end")
            return
        if not sealed(view, start, end):
            yield BadLine(number, start, end, "the line does not match its checksum")
        else:
            transaction = from_line(data, start, end, number)
            yield transaction or BadLine(number, start, end, "the line is no transaction")
        start = end + 1


def is_torn(data: bytes, bad: BadLine, after: Iterable[Transaction | BadLine]) -> bool:
    """Whether all from a journal's first bad line on was never acknowledged.

    `after` is what follows it. Power cut in a write leaves the file short, with blocks of zeros
    in it, or (where the file system allows it) ending in what was in those blocks before; and
    blocks reach the disk in any order, so that whole lines of the same write may follow. A line
    of an earlier write, which was acknowledged, still ends in its seal, or in most of it, when
    it is damaged; or other writes follow.
    """
    garbage = _GARBAGE.search(data, bad.start) is not None
    for line in (bad, *after):
        if isinstance(line, Transaction):
            torn = line.joined
        elif line.end == len(data):
            torn = True
        elif resembles_seal(data[line.start : line.end]):
            torn = _ZEROS.search(data[line.start : line.end]) is not None
        else:
            torn = garbage
        if not torn:
            return False
    return True


class Journal:
    """A journal open for appending, at the end of its last whole line.

    Of an append that fails nothing stays behind: the file is cut back at once or, if the disk
    refuses even that, before the next append, which fails as long as it cannot be.
    """

    def __init__(self, disk: Disk, path: Path, handle: int, size: int):
        self.path = path
        self.size = size
        self._disk = disk
        self._handle = handle
        self._clean = True

    @classmethod
    def open(cls, disk: Disk, path: Path, whole: int) -> "Journal":
        """Open the file, cut it to its first `whole` bytes, and make those durable.

        They may not be yet, when the process that wrote them was killed before its fsync.
        """
        handle = disk.open(path)
        try:
            if disk.size(handle) != whole:
                disk.truncate(handle, whole)
            disk.fsync(handle)
        except OSError:
            disk.close(handle)
            raise
        return cls(disk, path, handle, whole)

    def append(self, data: bytes) -> None:
        """Append whole lines; return once they are durable, or raise `OSError`."""
        self.heal()
        self._clean = False
        try:
            self._disk.write(self._handle, data)
            self._disk.fsync(self._handle)
        except OSError:
            with suppress(OSError):
                self.heal()
            raise
        self._clean = True
        self.size += len(data)

    def heal(self) -> None:
        """Cut away what a failed append left; raise `OSError` while that is impossible.

        After a failed fsync the system may take its pages for written although they are not, so
        the bytes are cut off and written anew instead of synced again.
        """
        if not self._clean:
            self._disk.truncate(self._handle, self.size)
            self._disk.fsync(self._handle)
            self._clean = True

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._disk.close(self._handle)
