"""What repeated measuring found: the middle and how far it spreads."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

P95_NEEDS = 20
P99_NEEDS = 100
"""Values from which on a percentile is more than the largest value under another name."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The distribution of repeated values; a percentile is None where there are too few of them."""

    repeats: int
    median: float
    lowest: float
    highest: float
    p95: float | None
    p99: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise at least one value. Percentiles interpolate between the closest two."""
        if not values:
            raise ValueError("nothing was measured")
        return cls(
            repeats=len(values),
            median=statistics.median(values),
            lowest=min(values),
            highest=max(values),
            p95=_percentile(values, 95) if len(values) >= P95_NEEDS else None,
            p99=_percentile(values, 99) if len(values) >= P99_NEEDS else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, rounded to six significant digits."""
        return {name: rounded(value) for name, value in asdict(self).items()}


def rounded(value: float | None) -> float | None:
    """Return six significant digits: more would be noise."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
