"""What was learnt against best-of-N and what is in use, before any curator has seen it.

Held-out songs, quick drafts, the same songs and dice in every way, and as many drafts for each
text that counts. There is no curator to ask, so two heads judge. The *own* judge is the head that
was learnt from all ratings: it likes what it steers to, deserved or not. The *second* is fitted to
half of the songs' ratings, and what it judges was steered and chosen by what was learnt in the same
way from the other half (`halves`): a stranger's word on the method, with half of what it will have
to go by. What is in use has seen its own ratings, some of the second judge's perhaps among them;
approval by arm, at the desk, is the last word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.drafts import Drafting
from models.lcgan_train import likeness
from models.learning.features import Read, read_drafts
from models.learning.halves import Half
from models.learning.ratings import SPLIT_SEED, Measured
from models.learning.reward import Taste
from models.learning.steering import TasteSteering
from models.pairs import matching, split
from models.writer import Reader, Vector

PRIOR, BEST, STEERED, BOTH, IN_USE = (
    "prior",
    "best-of-N",
    "LC-GAN",
    "LC-GAN + best-of-N",
    "in use",
)
_HALF = "half"
"""Steered by what was learnt from half of the ratings."""
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One way of writing: chances of being liked by both judges, and how alike its texts are.

    `decodes` drafts were written for each text that counts. `second` is None where the ratings
    are too few to be halved.
    """

    name: str
    decodes: int
    own: Measured
    second: Measured | None
    self_bleu: float
    distinct_2: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The arms, and the differences by song between "LC-GAN + best-of-N" and two of them.

    By the second judge where there is one, else by the own; `by_second` says which.
    """

    songs: int
    candidates: int
    arms: tuple[ArmFigures, ...]
    by_second: bool
    over_best_of: Measured
    over_current: Measured | None

    @property
    def better(self) -> bool:
        """Whether it beats best-of-N, and what is in use, with the interval above zero."""
        rivals = [self.over_best_of, *([self.over_current] if self.over_current else [])]
        return all(rival.low > 0 for rival in rivals)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "better": self.better}


def compare(
    taste: Taste,
    steering: TasteSteering,
    writer: Reader,
    drafter: Drafting,
    half: Half | None,
    current: TasteSteering | None,
    *,
    songs: int,
    candidates: int,
    seed: int,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Compare `steering` and `taste` with best-of-N, and with `current` where there is one.

    `half` is what the second judge judges; without it there is none. Raises InterruptedError when
    told to stop.
    """
    pairs = matching(drafter.prior, split(drafter.prior, SPLIT_SEED).test, songs, seed + 100)
    ways: dict[str, TasteSteering | None] = {BEST: None, BOTH: steering}
    if current is not None:
        ways[IN_USE] = current
    if half is not None:
        ways[_HALF] = half.steering
    # What is liked is asked; what is taken off for worn phrases is for choosing.
    own = replace(taste, freshness=0.0)
    written: dict[str, list[Read]] = {}
    done, total = 0, candidates * len(ways)
    for name, way in ways.items():
        rounds = []
        for k in range(candidates):
            if should_stop():
                raise InterruptedError
            z, known = pairs.all(seed + 100 + k)
            z = way.many(z, known) if way else z
            rounds.append(read_drafts(writer, drafter(z, known, seed + k), known))
            done += 1
            on_progress(done, total)
        written[name] = rounds
    arms: list[ArmFigures] = []
    chosen: dict[str, Vector] = {}
    for name, source in (
        (PRIOR, BEST),
        (BEST, BEST),
        (STEERED, BOTH),
        (BOTH, BOTH),
        (IN_USE, IN_USE),
    ):
        if source not in written:
            continue
        drafts = 1 if name in (PRIOR, STEERED) else candidates
        mine = _choose(taste, ways[source], written[source][:drafts])
        halfs = None
        if half is not None:
            other = _HALF if source == BOTH else source
            halfs = _choose(half.taste, ways[other], written[other][:drafts])
        figures, chosen[name] = _arm(name, own, mine, half, halfs)
        arms.append(figures)
    return Comparison(
        songs,
        candidates,
        tuple(arms),
        half is not None,
        measured(chosen[BOTH] - chosen[BEST]),
        measured(chosen[BOTH] - chosen[IN_USE]) if IN_USE in chosen else None,
    )


class _Drafts(NamedTuple):
    """Drafts of each song, round by round, and which of them was chosen, (songs,)."""

    rounds: Sequence[Read]
    picks: NDArray[np.int64]

    def texts(self) -> list[str]:
        """Return the chosen ones."""
        return [self.rounds[k].texts[i] for i, k in enumerate(self.picks)]

    def judged(self, judge: Taste) -> Vector:
        """Return what a judge says of the chosen ones, (songs,)."""
        said = np.stack([judge.chance(texts) for texts in self.rounds])
        return np.asarray(said[self.picks, np.arange(said.shape[1])], np.float32)


def _choose(taste: Taste, steering: TasteSteering | None, rounds: Sequence[Read]) -> _Drafts:
    """Choose as a taste does among drafts that were steered so."""
    chooser = steering.chooser(taste) if steering else taste
    return _Drafts(rounds, np.stack([chooser.chance(texts) for texts in rounds]).argmax(0))


def _arm(
    name: str, own: Taste, mine: _Drafts, half: Half | None, halfs: _Drafts | None
) -> tuple[ArmFigures, Vector]:
    """Return an arm's figures, and the chances of its texts by the judge that compares."""
    texts = mine.texts()
    alike, distinct = likeness(texts)
    by_own = mine.judged(own)
    second = halfs.judged(half.judge) if half is not None and halfs is not None else None
    figures = ArmFigures(
        name,
        len(mine.rounds),
        measured(by_own),
        None if second is None else measured(second),
        alike,
        distinct,
        tuple(texts[:8]),
    )
    return figures, by_own if second is None else second


def measured(values: Vector) -> Measured:
    """Return a mean with its 95 % bootstrap interval."""
    rows = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[rows].mean(1), [0.025, 0.975])
    return Measured(float(values.mean()), float(low), float(high))


def rows_of(comparison: Mapping[str, Any]) -> list[str]:
    """Return a comparison, as `to_dict` gives it, as lines of a Markdown table."""
    lines = [
        "| way | drafts | own judge | second judge | self-BLEU-4 | distinct-2 |",
        "|---|---:|---|---|---:|---:|",
    ]
    for arm in comparison["arms"]:
        own, second = (_shown(arm[judge]) for judge in ("own", "second"))
        lines.append(
            f"| {arm['name']} | {arm['decodes']} | {own} | {second} "
            f"| {arm['self_bleu']:.3f} | {arm['distinct_2']:.3f} |"
        )
    return lines


def _shown(figure: Mapping[str, float] | None) -> str:
    if figure is None:
        return "too few ratings"
    return f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"
