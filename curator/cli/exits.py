"""How a command ends: its exit code, and one or two lines that say what to do."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from typing import Final

from curator.cli.streams import say

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
LOCKED: Final = 3
DAMAGED: Final = 4
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells count."""
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stop(Exception):
    """The command ends here, for a reason that a person can act on."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        self.message = message
        self.code = code
        super().__init__(message)


def explain(error: BaseException) -> Stop | None:
    """Return how an expected failure ends the command; None for one that nobody expected."""
    if isinstance(error, Stop):
        return error
    # Looked up by the caller's error alone, so that a command pays for no part it does not use.
    from curator.config import ConfigError
    from curator.net.credentials import CredentialsError
    from curator.net.x_errors import XError
    from curator.store import StoreDamaged, StoreError, StoreLocked

    if isinstance(error, StoreLocked):
        return Stop(str(error), LOCKED)
    if isinstance(error, StoreDamaged):
        return Stop(str(error), DAMAGED)
    if isinstance(error, ConfigError):
        return Stop(str(error), USAGE)
    if isinstance(error, StoreError | CredentialsError | XError):
        return Stop(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return Stop(f"{error.filename}: {error.strerror or error}")
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _leave_quietly()
        return Stop(f"what was to be written has no room: {error.strerror}")
    return None


def ending(work: Callable[[], int | None]) -> int:
    """Do the work and return the exit code; what can be expected to fail is said on stderr."""
    try:
        return work() or DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _leave_quietly()
        return FAILED
    except Exception as error:
        stop = explain(error)
        if stop is None:
            raise
        say(f"curator: {stop.message}")
        return stop.code


def _leave_quietly() -> None:
    """Point stdout at nothing: whoever read it has gone, and the last flush would complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
