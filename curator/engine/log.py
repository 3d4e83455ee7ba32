"""The log of the model's process: what it says on stderr, and what it should not have said."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

LIMIT = 1_000_000
_TAIL = 2_000
# A log is read in a terminal, and what a library complains about may quote a title: control
# characters are not for the terminal to obey. A progress bar's carriage return ends a line.
_HARMLESS = bytes.maketrans(
    bytes([*range(0x00, 0x09), 0x0B, 0x0C, 0x0D, *range(0x0E, 0x20), 0x7F]),
    b"?" * 9 + b"??\n" + b"?" * 18 + b"?",
)


class Log:
    """A file of at most `limit` bytes, and one older file of as much beside it (`.1`).

    Safe to write from several threads. A disk that takes nothing costs the log, never the writing.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self.path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._size = 0
        self._tail = b""

    @property
    def last_line(self) -> str:
        """The last line with anything in it: of a crash in Python, the exception."""
        lines = self._tail.decode("utf-8", errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def write(self, data: bytes) -> None:
        """Append what the process said."""
        data = data.translate(_HARMLESS)
        with self._lock:
            self._tail = (self._tail + data)[-_TAIL:]
            self._append(data)

    def note(self, text: str) -> None:
        """Append a line of our own, with the time. It does not count as the last line."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        line = f"--- {moment} {text}\n".encode("utf-8", errors="replace").translate(_HARMLESS)
        with self._lock:
            self._append(line)

    def forget(self) -> None:
        """Begin anew with a new process: nothing it said is the last line."""
        self._tail = b""

    def close(self) -> None:
        """Close the file; writing again opens it again."""
        with self._lock:
            self._close()

    def _append(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._open()
            if self._size and self._size + len(data) > self._limit:
                self._close()
                self.path.replace(self.path.with_name(self.path.name + ".1"))
                self._open()
            assert self._file is not None
            self._file.write(data)
            self._size += len(data)
        except OSError:
            self._close()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)
        self._size = self._file.tell()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
