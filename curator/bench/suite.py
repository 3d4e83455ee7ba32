"""All benchmarks, one after the other, and the report of what they found."""

import importlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from curator.bench import machine
from curator.bench.lab import CannotMeasure, Lab, Scale
from curator.bench.results import Result
from curator.store import StoreError

BENCHMARKS: Mapping[str, float] = {
    "judgement": 150,
    "opening": 220,
    "painting": 90,
    "keys": 240,
    "memory": 60,
    "starting": 110,
    "generation": 150,
    "pretrained": 240,
}
"""In the order in which they run, and about how many seconds each takes at full scale.

Each is the function of its name in the module of its name, imported when it is its turn;
generation and pretrained are last, because from then on torch is in this process.
"""

Progress = Callable[[str, str, float, float], None]
"""Told a benchmark's name, what is under way in it, how much of everything is done, from 0 to 1,
and how many seconds are left."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one benchmark went: its result, or why there is none; `loads` before and after it."""

    name: str
    result: Result | None
    error: str | None
    seconds: float
    loads: tuple[list[float] | None, list[float] | None]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found = self.result.to_dict() if self.result else {"name": self.name}
        return found | {
            "error": self.error,
            "seconds": round(self.seconds, 1),
            "load_before": self.loads[0],
            "load_after": self.loads[1],
        }


def run(
    folder: Path,
    scale: Scale,
    *,
    names: Iterable[str] = BENCHMARKS,
    model: str,
    device: str | None = None,
    tell: Progress = lambda *_: None,
) -> Iterator[Outcome]:
    """Run benchmarks in `folder`, yielding each outcome as soon as it is there.

    One that cannot be run to its end is an outcome with an error, and stops no other.
    """
    wanted = [name for name in BENCHMARKS if name in set(names)]
    left = _Left(wanted)
    for name in wanted:

        def inside(what: str, done: float, name: str = name) -> None:
            tell(name, what, *left.at(name, done))

        lab = Lab(folder, scale, model=model, device=device, tell=inside)
        yield _outcome(name, lab)
        left.finished(name)


def report(
    outcomes: Iterable[Outcome], folder: Path, started: datetime, *, quick: bool
) -> dict[str, Any]:
    """Return everything as plain data; the measures are described in `results.py`.

    `holds` says whether every bar that was measured holds, `complete` whether everything that was
    asked for was measured.
    """
    outcomes = list(outcomes)
    bars = [bar for outcome in outcomes if outcome.result for bar in outcome.result.bars]
    return {
        "curator": metadata.version("curator"),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "quick": quick,
        "machine": machine.describe(folder),
        "benchmarks": [outcome.to_dict() for outcome in outcomes],
        "holds": all(bar.holds for bar in bars),
        "complete": not any(outcome.error for outcome in outcomes),
    }


def _outcome(name: str, lab: Lab) -> Outcome:
    before, start = machine.load(), time.monotonic()
    result, error = None, None
    try:
        module = importlib.import_module(f"curator.bench.{name}")
        result = cast(Callable[[Lab], Result], getattr(module, name))(lab)
    except (CannotMeasure, StoreError, OSError, ImportError) as problem:
        error = f"{problem}" or type(problem).__name__
    except Exception as problem:  # nobody expected it; it stops no other all the same
        error = f"{type(problem).__name__}: {problem}"
    return Outcome(name, result, error, time.monotonic() - start, (before, machine.load()))


class _Left:
    """Guesses the time left: what is expected, corrected by how it went so far."""

    def __init__(self, names: Iterable[str]) -> None:
        self._expected = {name: BENCHMARKS[name] for name in names}
        self._total = sum(self._expected.values())
        self._done = 0.0
        self._start = time.monotonic()

    def finished(self, name: str) -> None:
        self._done += self._expected[name]

    def at(self, name: str, done: float) -> tuple[float, float]:
        """Return the share of everything that is done, and the seconds left."""
        share = (self._done + done * self._expected[name]) / self._total
        passed = time.monotonic() - self._start
        pace = passed / share if share > 0.05 else self._total
        return share, pace * (1 - share)
