"""A base appears in its place whole, or not at all, and by one maker at a time."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

LOCK = ".lock"
"""In the folder of bases: held while something in it is made."""


@contextmanager
def alone(bases: Path, name: str) -> Iterator[None]:
    """Be the only one to make something in `bases`; what a killed pull left there is removed.

    Raises filelock's Timeout if somebody else does.
    """
    bases.mkdir(parents=True, exist_ok=True)
    with FileLock(bases / LOCK, timeout=0):
        for stale in bases.glob(f".{name}-????????"):
            _clear(stale, bases / name)
        yield


@contextmanager
def making(bases: Path, name: str) -> Iterator[Path]:
    """Give a folder to build in; what is in it takes the base's place when all went well."""
    place = bases / name
    scratch = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=bases))
    try:
        made = scratch / "new"
        made.mkdir()
        yield made
        _settle(*made.iterdir(), made)
        if place.exists():
            place.replace(scratch / "old")
        made.replace(place)
        _settle(bases)
    finally:
        _clear(scratch, place)


def _clear(scratch: Path, place: Path) -> None:
    """Remove what a base was built in; the old base comes back if no new one took its place."""
    if (scratch / "old").exists() and not place.exists():
        (scratch / "old").replace(place)
    shutil.rmtree(scratch, ignore_errors=True)


def _settle(*paths: Path) -> None:
    """Have files and folders on the disk: after a crash the base is the old one or the new one."""
    if os.name != "posix":  # a folder can't be opened there
        return
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
