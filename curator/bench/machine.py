"""The machine that the numbers are of, and how busy it is."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any


def describe(folder: Path) -> dict[str, Any]:
    """Return processor, cores, memory, versions, and the file system that `folder` is on."""
    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gb": _memory(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "textual": metadata.version("textual"),
        "disk": file_system(folder),
    }


def processor() -> str:
    """Return the processor's name, as exactly as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def load() -> list[float] | None:
    """Return the load averages of 1, 5 and 15 minutes, None where there are none."""
    try:
        return [round(value, 2) for value in os.getloadavg()]
    except (AttributeError, OSError):
        return None


def file_system(folder: Path) -> str:
    """Return the type of the file system that `folder` is on, and its device."""
    place = str(folder.resolve())
    best, found = "", "unknown"
    try:
        mounts = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return found
    for line in mounts:
        device, mount, kind, *_ = line.split()
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, found = mount, f"{kind} on {device}"
    return found


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None
