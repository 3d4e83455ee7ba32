"""One writer at a time: a lock that the system itself lets go of when its process dies."""

import json
import os
import shlex
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from curator.store.errors import StoreLocked


class HomeLock:
    """The lock on a data folder, held until `release`.

    The file itself says nothing: it stays behind when its process is killed, and then blocks
    nobody. What is written in it is only there to tell others who holds it.
    """

    def __init__(self, lock: BaseFileLock):
        self._lock = lock

    @classmethod
    def acquire(cls, path: Path) -> "HomeLock":
        """Take the lock, without waiting; raise `StoreLocked` or `OSError`."""
        # Not thread-local: the store may be opened in one thread and closed in another.
        lock = FileLock(path, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise StoreLocked(path.parent, _holder(path)) from None
        # Without room for it the lock still holds, only namelessly.
        with suppress(OSError):
            path.write_text(json.dumps(_this_process()) + "\n", encoding="utf-8")
        return cls(lock)

    def release(self) -> None:
        """Let the next writer in."""
        self._lock.release()


def _this_process() -> dict[str, str | int]:
    command = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [sys.executable]
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(command),
    }


def _holder(path: Path) -> str:
    """Say who holds the lock, as far as its file tells."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        text = (
            f"`{held['command']}` (process {held['pid']} on {held['host']}, since {held['since']})"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
    return "".join(c if c.isprintable() else "�" for c in text[:500])
