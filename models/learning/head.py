"""The reward head: Bayesian ridge regression with a scale of its own for every kind of feature.

Which kind of taste it is (words? length? a direction of z?) is not known, and a hundred noisy
labels do not decide it. So no scales are chosen: many are drawn from a prior that leaves most
kinds out, and averaged, each by its evidence (MacKay 1992; Hoeting et al. 1999 on averaging).
Least squares on labels, as Rasmussen & Williams (2006, §6.5) find it as good as a logistic
likelihood for ranking; a logistic curve through the leave-one-out predictions makes chances of
them (Platt 1999), and labels may be graded.

n ratings, d features.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.writer import Vector

Floats = NDArray[np.float64]

_OUT = 0.6
"""How often a kind of feature has no say in a draw."""
_LOG_SCALE, _LOG_NOISE = (-2.0, 1.0), (-0.2, 0.3)
"""Mean and deviation of the logarithms of a kind's variance and of the labels' noise, where the
labels' own variance is one: most of a label is whim."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """`draws` of scales are averaged; `members` draws of the weights tell how sure the head is."""

    draws: int = 300
    members: int = 10
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Head:
    """A linear score of features (N, d), and the curve that makes chances of it.

    `weights` (d,) are the posterior mean, `members` (M, d) draws from the posterior; `curve` are
    slope and height of the logistic curve. Scores have the labels' deviation for their unit.
    """

    weights: Vector
    members: Vector
    curve: tuple[float, float]
    importance: Mapping[str, float]

    def score(self, features: Vector) -> Vector:
        """Return scores, (N,)."""
        return np.asarray(features @ self.weights, np.float32)

    def scores(self, features: Vector) -> Vector:
        """Return what each member says, (N, M)."""
        return np.asarray(features @ self.members.T, np.float32)

    def chance(self, scores: Vector) -> Vector:
        """Return the chance of being liked, of scores of any shape."""
        slope, height = self.curve
        return np.asarray(1 / (1 + np.exp(-(slope * scores + height))), np.float32)


def fit_head(
    features: Vector,
    values: Vector,
    weights: Vector,
    groups: Mapping[str, slice],
    config: HeadConfig = HeadConfig(),
) -> Head:
    """Fit features (n, d) to values (n,) in [0, 1], each counting `weights` (n,)."""
    rng = np.random.default_rng(config.seed)
    n, names = len(values), list(groups)
    mean = float(np.average(values, weights=weights))
    spread = float(np.sqrt(np.average((values - mean) ** 2, weights=weights))) + 1e-6
    target: Floats = (values.astype(np.float64) - mean) / spread
    # Ratings lack the drafts' mean: what all of them share would else be learnt as their level.
    x = features.astype(np.float64)
    kernels = np.stack([x[:, groups[name]] @ x[:, groups[name]].T for name in names])
    scales, noises = _draw_scales(rng, config.draws, len(names))
    evidence = np.empty(config.draws)
    duals: Floats = np.empty((config.draws, n))
    left_out: Floats = np.empty((config.draws, n))
    for t in range(config.draws):
        covariance = np.tensordot(scales[t], kernels, 1) + np.diag(noises[t] / weights)
        # By torch, whose inverse from the factor is three times as fast as numpy's general one.
        lower = torch.linalg.cholesky(torch.from_numpy(covariance))
        factor, precision = lower.numpy(), torch.cholesky_inverse(lower).numpy()
        duals[t] = precision @ target
        evidence[t] = -0.5 * target @ duals[t] - np.log(np.diag(factor)).sum()
        left_out[t] = target - duals[t] / np.diag(precision)
    shares = np.exp(evidence - evidence.max())
    shares /= shares.sum()
    by_group = (shares[:, None, None] * scales[:, :, None] * duals[:, None, :]).sum(0)  # (G, n)
    mean_weights: Floats = np.empty(x.shape[1])
    for g, name in enumerate(names):
        mean_weights[groups[name]] = x[:, groups[name]].T @ by_group[g]
    chosen = rng.choice(config.draws, config.members, p=shares)
    members = np.stack(
        [_sample(rng, x, target, weights, scales[t], noises[t], groups) for t in chosen]
    )
    curve = _curve(shares @ left_out, values.astype(np.float64), weights)
    importance = dict(zip(names, (shares @ scales).tolist(), strict=True))
    as_floats = np.asarray(mean_weights, np.float32), np.asarray(members, np.float32)
    return Head(*as_floats, curve, importance)


def _draw_scales(rng: np.random.Generator, draws: int, groups: int) -> tuple[Floats, Floats]:
    scales = np.exp(rng.normal(*_LOG_SCALE, (draws, groups)))
    scales[rng.random((draws, groups)) < _OUT] = 1e-3
    return scales, np.exp(rng.normal(*_LOG_NOISE, draws))


def _sample(
    rng: np.random.Generator,
    x: Floats,
    target: Floats,
    weights: Vector,
    scales: Floats,
    noise: float,
    groups: Mapping[str, slice],
) -> Floats:
    """Draw weights (d,) from the posterior: one of the prior, corrected by what was seen.

    Matheron's rule, as in Wilson et al. 2020: no matrix of the size of the features is needed.
    """
    variance = np.empty(x.shape[1])
    for scale, place in zip(scales, groups.values(), strict=True):
        variance[place] = scale
    prior = rng.standard_normal(x.shape[1]) * np.sqrt(variance)
    noises = noise / weights
    seen = x @ prior + rng.standard_normal(len(x)) * np.sqrt(noises)
    covariance = (x * variance) @ x.T + np.diag(noises)
    drawn: Floats = prior + variance * (x.T @ np.linalg.solve(covariance, target - seen))
    return drawn


def _curve(scores: Floats, values: Floats, weights: Vector) -> tuple[float, float]:
    """Fit chances σ(slope · score + height) by Newton's method; the slope tends to one."""
    mean = float(np.clip(np.average(values, weights=weights), 0.02, 0.98))
    w = np.array([1.0, np.log(mean / (1 - mean))])
    x = np.stack([scores, np.ones_like(scores)], 1)
    centre, prior = w.copy(), np.array([2.0, 0.1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        slope = x.T @ (weights * (chance - values)) + prior * (w - centre)
        bend = (x * (weights * chance * (1 - chance))[:, None]).T @ x + np.diag(prior)
        w = w - np.linalg.solve(bend, slope)
    # A head that ranks backwards on what it has not seen has learnt nothing: its curve is flat.
    return max(0.0, float(w[0])), float(w[1])
