"""How a command ends: its exit code, and one or two lines that say what to do."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
LOCKED: Final = 3
DAMAGED: Final = 4
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells count."""


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
    from curator.store import StoreDamaged, StoreError, StoreLocked

    if isinstance(error, StoreLocked):
        return Stop(str(error), LOCKED)
    if isinstance(error, StoreDamaged):
        return Stop(str(error), DAMAGED)
    if isinstance(error, ConfigError):
        return Stop(str(error), USAGE)
    if isinstance(error, StoreError):
        return Stop(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return Stop(f"{error.filename}: {error.strerror or error}")
    return None
