"""A disk in memory that knows what a real one would still hold after a power cut.

For every file it keeps what is in the page cache and what was fsynced, for the folder likewise
which names it shows and which are durable. A power cut decides for each sector that was not
fsynced whether it reached the medium, is as before, holds zeros or holds something else, and for
each change of a name whether it happened. Killing a process loses nothing of the cache.
"""

import errno
import random
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 16  # small, so that short lines are torn in many ways


@dataclass
class Node:
    cache: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    stable: int = 0  # so many first bytes are the same in both, whatever happens

    def flush(self):
        self.durable = bytes(self.cache)
        self.stable = len(self.durable)

    def lose_power(self, luck):
        new, old = bytes(self.cache), self.durable
        size = luck.size(len(old), len(new), self.stable)
        kept = bytearray(old[: self.stable])
        while len(kept) < size:
            start = len(kept)
            end = min(size, start - start % SECTOR + SECTOR)
            kept += luck.sector(start, old[start:end], new[start:end], end - start)
        self.cache, self.durable, self.stable = bytearray(kept), bytes(kept), len(kept)


class Luck:
    """What a power cut leaves of what was not fsynced.

    `none` or `all` of it, some sectors of it at `random`, all but a `hole` somewhere, or its
    beginning and then the `garbage` that was on the medium before.
    """

    KINDS = ("none", "all", "random", "hole", "garbage")

    def __init__(self, kind="random", seed=0):
        self.kind = kind
        self._random = random.Random(seed)
        self._lost = range(0)

    def size(self, old, new, stable):
        """Choose how long the file is, and which part of it is lost."""
        size = old if self.kind == "none" else new
        if self.kind == "random":
            size = self._random.choice([old, new, self._random.randint(stable, max(old, new))])
        first = self._random.randint(stable, max(stable, size))
        length = self._random.choice([1, SECTOR * 4]) if self.kind == "hole" else size
        self._lost = range(first - SECTOR + 1, first + length)
        return size

    def sector(self, start, old, new, size):
        old, new = old.ljust(size, b"\0"), new.ljust(size, b"\0")
        if self.kind == "random":
            return self._random.choice([old, new, bytes(size)])
        if self.kind == "hole" and start in self._lost:
            return self._random.choice([old, bytes(size)])
        if self.kind == "garbage" and start in self._lost:
            return self._random.randbytes(size)
        return old if self.kind == "none" else new

    def name(self):
        return self.kind != "none" and (self.kind == "all" or self._random.random() < 0.5)


class PowerLoss(OSError):
    """The operation during which the power failed never came back."""

    def __init__(self):
        super().__init__(errno.EIO, "power lost")


class Medium:
    """What outlives the processes: the cache until the power is cut, the rest always."""

    def __init__(self):
        self.names: dict[Path, Node] = {}
        self.durable: dict[Path, Node] = {}
        self.pending: list[dict[Path, Node | None]] = []

    def change(self, names):
        for path, node in names.items():
            if node is None:
                self.names.pop(path, None)
            else:
                self.names[path] = node
        self.pending.append(names)

    def lose_power(self, luck):
        names = dict(self.durable)
        for change in self.pending:
            if luck.name():
                names.update(change)
        self.names = {path: node for path, node in names.items() if node is not None}
        self.durable, self.pending = dict(self.names), []
        for node in self.names.values():
            node.lose_power(luck)


class _NoLock:
    def release(self):
        pass


class PowerDisk:
    """One process's view of the medium, in the place of `curator.store.disk.Disk`.

    `fail_at`: the power fails at that operation from now on, before or after its effect.
    `room`: bytes that still fit. `broken`: operations that fail with EIO, on all files or on
    the one named. `lies`: paths for
    which fsync says it is done, and is not.
    """

    def __init__(self, medium=None, *, lies=lambda path: False):
        self.medium = medium or Medium()
        self.lies = lies
        self.room = None
        self.broken: set[str] = set()
        self.fail_at = None
        self.fail_after = False
        self.done: list[str] = []
        self._off = False
        self._open: dict[int, tuple[Path, Node]] = {}

    def reboot(self, luck):
        """Cut the power; return the disk as the next process finds it."""
        self._off = True
        self.medium.lose_power(luck)
        return PowerDisk(self.medium, lies=self.lies)

    def kill(self):
        """Kill the process; return the disk as the next one finds it."""
        self._off = True
        return PowerDisk(self.medium, lies=self.lies)

    def _do(self, what, effect):
        if self._off:
            raise PowerLoss
        self.done.append(what)
        failing = self.fail_at == len(self.done)
        if failing and not self.fail_after:
            self._off = True
            raise PowerLoss
        if self.broken & {what, what.split()[0]}:
            raise OSError(errno.EIO, "Input/output error")
        result = effect()
        if failing:
            self._off = True
            raise PowerLoss
        return result

    def make_folder(self, folder):
        pass

    def names(self, folder):
        return [path.name for path in self.medium.names if path.parent == folder]

    def read(self, path):
        if path not in self.medium.names:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
        return bytes(self.medium.names[path].cache)

    def exists(self, path):
        return path == HOME or path in self.medium.names

    def open(self, path):
        def effect():
            if path not in self.medium.names:
                self.medium.change({path: Node()})
            handle = len(self._open) + 1
            self._open[handle] = (path, self.medium.names[path])
            return handle

        return self._do(f"open {path.name}", effect)

    def size(self, handle):
        return len(self._open[handle][1].cache)

    def write(self, handle, data):
        path, node = self._open[handle]

        def effect():
            fits = len(data) if self.room is None else min(self.room, len(data))
            node.cache += data[:fits]
            if self.room is not None:
                self.room -= fits
            if fits < len(data):
                raise OSError(errno.ENOSPC, "No space left on device")

        self._do(f"write {path.name}", effect)

    def fsync(self, handle):
        path, node = self._open[handle]
        self._do(f"fsync {path.name}", lambda: None if self.lies(path) else node.flush())

    def truncate(self, handle, size):
        path, node = self._open[handle]

        def effect():
            if self.room is not None:
                self.room += max(0, len(node.cache) - size)
            del node.cache[size:]
            node.stable = min(node.stable, size)

        self._do(f"truncate {path.name}", effect)

    def close(self, handle):
        pass

    def replace(self, source, target):
        change = lambda: self.medium.change({target: self.medium.names[source], source: None})  # noqa: E731
        self._do(f"replace {target.name}", change)

    def remove(self, path):
        if path in self.medium.names:
            self._do(f"remove {path.name}", lambda: self.medium.change({path: None}))

    def fsync_folder(self, folder):
        def effect():
            if not self.lies(folder):
                self.medium.durable, self.medium.pending = dict(self.medium.names), []

        self._do("fsync_folder", effect)

    def lock(self, path):
        return _NoLock()


HOME = Path("/home/curator")
