"""How long the desk takes to open its store, from a snapshot and from a journal."""

from pathlib import Path

from curator.bench.data import make_folded, make_home
from curator.bench.lab import Lab
from curator.bench.processes import probe
from curator.bench.results import Beside, Measure, Result, at_most
from curator.bench.spread import Spread

PARSED = "the same bytes parsed as JSON"
BAR = 2.0


def opening(lab: Lab) -> Result:
    """Measure opening at each size, in a fresh process each time. Raises `CannotMeasure`."""
    measures: list[Measure] = []
    for size in lab.scale.sizes:
        folded, journalled = make_folded(lab, size), make_home(lab, size)
        (journal,) = journalled.glob("journal-*.jsonl")
        measures += _open(lab, size, "snapshot", folded, folded / "curator.json")
        measures += _open(lab, size, "journal", journalled, journal)
    return Result(
        "opening",
        "opening the store, page cache warm",
        tuple(measures),
        notes=(
            "store: until records can be read; desk: until the queue stands, its engine starting",
            "for each five samples there is a request, and three of them are judged",
        ),
    )


def _open(lab: Lab, size: int, kind: str, home: Path, file: Path) -> list[Measure]:
    taken: dict[tuple[str, ...], list[float]] = {
        ("store", str(home)): [],
        ("desk", str(home), lab.model, lab.device or ""): [],
        ("parse", str(file)): [],
    }
    for _ in lab.turns(f"{size:,} samples, from a {kind}", range(lab.scale.starts)):
        for command, found in taken.items():
            with probe(*command) as (_seconds, line, _pid):
                found.append(float(line))
    store, desk, parsed = (Spread.of(found) for found in taken.values())
    measures = []
    for what, spread in (("store", store), ("desk", desk)):
        bars = (at_most(spread.median, BAR, "s"),) if size == max(lab.scale.sizes) else ()
        name = f"{what}, {kind}, {size:,} samples"
        measures.append(Measure(name, "s", spread, (Beside(PARSED, parsed),), bars))
    return measures
