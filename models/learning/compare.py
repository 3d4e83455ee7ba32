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
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

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
        of_half = written[_HALF] if half is not None and source == BOTH else written[source]
        drafts = 1 if name in (PRIOR, STEERED) else candidates
        way = ways[source]
        figures, chosen[name] = _arm(
            name,
            taste,
            way.chooser(taste) if way else taste,
            half,
            written[source][:drafts],
            of_half[:drafts],
            steered=way is not None,
        )
        arms.append(figures)
    return Comparison(
        songs,
        candidates,
        tuple(arms),
        half is not None,
        measured(chosen[BOTH] - chosen[BEST]),
        measured(chosen[BOTH] - chosen[IN_USE]) if IN_USE in chosen else None,
    )


def _arm(
    name: str,
    taste: Taste,
    chooser: Taste,
    half: Half | None,
    rounds: Sequence[Read],
    of_half: Sequence[Read],
    *,
    steered: bool,
) -> tuple[ArmFigures, Vector]:
    """Return an arm's figures, and the chances of its texts by the judge that compares.

    `chooser` chooses among its drafts, `taste` tells the chance of what was chosen.
    """
    own = np.stack([taste.chance(texts) for texts in rounds])  # (candidates, songs)
    columns = np.arange(own.shape[1])
    best = np.stack([chooser.chance(texts) for texts in rounds]).argmax(0)
    texts = [rounds[k].texts[i] for i, k in enumerate(best)]
    alike, distinct = likeness(texts)
    by_own = own[best, columns]
    second = None
    if half is not None:
        way = half.steering.chooser(half.taste) if steered else half.taste
        picks = np.stack([way.chance(texts) for texts in of_half]).argmax(0)
        said = np.stack([half.judge.chance(texts) for texts in of_half])
        second = said[picks, columns]
    figures = ArmFigures(
        name,
        len(rounds),
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
