"""Where z is drawn from when nothing is given: among the training texts of songs like this one.

The posteriors of the training texts do not fill the standard normal, and between them the decoder
has seen nothing. So z comes from the aggregated posterior itself, a mixture with one component a
text (as in the VampPrior, Tomczak & Welling 2018), weighted by how much that text's song is like
the one asked for: z and a then agree, as they did in training.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space

Floats = NDArray[np.float32]

_LABEL_WEIGHT = 1.5
_LABELS_COUNTED = 2
_FEATURE_WEIGHT = 0.25
"""A text weighs e^(1.5 · shared labels, at most two) · e^(−¼ · squared gaps of z-scored features).
Chosen by reading: stricter, a genre's few texts come back again and again."""


class LatentPrior:
    """The posteriors of N training texts with the conditions of their songs.

    `means`, `scales` (N, latent); `labels` (N, genres and families) multi-hot; `scores`
    (N, features) z-scored, NaN where unknown.
    """

    def __init__(self, means: Floats, scales: Floats, labels: Floats, scores: Floats) -> None:
        self._means, self._scales = means, scales
        self._labels, self._scores = labels, scores

    @classmethod
    def of(cls, means: Floats, log_variances: Floats, known: Floats) -> "LatentPrior":
        """Gather posteriors (N, latent) of texts with condition vectors `known` (N, width)."""
        labels, scores = _parts(known)
        return cls(means, np.exp(0.5 * log_variances), labels, scores)

    def __len__(self) -> int:
        return len(self._means)

    @property
    def means(self) -> Floats:
        """Posterior means, (N, latent)."""
        return self._means

    @property
    def scales(self) -> Floats:
        """Posterior deviations, (N, latent)."""
        return self._scales

    @property
    def known(self) -> Floats:
        """The condition vectors of the texts' songs, (N, width)."""
        masks = np.isfinite(self._scores).astype(np.float32)
        return np.concatenate([self._labels, np.nan_to_num(self._scores), masks], axis=1)

    def given(self, known: Floats) -> "ConditionalPrior":
        """Return what z is drawn from for a condition vector, (width,)."""
        labels, scores = _parts(known[None])
        shared = np.minimum(self._labels @ labels[0], _LABELS_COUNTED)
        gaps = np.nan_to_num(self._scores - scores[0])
        weights = np.exp(_LABEL_WEIGHT * shared - _FEATURE_WEIGHT * (gaps**2).sum(1))
        return ConditionalPrior(weights, self._means, self._scales)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps, about 160 bytes a text: labels are bits."""
        return {
            "prior/means": self._means.astype(np.float16),
            "prior/scales": self._scales.astype(np.float16),
            "prior/labels": np.packbits(self._labels > 0, axis=1),
            "prior/scores": self._scores.astype(np.float16),
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "LatentPrior":
        """Read what `tensors` returned."""
        means, scales, labels, scores = (
            tensors[f"prior/{name}"] for name in ("means", "scales", "labels", "scores")
        )
        count = condition_space().labels
        if labels.shape[1] != count:  # a byte each in older ones
            labels = np.unpackbits(labels, axis=1, count=count)
        return cls(*(part.astype(np.float32) for part in (means, scales, labels, scores)))


class ConditionalPrior:
    """A weighted mixture of posteriors: weights (N,), means and scales (N, latent)."""

    def __init__(self, weights: Floats, means: Floats, scales: Floats) -> None:
        self._means, self._scales = means, scales
        self._shares = weights / weights.sum()
        self._edges = np.cumsum(self._shares.astype(np.float64))

    @property
    def mean(self) -> Floats:
        """The mean of the mixture, (latent,)."""
        return np.asarray(self._shares @ self._means, np.float32)

    def choose(self, rng: np.random.Generator) -> int:
        """Draw the text whose posterior a z is to come from."""
        place = np.searchsorted(self._edges, rng.random() * self._edges[-1], side="right")
        return min(int(place), len(self._means) - 1)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw one z, (latent,)."""
        place = self.choose(rng)
        noise = rng.standard_normal(self._means.shape[1], dtype=np.float32)
        return np.asarray(self._means[place] + self._scales[place] * noise, np.float32)


def _parts(known: Floats) -> tuple[Floats, Floats]:
    """Split condition vectors (N, width) into labels and scores, NaN where masked."""
    features = len(condition_space().features)
    labels, scores = known[:, : -2 * features], known[:, -2 * features : -features]
    return labels, np.where(known[:, -features:] > 0, scores, np.nan).astype(np.float32)
