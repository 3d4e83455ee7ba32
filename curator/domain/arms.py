"""Which rows of a batch are steered, reranked or left as they are, and in which order they come.

All of it follows from seed and row, so that the same request gives the same batch again. Nothing
of it is shown at the desk: who knows which text was steered judges it otherwise.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

from curator.domain.records import Arm, Sample

CONTROL = 0.2
"""The least share of rows that are written as if nothing had been learnt."""
EXPLORE = 0.2
"""The share of rows whose place in the batch is drawn by lot, whatever is expected of them."""
DRAFTS = 8
"""From how many drafts a best-of or a steered row is chosen: of both from as many."""
_SMALLEST = 5
_LOTS = 2**32


def arms_of(seed: int, rows: Iterable[int], batch: int, *, generator: bool) -> list[Arm]:
    """Return the arm of each row of a request.

    In every batch at least a fifth of the rows, rounded up, are control; the others are steered
    and best-of in turn, or all best-of without a `generator`. A batch of fewer than five rows
    shares its control with those around it.
    """
    size = max(batch, _SMALLEST)
    plans: dict[int, list[Arm]] = {}
    found = []
    for row in rows:
        block, place = divmod(row, size)
        if block not in plans:
            plans[block] = _plan(seed, block, size, generator)
        found.append(plans[block][place])
    return found


def _plan(seed: int, block: int, size: int, generator: bool) -> list[Arm]:
    controls = ceil(CONTROL * size)
    turns: tuple[Arm, Arm] = ("steered", "best-of") if generator else ("best-of", "best-of")
    if _lot(seed, block, "turn") % 2:
        turns = turns[::-1]
    plan: list[Arm] = ["control"] * controls
    plan += [turns[n % 2] for n in range(size - controls)]
    places = sorted(range(size), key=lambda n: _lot(seed, block, f"place {n}"))
    return [plan[n] for n in places]


def in_order(samples: Iterable[Sample], missing: Iterable[int] = ()) -> list[int]:
    """Return a request's rows in the order in which they are shown, `missing` ones among them.

    Rows without an arm stand by their number. Batches with arms stand where they begin, the best
    expected first, but for the rows that are drawn by lot.
    """
    written = {sample.row: sample for sample in samples}
    batches: dict[str, list[Sample | int]] = defaultdict(list)
    for row in sorted(written.keys() | set(missing)):
        sample = written.get(row)
        if sample is None or not sample.arm:
            batches[f"row {row}"].append(row)
        else:
            batches[sample.at].append(sample)
    found: list[int] = []
    for batch in batches.values():
        found += [row for row in batch if isinstance(row, int)]
        found += [s.row for s in _by_value([s for s in batch if isinstance(s, Sample)])]
    return found


def _by_value(batch: list[Sample]) -> list[Sample]:
    by_lot = [s for s in batch if _lot(s.seed or 0, s.row, "explore") < EXPLORE * _LOTS]
    rest = sorted(
        (s for s in batch if s not in by_lot),
        key=lambda s: -(s.expected if s.expected is not None else 0.0),
    )
    for sample in by_lot:
        rest.insert(_lot(sample.seed or 0, sample.row, "where") % (len(rest) + 1), sample)
    return rest


def _lot(seed: int, number: int, what: str) -> int:
    """Return a number below `_LOTS`, the same for the same arguments."""
    return int.from_bytes(hashlib.sha256(f"{seed} {number} {what}".encode()).digest()[:4])


# How the arms do


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the judged were approved, with Wilson's 95 % interval of the share."""

    approved: int
    judged: int

    @property
    def share(self) -> float:
        """The share of approved ones, 0 where nothing is judged."""
        return self.approved / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share is likely to be (Wilson 1927); all of 0 to 1 where nothing is judged."""
        n, z = self.judged, 1.96
        if not n:
            return 0.0, 1.0
        middle = (self.share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * sqrt(self.share * (1 - self.share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged sample: when, in which arm (None: before anything was learnt), and how."""

    at: str
    arm: Arm | None
    approved: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time with about as many judgements as the others, and the rates of its arms."""

    start: str
    end: str
    rates: dict[Arm | None, Rate]


def rates(verdicts: Iterable[Verdict]) -> dict[Arm | None, Rate]:
    """Return how each arm did; arms without judgements are left out."""
    counts: dict[Arm | None, list[int]] = defaultdict(lambda: [0, 0])
    for verdict in verdicts:
        counts[verdict.arm][0] += verdict.approved
        counts[verdict.arm][1] += 1
    return {arm: Rate(*pair) for arm, pair in counts.items()}


def over_time(verdicts: Iterable[Verdict], periods: int = 6, least: int = 10) -> list[Period]:
    """Return how the arms did in up to so many periods, each with at least so many judgements."""
    ordered = sorted(verdicts, key=lambda v: v.at)
    count = max(1, min(periods, len(ordered) // least)) if ordered else 0
    cuts = [round(n * len(ordered) / count) for n in range(count + 1)] if count else []
    parts = [ordered[a:b] for a, b in pairwise(cuts)]
    return [Period(part[0].at, part[-1].at, rates(part)) for part in parts if part]
