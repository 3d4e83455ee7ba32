"""What was learnt against best-of-N and what is in use, before any curator has seen it.

Held-out songs, quick drafts, the same songs and dice in every way, and as many drafts for each
text that counts. There is no curator to ask, so two heads judge. The *own* judge is the head that
was learnt from all ratings: it likes what it steers to, deserved or not. The *second* is fitted to
half of the songs' ratings, and the reranking that it judges was done by a head of the other half:
what both like is less likely to be a fault of one. The generator itself has seen all ratings, so
the second judge is not quite a stranger to it; approval by arm, at the desk, is the last word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.drafts import Drafting
from models.lcgan_train import likeness
from models.learning import store
from models.learning.features import Read, read, read_drafts
from models.learning.head import Head, HeadConfig, fit_head
from models.learning.ratings import SPLIT_SEED, LearnError, Measured, Rating
from models.learning.reward import Taste
from models.learning.skill import folds_of, too_few
from models.learning.steering import TasteSteering
from models.pairs import matching, split
from models.writer import Reader, Vector, Writer, reads

PRIOR, BEST, STEERED, BOTH, IN_USE = (
    "prior",
    "best-of-N",
    "LC-GAN",
    "LC-GAN + best-of-N",
    "in use",
)
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
    folder: Path,
    writer: Writer,
    ratings: Sequence[Rating],
    *,
    current: Path | None = None,
    songs: int = 48,
    candidates: int = 8,
    seed: int = 1,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Compare what a folder holds, learnt from `ratings`, with best-of-N and with `current`.

    Raises LearnError if a folder cannot be used with this writer or holds no generator.
    """
    if not reads(writer):
        raise LearnError(f"{writer.name} has no latent space to steer in")
    learned = store.load(folder)
    before = store.load(current) if current else None
    for one in (learned, before):
        if one is not None and one.description["writer_hash"] != writer.weights_hash:
            raise LearnError(f"{folder.name} was learnt for other weights")
    if learned.steering is None:
        raise LearnError(f"{folder.name} holds no generator")
    return compare_with(
        learned.taste,
        learned.steering,
        writer,
        writer.drafter(),
        ratings,
        before.steering if before else None,
        songs=songs,
        candidates=candidates,
        seed=seed,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def compare_with(
    taste: Taste,
    steering: TasteSteering,
    writer: Reader,
    drafter: Drafting,
    ratings: Sequence[Rating],
    current: TasteSteering | None,
    *,
    songs: int,
    candidates: int,
    seed: int,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Compare; see `compare`. Raises InterruptedError when told to stop."""
    pairs = matching(drafter.prior, split(drafter.prior, SPLIT_SEED).test, songs, seed + 100)
    ways: dict[str, TasteSteering | None] = {BEST: None, BOTH: steering}
    if current is not None:
        ways[IN_USE] = current
    halves = _halves(taste, writer, ratings, seed)
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
        rounds = written[source] if name not in (PRIOR, STEERED) else written[source][:1]
        figures, chosen[name] = _arm(name, taste, halves, rounds)
        arms.append(figures)
    return Comparison(
        songs,
        candidates,
        tuple(arms),
        halves is not None,
        measured(chosen[BOTH] - chosen[BEST]),
        measured(chosen[BOTH] - chosen[IN_USE]) if IN_USE in chosen else None,
    )


def _halves(
    taste: Taste, writer: Reader, ratings: Sequence[Rating], seed: int
) -> tuple[Head, Head] | None:
    """Return heads of two halves of the songs: one to choose, one to judge."""
    values = np.array([rating.value for rating in ratings], np.float32)
    weights = np.array([rating.weight for rating in ratings], np.float32)
    parts = folds_of([rating.song for rating in ratings], 2, seed)
    if len(parts) < 2 or any(too_few(values[rows]) for rows in parts):
        return None
    texts = read(writer, [r.text for r in ratings], [r.conditions for r in ratings])
    features, groups = taste.features(texts), taste.features.slices
    one, other = (
        fit_head(features[rows], values[rows], weights[rows], groups, HeadConfig(seed=seed))
        for rows in parts
    )
    return one, other


def _arm(
    name: str, taste: Taste, halves: tuple[Head, Head] | None, rounds: Sequence[Read]
) -> tuple[ArmFigures, Vector]:
    """Return an arm's figures, and the chances of its texts by the judge that compares."""
    features = [taste.features(texts) for texts in rounds]
    own = np.stack([taste.chance(texts) for texts in rounds])  # (candidates, songs)
    columns = np.arange(own.shape[1])
    best = own.argmax(0)
    texts = [rounds[k].texts[i] for i, k in enumerate(best)]
    alike, distinct = likeness(texts)
    by_own = own[best, columns]
    second = None
    if halves is not None:
        chooser, judge = halves
        picks = np.stack([chooser.score(part) for part in features]).argmax(0)
        said = np.stack([judge.chance(judge.score(part)) for part in features])
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
