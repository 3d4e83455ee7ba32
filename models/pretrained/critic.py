"""A critic of drafts: from what the decoder makes of a text while it writes it, is it any good?

What makes a draft senseless is hardly to be seen in its likelihood (a sentence of worn phrases is
likely), but in the decoder's own states it is: a linear probe on their mean over the text tells
what people would post better than chance, at no cost, since they are there when the text is (that
such probes find what a model's output does not say: Kadavath et al. 2022, Azaria & Mitchell 2023).

N texts, R readings: the states of some layers, side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, from_numpy

from models.learning.skill import concordance, folds_of
from models.writer import Vector

STRENGTH = 5e-4
"""How little the weights are held back (scikit-learn's C): readings are many, judged texts few."""
_FOLDS = 8
_TENSOR = "critic/weights"


@dataclass(frozen=True, slots=True)
class Critic:
    """Weights (R + 1,), the last of them of one: log-odds that a text is worth posting."""

    weights: Tensor

    def __call__(self, readings: Tensor) -> Tensor:
        """Return the log-odds of texts with `readings` (N, R), (N,)."""
        # Row by row: a text's own must not depend on how many there are.
        scores: Tensor = (readings * self.weights[:-1]).sum(1) + self.weights[-1]
        return scores

    @classmethod
    def fit(cls, readings: Vector, worth: NDArray[np.bool_]) -> "Critic":
        """Fit to judged texts: readings (N, R), worth (N,)."""
        from sklearn.linear_model import LogisticRegression

        mean, spread = readings.mean(0), readings.std(0) + 1e-6
        found = LogisticRegression(C=STRENGTH, max_iter=2000)
        found.fit((readings - mean) / spread, worth)
        weights = found.coef_[0] / spread
        height = found.intercept_[0] - weights @ mean
        return cls(from_numpy(np.append(weights, height).astype(np.float32)))

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "Critic | None":
        """Read what `tensors` returned; None where there is no critic."""
        kept = tensors.get(_TENSOR)
        return None if kept is None else cls(from_numpy(kept.astype(np.float32)))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps."""
        return {_TENSOR: self.weights.cpu().numpy()}

    def to(self, device: Any) -> "Critic":
        """Return it on a device."""
        return Critic(self.weights.to(device))


@dataclass(frozen=True, slots=True)
class Promise:
    """What a critic can do on songs that it has not seen.

    `auc` of its ranking; `worth` is the share of judged texts worth posting, `best` by how many
    texts one chooses from the share expected of the chosen ones.
    """

    texts: int
    songs: int
    worth: float
    auc: float
    best: Mapping[int, float]

    @property
    def chosen(self) -> str:
        """What is expected of the chosen ones, in words."""
        return ", ".join(f"{share:.0%} of the best of {n}" for n, share in self.best.items())


def promise(readings: Vector, worth: NDArray[np.bool_], songs: Sequence[str]) -> Promise:
    """Measure by cross-validation, songs left out whole."""
    scores = np.empty(len(worth), np.float32)
    fold = np.empty(len(worth), np.int64)
    for number, held in enumerate(folds_of(songs, min(_FOLDS, len(set(songs))), 1)):
        rest = np.setdiff1d(np.arange(len(worth)), held)
        critic = Critic.fit(readings[rest], worth[rest])
        scores[held] = critic(from_numpy(readings[held].astype(np.float32))).numpy()
        fold[held] = number
    rng = np.random.default_rng(1)
    best = {}
    for count in (3, 5, 8):
        draws = np.concatenate(
            [rng.choice(np.flatnonzero(fold == f), (400, count)) for f in np.unique(fold)]
        )
        best[count] = float(
            worth[np.take_along_axis(draws, scores[draws].argmax(1)[:, None], 1)].mean()
        )
    auc = concordance(scores, worth.astype(np.float32), fold)
    return Promise(len(worth), len(set(songs)), float(worth.mean()), auc, best)
