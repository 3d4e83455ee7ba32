"""From the start of a process to the first sample that the model has written."""

from curator.bench.lab import Lab
from curator.bench.processes import probe
from curator.bench.results import Beside, Measure, Result, at_most
from curator.bench.spread import Spread

TORCH = "import torch alone"
BAR = 4.0


def starting(lab: Lab) -> Result:
    """Measure the time to the first sample, through the engine. Raises `CannotMeasure`."""
    ours, torch = [], []
    command = ("first-sample", lab.model, lab.device or "", str(lab.folder))
    with probe(*command):  # once for nothing: from here on the files are in the page cache
        pass
    for _ in lab.turns("starts", range(lab.scale.starts)):
        with probe(*command) as (seconds, _line, _pid):
            ours.append(seconds)
        with probe("torch") as (seconds, _line, _pid):
            torch.append(seconds)
    spread = Spread.of(ours)
    measure = Measure(
        "first sample",
        "s",
        spread,
        (Beside(TORCH, Spread.of(torch)),),
        (at_most(spread.median, BAR, "s"),),
    )
    return Result(
        "starting",
        "from the start of a process to the first sample of its engine, page cache warm",
        (measure,),
        facts={"model": lab.model},
    )
