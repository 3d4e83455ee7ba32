"""The few file operations that the store is built on.

They are in one small class so that a test can put a disk in its place that fills up, breaks, or
loses power and with it everything that was not flushed.
"""

import os
from pathlib import Path

from curator.store.lock import HomeLock

try:
    from fcntl import F_FULLFSYNC, fcntl  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    F_FULLFSYNC = None


class Disk:
    """The real one. Every method raises `OSError` when the system refuses."""

    def make_folder(self, folder: Path) -> None:
        """Create `folder` and its parents, and make their names durable."""
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            self.fsync_folder(path.parent)
        if not missing and not folder.is_dir():
            raise FileExistsError(17, "there is a file where the data folder should be")

    def names(self, folder: Path) -> list[str]:
        """Return the names in `folder`."""
        return [path.name for path in folder.iterdir()]

    def read(self, path: Path) -> bytes:
        """Return the whole file."""
        return path.read_bytes()

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder of this name."""
        return path.exists()

    def open(self, path: Path) -> int:
        """Open for appending, creating the file if need be; return a handle."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)

    def size(self, handle: int) -> int:
        """Return the file's size in bytes."""
        return os.fstat(handle).st_size

    def write(self, handle: int, data: bytes) -> None:
        """Append all of `data`; after an `OSError` a part of it may be in the file."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]

    def fsync(self, handle: int) -> None:
        """Return when the file's content is on the medium itself."""
        if F_FULLFSYNC is not None:
            # On macOS fsync stops at the drive's own cache.
            fcntl(handle, F_FULLFSYNC)
        else:
            os.fsync(handle)

    def truncate(self, handle: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(handle, size)

    def close(self, handle: int) -> None:
        """Close the handle."""
        os.close(handle)

    def replace(self, source: Path, target: Path) -> None:
        """Give `source` the name `target`, in one step; a file of that name is gone."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove the file if it is there."""
        path.unlink(missing_ok=True)

    def fsync_folder(self, folder: Path) -> None:
        """Return when the names in `folder` are on the medium."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def lock(self, path: Path) -> HomeLock:
        """Take the lock at `path`, or raise `StoreLocked`."""
        return HomeLock.acquire(path)
