"""Resident memory of the desk and of the model's process, at rest with the model loaded."""

import time

from curator.bench.data import copy_of, make_folded
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.painting import EMPTY, EMPTY_APP, QUEUE, open_desk
from curator.bench.processes import descendants, probe, resident
from curator.bench.pty_probe import WORD, Terminal
from curator.bench.results import Beside, Measure, Result
from curator.bench.spread import Spread
from curator.bench.starting import TORCH

_MOST_STARTS = 3
_PATIENCE = 60.0


def memory(lab: Lab) -> Result:
    """Measure memory at each size of the store. Raises `CannotMeasure`."""
    empty, torch = [], []
    desks: dict[int, list[float]] = {size: [] for size in lab.scale.sizes}
    workers: list[float] = []
    for _ in lab.turns("starts", range(min(lab.scale.starts, _MOST_STARTS))):
        with Terminal(EMPTY) as terminal:
            terminal.wait(WORD)
            terminal.settle()
            empty.append(resident(terminal.pid))
        with probe("torch") as (_seconds, _line, pid):
            torch.append(resident(pid))
        for size, found in desks.items():
            home = copy_of(lab, make_folded(lab, size))
            with open_desk(lab, home) as terminal:
                terminal.wait(QUEUE)
                terminal.settle(1.0)
                workers.append(_at_rest(terminal.pid))
                found.append(resident(terminal.pid))
    beside = (Beside(EMPTY_APP, Spread.of(empty)),)
    measures = [
        Measure(f"desk, {size:,} samples", "MB", Spread.of(found), beside)
        for size, found in desks.items()
    ]
    worker = Measure("worker", "MB", Spread.of(workers), (Beside(TORCH, Spread.of(torch)),))
    return Result("memory", "resident memory, libraries included", (*measures, worker))


def _at_rest(desk: int) -> float:
    """Return the memory of the desk's worker, once it no longer grows."""
    before, until = -1.0, time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        now = max((resident(pid) for pid in descendants(desk)), default=0.0)
        if now == before and now > 0:
            return now
        before = now
        time.sleep(1.0)
    raise CannotMeasure("the model's process does not come to rest")
