"""Where z is drawn from when nothing is given: the aggregated posterior, not N(0, 1).

The posteriors of the training texts do not fill the standard normal, and between them the decoder
has seen nothing. A mixture of diagonal Gaussians fitted to draws from them (as in Ghosh et al.
2020) keeps z where there was text.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_ROUNDS = 60
_NARROWEST = 0.05


class LatentPrior:
    """A mixture: weights (C,), means (C, latent), scales (C, latent)."""

    def __init__(self, weights: Floats, means: Floats, scales: Floats) -> None:
        self.weights, self.means, self.scales = weights, means, scales
        self._edges = np.cumsum(weights / weights.sum())

    @classmethod
    def standard(cls, latent: int) -> "LatentPrior":
        """Return N(0, 1) in `latent` dimensions."""
        return cls(
            np.ones(1, np.float32),
            np.zeros((1, latent), np.float32),
            np.ones((1, latent), np.float32),
        )

    @classmethod
    def fit(
        cls, means: Floats, log_variances: Floats, components: int = 10, seed: int = 0
    ) -> "LatentPrior":
        """Fit a mixture to posteriors (N, latent) by expectation and maximisation.

        Each posterior enters as its mean and variance, not as a draw: the variance of a component
        is that of the means plus the mean of the variances.
        """
        rng = np.random.default_rng(seed)
        spread = np.exp(log_variances.astype(np.float64))
        points = means.astype(np.float64)
        count = min(components, len(points))
        centres = points[rng.choice(len(points), count, replace=False)]
        scales = np.tile(np.sqrt(points.var(0) + spread.mean(0)), (count, 1))
        weights = np.full(count, 1.0 / count)
        for _ in range(_ROUNDS):
            gaps = (points[:, None] - centres[None]) ** 2 + spread[:, None]
            log_p = -0.5 * (gaps / scales[None] ** 2).sum(2) - np.log(scales).sum(1)[None]
            log_p += np.log(weights)[None]
            share = np.exp(log_p - log_p.max(1, keepdims=True))
            share /= share.sum(1, keepdims=True)
            mass = share.sum(0) + 1e-9
            weights = mass / mass.sum()
            centres = (share.T @ points) / mass[:, None]
            second = (share.T @ (points**2 + spread)) / mass[:, None]
            scales = np.sqrt(np.maximum(second - centres**2, _NARROWEST**2))
        return cls(*(part.astype(np.float32) for part in (weights, centres, scales)))

    @property
    def mean(self) -> Floats:
        """The mean of the mixture, (latent,)."""
        weighted = self.weights[:, None] * self.means / self.weights.sum()
        return np.asarray(weighted.sum(0), np.float32)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw one z, (latent,)."""
        component = int(np.searchsorted(self._edges, rng.random(), side="right"))
        component = min(component, len(self.weights) - 1)
        noise = rng.standard_normal(self.means.shape[1], dtype=np.float32)
        return np.asarray(self.means[component] + self.scales[component] * noise, np.float32)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps."""
        return {
            "prior/weights": self.weights,
            "prior/means": self.means,
            "prior/scales": self.scales,
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "LatentPrior":
        """Read what `tensors` returned."""
        return cls(*(tensors[f"prior/{name}"] for name in ("weights", "means", "scales")))
