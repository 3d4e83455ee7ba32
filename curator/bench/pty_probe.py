"""A program in a pseudo-terminal: what goes in, what comes out, and when.

What is timed is what a curator at a terminal waits for: from the bytes of a key entering the
terminal to the bytes of the repaint coming out of it. Textual's headless driver would leave out
the parsing of keys, the encoding of the frame and the writing of it.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from curator.bench.lab import CannotMeasure
from curator.bench.processes import descendants, end

BASES = "CURATOR_BASES"
"""As `models.pretrained.base` has it, which would bring more than is needed here."""
COLUMNS, ROWS = 120, 40
_PATIENCE = 60.0
ESCAPE = (
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*(?![\]P_^X\[])[0-~])"
)
WORD = re.compile(rb"\x1b\[\?1049h(?:" + ESCAPE + rb"|[^\x1bA-Za-z])*+[A-Za-z]{3}")
"""Matches an output up to the first word that it paints on the screen of a full-screen program:
what is said before that screen begins, such as why it will not, is no paint."""


class Terminal:
    """A running program and its terminal, which understands 16 million colours and answers nothing.

    A thread reads what comes out as it comes, and notes the time of each piece.
    """

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        """Start a command. Variables of the curator's own settings are not passed on to it.

        Where the bases of models lie is no such setting, and is.
        """
        own = ("CURATOR_", "TEXTUAL")
        kept = {k: v for k, v in os.environ.items() if k == BASES or not k.startswith(own)}
        known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._data = bytearray()
        self._ends: list[int] = []  # of each piece, in bytes from the start
        self._times: list[float] = []
        self._arrived = Condition()
        self._closed = False
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=kept | known | environment,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The program's id."""
        return self._process.pid

    @property
    def size(self) -> int:
        """How many bytes have come out so far."""
        return len(self._data)

    def send(self, keys: bytes) -> float:
        """Press keys; return the time."""
        now = time.perf_counter()
        os.write(self._master, keys)
        return now

    def wait(
        self, what: re.Pattern[bytes], since: int = 0, *, patience: float = _PATIENCE
    ) -> float:
        """Return the time at which the output from byte `since` on had `what` in it.

        Raises `CannotMeasure` when that does not come in time.
        """
        until = time.perf_counter() + patience
        with self._arrived:
            while (found := what.search(self._data, since)) is None:
                left = until - time.perf_counter()
                if left <= 0 or self._closed:
                    raise CannotMeasure(self._explain(what, since))
                self._arrived.wait(left)
            return self._times[bisect_left(self._ends, found.end())]

    def last(self, what: bytes, since: int = 0) -> int:
        """Return where `what` came out last, from byte `since` on; -1 if it did not."""
        with self._arrived:
            return self._data.rfind(what, since)

    def settle(self, quiet: float = 0.4, *, patience: float = _PATIENCE) -> None:
        """Wait until nothing has come out for `quiet` seconds. Raises `CannotMeasure`."""
        until = time.perf_counter() + patience
        while True:
            last = self._times[-1] if self._times else self.started
            rest = last + quiet - time.perf_counter()
            if rest <= 0:
                return
            if time.perf_counter() > until:
                raise CannotMeasure("the screen does not come to rest")
            time.sleep(rest)

    def close(self) -> None:
        """End the program and all that it started."""
        family = [self.pid, *descendants(self.pid)]
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        end(family)
        self._reader.join(5.0)
        os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._master, 65536)
            except OSError:  # EIO: nobody has the other end open any more
                piece = b""
            now = time.perf_counter()
            with self._arrived:
                self._data += piece
                self._ends.append(len(self._data))
                self._times.append(now)
                self._closed = not piece
                self._arrived.notify_all()
            if not piece:
                return

    def _explain(self, what: re.Pattern[bytes], since: int) -> str:
        shown = re.sub(ESCAPE, b" ", bytes(self._data[since:])).decode("utf-8", "replace")
        ended = "the program ended" if self._closed else "the screen did not show it in time"
        return f"{ended}: {what.pattern!r}; it showed: {' '.join(shown.split())[-300:]!r}"
