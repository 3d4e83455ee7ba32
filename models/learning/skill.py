"""How well the reward head does on songs that it has not seen, and whether that can be said.

Nested cross-validation: the songs of a fold are left out of everything that is fitted, scales and
the calibrating curve included (whose own predictions are leave-one-out, see `head`). Intervals are
bootstraps over songs, since texts about one song are not independent.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.learning.head import HeadConfig, fit_head
from models.learning.ratings import LEAST_EACH, LEAST_RATINGS, Measured, Skill
from models.writer import Vector

Places = NDArray[np.int64]

_RESAMPLES = 400
_BINS = 5
_LEAST_SONGS = 5


def measure(
    features: Vector,
    values: Vector,
    weights: Vector,
    songs: Sequence[str],
    groups: Mapping[str, slice],
    config: HeadConfig,
    folds: int = 5,
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Skill:
    """Measure the head on features (n, d) with values (n,) in [0, 1]; not at all for no folds."""
    distinct = len(set(songs))
    liked = int((np.asarray(values) > 0.5).sum())
    short = too_few(values)
    if short or distinct < _LEAST_SONGS:
        verdict = short or f"too few songs to know: {distinct} of {_LEAST_SONGS}"
        return Skill(len(values), liked, distinct, enough=False, verdict=verdict)
    chances = np.empty(len(values), np.float32)
    means = np.empty(len(values), np.float32)
    fold = np.empty(len(values), np.int64)
    if not folds:
        return Skill(len(values), liked, distinct, enough=False, verdict="not measured")
    parts = folds_of(songs, min(folds, distinct), config.seed)
    for done, held in enumerate(parts, 1):
        rest = np.setdiff1d(np.arange(len(values)), held)
        head = fit_head(features[rest], values[rest], weights[rest], groups, config)
        chances[held] = head.chance(head.score(features[held]))
        means[held] = np.average(values[rest], weights=weights[rest])
        fold[held] = done
        on_progress(done, len(parts))
    resampled = _resample(songs, config.seed)
    # Heads of different folds differ in height, against the heights of their folds: only two
    # texts that the same head has ranked are a pair.
    auc = _measured(lambda rows: concordance(chances[rows], values[rows], fold[rows]), resampled)
    verdict = _verdict(auc)
    return Skill(
        len(values),
        liked,
        distinct,
        enough=auc.low > 0.5,
        verdict=verdict,
        auc=auc,
        brier=_measured(lambda rows: float(np.square(chances - values)[rows].mean()), resampled),
        brier_of_the_mean=float(np.square(means - values).mean()),
        calibration=_turned(
            _measured(lambda rows: calibration(chances[rows], values[rows]), resampled)
        ),
    )


def too_few(values: Vector) -> str:
    """Return why there are too few labels to learn from, or nothing."""
    liked = int((np.asarray(values) > 0.5).sum())
    if len(values) < LEAST_RATINGS:
        return f"too few labels to know: {len(values)} of {LEAST_RATINGS}"
    least = min(liked, len(values) - liked)
    if least < LEAST_EACH:
        kind = "liked" if liked == least else "disliked"
        return f"too few labels to know: {least} of {LEAST_EACH} {kind}"
    return ""


def _verdict(auc: Measured) -> str:
    if auc.low > 0.5:
        return "ranks better than chance"
    return "too few labels to know whether it ranks better than chance"


def folds_of(songs: Sequence[str], folds: int, seed: int) -> list[Places]:
    """Divide rows into folds of about the same size; the rows of a song are never divided."""
    names = sorted(set(songs))
    order = np.random.default_rng(seed).permutation(len(names))
    rows = {name: [i for i, song in enumerate(songs) if song == name] for name in names}
    parts: list[list[int]] = [[] for _ in range(folds)]
    for name in sorted((names[i] for i in order), key=lambda name: -len(rows[name])):
        min(parts, key=len).extend(rows[name])
    return [np.array(sorted(part), np.int64) for part in parts if part]


def concordance(scores: Vector, values: Vector, among: Places | None = None) -> float:
    """Return how often the one of two that is liked more has the higher score: AUC for yes or no.

    Ties of scores count a half; a half where no two values differ. `among` (n,), where it is
    given, says which of them are compared: those with the same number.
    """
    less = values[:, None] < values[None, :]
    if among is not None:
        less &= among[:, None] == among[None, :]
    right = (scores[:, None] < scores[None, :]) + 0.5 * (scores[:, None] == scores[None, :])
    pairs = int(less.sum())
    return float(right[less].sum() / pairs) if pairs else 0.5


def calibration(chances: Vector, values: Vector, bins: int = _BINS) -> float:
    """Return the expected calibration error (Naeini et al. 2015), over bins of equal size.

    It is above zero for a perfect head too, by chance: the more so, the fewer labels there are.
    """
    order = np.argsort(chances, kind="stable")
    gaps = [
        abs(float(chances[part].mean() - values[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / max(1, len(chances))


def _resample(songs: Sequence[str], seed: int) -> list[Places]:
    """Return rows as they are, then of resampled songs."""
    names = sorted(set(songs))
    rows = [np.flatnonzero(np.array([song == name for song in songs])) for name in names]
    rng = np.random.default_rng(seed)
    drawn = [
        np.concatenate([rows[i] for i in rng.integers(len(rows), size=len(rows))])
        for _ in range(_RESAMPLES)
    ]
    return [np.arange(len(songs)), *drawn]


def _measured(figure: Callable[[Places], float], resampled: Sequence[Places]) -> Measured:
    values = [figure(rows) for rows in resampled]
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Measured(values[0], float(low), float(high))


def _turned(found: Measured) -> Measured:
    """Return an error with the basic bootstrap interval (Davison & Hinkley 1997, §5.2.1).

    Resampling adds as much chance to an error as its labels have already, so that all resamples
    may lie above it. Turned round the value, they lie where the error is without that.
    """
    low, high = 2 * found.value - found.high, 2 * found.value - found.low
    return Measured(found.value, max(0.0, low), max(found.value, high))
