"""Bytes that are not understood are put aside, never thrown away."""

from datetime import UTC, datetime
from pathlib import Path

from curator.store.disk import Disk


def keep_aside(disk: Disk, path: Path, data: bytes, what: str) -> Path:
    """Write `data` to `<path>.<what>-<time>`; return that path once it is durable."""
    names = set(disk.names(path.parent))
    stem = f"{path.name}.{what}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    name, number = stem, 1
    while name in names:
        number += 1
        name = f"{stem}-{number}"
    aside = path.with_name(name)
    handle = disk.open(aside)
    try:
        disk.write(handle, data)
        disk.fsync(handle)
    finally:
        disk.close(handle)
    disk.fsync_folder(path.parent)
    return aside
