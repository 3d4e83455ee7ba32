"""Resident memory of the desk and of the model's process, at rest after a first batch."""

from curator.bench.data import copy_of, make_folded
from curator.bench.lab import Lab
from curator.bench.painting import EMPTY, EMPTY_APP, WROTE, check_writer, open_desk
from curator.bench.processes import descendants, probe, resident
from curator.bench.pty_probe import WORD, Terminal
from curator.bench.results import Beside, Measure, Result
from curator.bench.spread import Spread
from curator.bench.starting import TORCH

_MOST_STARTS = 3


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
                terminal.wait(WROTE)
                check_writer(lab, terminal)
                terminal.settle()
                found.append(resident(terminal.pid))
                workers.append(max(map(resident, descendants(terminal.pid))))
    beside = (Beside(EMPTY_APP, Spread.of(empty)),)
    measures = [
        Measure(f"desk, {size:,} samples", "MB", Spread.of(found), beside)
        for size, found in desks.items()
    ]
    worker = Measure("worker", "MB", Spread.of(workers), (Beside(TORCH, Spread.of(torch)),))
    return Result("memory", "resident memory, libraries included", (*measures, worker))
