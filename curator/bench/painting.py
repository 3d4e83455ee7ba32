"""First paint: from the start of `curator` to its first words on the screen."""

import re
import sys
from pathlib import Path

from curator.bench.data import copy_of, make_folded
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.pty_probe import WORD, Terminal
from curator.bench.results import Beside, Measure, Result, above
from curator.bench.spread import Spread
from curator.engine.answering import SMALL

EMPTY = (sys.executable, "-P", "-m", "curator.bench.empty_app")
CURATOR = (sys.executable, "-P", "-m", "curator.cli.main", "--home")
EMPTY_APP = "empty Textual app"
BAR = 0.3
QUEUE = re.compile(rb"Artist \d")
"""What is on the screen when a store of ours is open."""
WRITING, READY = b"writing ", b"ready"
"""What the desk's header says of the model."""
WROTE = re.compile(WRITING + b".*" + READY, re.DOTALL)


def open_desk(lab: Lab, home: Path, **settings: str) -> Terminal:
    """Start `curator` over a data folder in a terminal; settings are given by their names."""
    wanted = {"model": lab.model, "device": lab.device or ""} | settings
    given = {f"CURATOR_{name.upper()}": value for name, value in wanted.items() if value}
    return Terminal((*CURATOR, str(home)), **given)


def check_writer(lab: Lab, desk: Terminal) -> None:
    """Raise `CannotMeasure` where the small model writes at a desk in another's place."""
    name = Path(lab.model).resolve().name
    if name != SMALL and desk.last(f"{SMALL} on ".encode()) >= 0:
        raise CannotMeasure(f"{name} could not be loaded; {SMALL} wrote in its place")


def painting(lab: Lab) -> Result:
    """Measure first paint with the largest store. Raises `CannotMeasure`."""
    size = max(lab.scale.sizes)
    home = copy_of(lab, make_folded(lab, size))
    with open_desk(lab, home) as terminal:  # once for nothing: into the page cache
        terminal.wait(QUEUE)
    painted, shown, empty = [], [], []
    for _ in lab.turns("starts", range(lab.scale.starts)):
        with open_desk(lab, home) as terminal:
            painted.append(terminal.wait(WORD) - terminal.started)
            shown.append(terminal.wait(QUEUE) - terminal.started)
        with Terminal(EMPTY) as terminal:
            empty.append(terminal.wait(WORD) - terminal.started)
    first, bare, queue = Spread.of(painted), Spread.of(empty), Spread.of(shown)
    beside = (Beside(EMPTY_APP, bare),)
    return Result(
        "painting",
        "from the start of a process to words on its terminal, page cache warm",
        (
            Measure(
                f"first paint, {size:,} samples",
                "s",
                first,
                beside,
                (above(first.median, bare.median, BAR, "s", EMPTY_APP),),
            ),
            Measure(f"requests on the screen, {size:,} samples", "s", queue, beside),
        ),
        notes=("in a pseudo-terminal of 120 × 40, until the bytes of the first word come out",),
    )
