"""Processes of a benchmark's own: started, timed, looked at, and always ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from curator.bench.lab import CannotMeasure

PROBE = (sys.executable, "-P", "-m", "curator.bench.probe")


@contextmanager
def probe(*arguments: str) -> Iterator[tuple[float, str, int]]:
    """Run a probe up to its first line: yield the seconds from its start, the line, its id.

    The probe ends with the block. Raises `CannotMeasure` if it ends without a line.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [*PROBE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            took = time.perf_counter() - start
            if not line:
                raise CannotMeasure(f"the probe `{' '.join(arguments)}` failed, as said above")
            yield took, line, process.pid
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()


class _Process(NamedTuple):
    pid: int
    parent: int
    memory: float
    """Resident, in MiB."""


def descendants(pid: int) -> list[int]:
    """Return the ids of a process's children, and theirs."""
    everything = _processes()
    found: list[int] = []
    parents = {pid}
    while parents:
        parents = {p.pid for p in everything if p.parent in parents}
        found += sorted(parents)
    return found


def resident(pid: int) -> float:
    """Return a process's resident memory in MiB. Raises `CannotMeasure`."""
    for process in _processes():
        if process.pid == pid:
            return process.memory
    raise CannotMeasure(f"process {pid} has ended")


def end(pids: Iterable[int], patience: float = 5.0) -> None:
    """Kill processes, and wait until they are gone."""
    pids = list(pids)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + patience
    while set(pids) & {p.pid for p in _processes()} and time.monotonic() < until:
        time.sleep(0.01)


def _processes() -> list[_Process]:
    """Return all processes that are there and not only waiting to be reaped."""
    if Path("/proc/self/stat").exists():
        return [p for entry in Path("/proc").glob("[0-9]*") if (p := _from_proc(entry))]
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in table.stdout.splitlines())
    return [_Process(int(pid), int(parent), int(rss) / 1024) for pid, parent, rss in rows]


def _from_proc(entry: Path) -> _Process | None:
    try:
        # The name, in brackets, may hold anything, brackets and spaces too.
        state, parent, *rest = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    pages = int(rest[19])
    if state == "Z":
        return None
    return _Process(int(entry.name), int(parent), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
