"""What a benchmark found: measures beside their baselines, and the bars they are held to.

A measure in JSON:

    {"name": "batch 16", "unit": "samples/s", SPREAD,
     "beside": [{"name": "original, same sizes", SPREAD, "ratio": 42.0}],
     "bars": [{"says": "≥ 10 × original, same sizes", "found": 42.0, "limit": 10.0, "holds": true}]}

where SPREAD is `repeats, median, lowest, highest, p95, p99` in the measure's unit (a percentile is
null where there are too few repeats for it) and `ratio` the median divided by the baseline's:
above 1 is better for a rate, below 1 for a time.
"""

import operator
from dataclasses import dataclass, field
from typing import Any, Literal

from curator.bench.spread import Spread, rounded

Relation = Literal["≥", "≤"]
_HOLDS = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise: what was found must be at least, or at most, the limit."""

    says: str
    found: float
    relation: Relation
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return bool(_HOLDS[self.relation](self.found, self.limit))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "says": self.says,
            "found": rounded(self.found),
            "limit": self.limit,
            "holds": self.holds,
        }


@dataclass(frozen=True, slots=True)
class Beside:
    """A baseline, taken in turns with what it stands beside."""

    name: str
    spread: Spread


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing measured, in one unit."""

    name: str
    unit: str
    spread: Spread
    beside: tuple[Beside, ...] = ()
    bars: tuple[Bar, ...] = ()

    def ratio(self, beside: Beside) -> float:
        """Return our median divided by a baseline's."""
        return ratio(self.spread.median, beside.spread.median)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        beside = [
            {"name": b.name} | b.spread.to_dict() | {"ratio": rounded(self.ratio(b))}
            for b in self.beside
        ]
        bars = [bar.to_dict() for bar in self.bars]
        own = {"name": self.name, "unit": self.unit} | self.spread.to_dict()
        return own | {"beside": beside, "bars": bars}


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark found. `notes` say how it was measured, where that is not plain."""

    name: str
    about: str
    measures: tuple[Measure, ...]
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def bars(self) -> list[Bar]:
        """All bars of all measures."""
        return [bar for measure in self.measures for bar in measure.bars]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "about": self.about,
            "measures": [measure.to_dict() for measure in self.measures],
            "notes": list(self.notes),
            "facts": self.facts,
        }


def ratio(value: float, baseline: float) -> float:
    """Return value divided by baseline. Raises ValueError for a baseline that is no quantity."""
    if baseline <= 0:
        raise ValueError(f"nothing can be held against a baseline of {baseline}")
    return value / baseline


def times(value: float, baseline: float, relation: Relation, limit: float, what: str) -> Bar:
    """Return the bar "value is at least (at most) `limit` times the baseline"."""
    return Bar(f"{relation} {limit:g} × {what}", ratio(value, baseline), relation, limit)


def above(value: float, baseline: float, limit: float, unit: str, what: str) -> Bar:
    """Return the bar "value is at most `limit` above the baseline", all in `unit`."""
    return Bar(f"≤ {limit:g} {unit} above {what}", value - baseline, "≤", limit)


def at_most(value: float, limit: float, unit: str, what: str = "median") -> Bar:
    """Return the bar "value is at most `limit`", both in `unit`."""
    return Bar(f"{what} ≤ {limit:g} {unit}", value, "≤", limit)
