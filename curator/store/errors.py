"""What can go wrong with the store, each with a sentence that the curator can act on."""

import errno
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}


class StoreError(Exception):
    """The store could not do what was asked; the message says what to do about it."""


class StoreLocked(StoreError):
    """Another process writes to this store; `holder` names it."""

    def __init__(self, home: Path, holder: str):
        self.home = home
        self.holder = holder
        super().__init__(f"{home} is in use by {holder}. Leave it there first, then try again.")


class StoreDamaged(StoreError):
    """A file is not as it was written; `path` and `line` (from 1, None if unknown) say where."""

    def __init__(self, path: Path, line: int | None, what: str):
        self.path = path
        self.line = line
        self.what = what
        where = f"{path}, line {line}" if line else f"{path}"
        super().__init__(
            f"{where}: {what}. Nothing was changed. "
            "`curator store check` shows more, `curator store repair` keeps all that is whole."
        )


class StoreTooNew(StoreError):
    """The files were written by a newer version of the program."""

    def __init__(self, path: Path, what: str):
        self.path = path
        super().__init__(
            f"{path} was written by a newer version of curator ({what}). "
            "Update curator to open it; nothing was changed."
        )


class StoreReadOnly(StoreError):
    """The data folder, or this opening of it, does not allow writing."""


class AppendOnlyError(StoreError):
    """A stored record cannot be changed or removed; what supersedes it is one more record."""


class DuplicateId(StoreError):
    """A record with this id is stored already."""

    def __init__(self, table: str, id: str):
        self.table = table
        self.id = id
        super().__init__(f"{id} is stored in {table} already; nothing of this was stored twice.")


def from_os(error: OSError, doing: str) -> StoreError:
    """Turn an `OSError` into the store's own error; `doing` is what failed, as "writing PATH"."""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return StoreError(
            f"{doing} failed: the disk is full. Free some space and do it again; "
            "everything that was saved before is safe."
        )
    if error.errno == errno.EFBIG:
        return StoreError(
            f"{doing} failed: the file may not grow any further. Lift the limit on file sizes "
            "and do it again; everything that was saved before is safe."
        )
    if error.errno in _FORBIDDEN:
        return StoreReadOnly(
            f"{doing} failed: {reason}. Choose a data folder that can be written with --home, "
            "or change its permissions; reading and exporting still work."
        )
    return StoreError(
        f"{doing} failed: {reason}. Look after the disk and do it again; "
        "everything that was saved before is safe."
    )
