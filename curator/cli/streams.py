"""What goes in and out: UTF-8 whatever the locale, one line a record, progress for people only."""

import contextlib
import io
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

# Control, format and separator characters, and surrogates: a terminal might obey them, and some
# readers take a few of them for the end of a line. JSON can say all of them in ASCII.
_UNSAFE = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def tame() -> None:
    """Make the standard streams UTF-8 with `\\n` ends, whatever the locale says."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            errors = "replace" if stream is sys.stdin else "backslashreplace"
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")


def json_line(body: Any) -> str:
    """Return a value as one line of JSON that no terminal obeys and no reader breaks in two."""
    text = json.dumps(body, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say(text: str) -> None:
    """Tell the person at the terminal something, on stderr, so that stdout holds results only.

    What a terminal would obey, in a file's name or in its text, is shown instead.
    """
    from curator.domain.plain import shown

    with contextlib.suppress(BrokenPipeError):
        print("\n".join(map(shown, text.split("\n"))), file=sys.stderr, flush=True)


def opened(path: str | Path) -> contextlib.AbstractContextManager[io.BufferedIOBase]:
    """Open a file to read bytes from it; `-` is standard input. Raises OSError."""
    if str(path) == "-":
        return contextlib.nullcontext(sys.stdin.buffer)  # type: ignore[arg-type]
    return Path(path).open("rb")


def lines(path: str | Path) -> Iterator[bytes]:
    """Yield the lines of a file or of standard input (`-`), ends of Unix and Windows cut off.

    Only `\\n` ends a line: a text may hold every other separator. A byte order mark is dropped.
    """
    with opened(path) as file:
        for number, line in enumerate(file):
            body = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            yield body.removesuffix(b"\n").removesuffix(b"\r")


class Status:
    """One line on stderr that is written over again and again; silent where nobody looks."""

    def __init__(self, stream: TextIO | None = None, *, every: float = 0.1) -> None:
        self._stream = stream or sys.stderr
        self._every = every
        self._last = float("-inf")
        self._shown = False
        self.live = self._stream.isatty()

    def show(self, text: str, *, now: bool = False) -> None:
        """Show a line in place of the last one, at most every tenth of a second or `now`."""
        tick = time.monotonic()
        if not self.live or (not now and tick - self._last < self._every):
            return
        self._last = tick
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[2K{text[:width]}")
        self._stream.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away, before something else is printed."""
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._shown = False
            self._last = float("-inf")

    def __enter__(self) -> "Status":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


def duration(seconds: float) -> str:
    """Return a time in words: `8 s`, `3 min 20 s`, `1 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 request`, `1,200 requests`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
