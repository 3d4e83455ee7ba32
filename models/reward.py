"""What a generator is trained towards: the seam, and the topic reward behind it.

A reward has two faces. `cost` is what a generator descends: differentiable, and only a guess.
`judge` looks at texts that were really written: it decides when training stops and what is
reported. Another reward, such as one learnt from a person's ratings, needs these two methods.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.topics import Topics, check_weights
from models.value import ValueEnsemble, ValueModel
from models.writer import Vector

_LEAST = 1e-4


class Reward(Protocol):
    """Something to be had more of."""

    def cost(self, z: Tensor, known: Tensor) -> Tensor:
        """Return what ⟨z, a⟩ costs, (B,), bounded below; less is better, and it has a gradient."""
        ...

    def judge(self, texts: Sequence[str], known: Vector) -> Vector:
        """Return the reward of texts written for songs `known` (N, width), (N,); more is better."""
        ...


class TopicReward:
    """Wanted topics more, unwanted topics less.

    `weights` on topics: a wanted one (weight > 0) costs −weight · log p, an unwanted one
    −|weight| · log(1 − p); a plain negative weight on log p would have no lower bound. Of several
    value models the cost is the mean and `caution` standard deviations more, so that what they
    disagree on is not worth going to.
    """

    def __init__(
        self,
        topics: Topics,
        value: ValueModel | ValueEnsemble,
        weights: Mapping[int, float],
        caution: float = 1.0,
    ) -> None:
        """Raises ValueError for weights that fit no topic."""
        check_weights(weights, len(topics))
        self.topics, self.weights = topics, dict(weights)
        self._value, self._caution = value, caution
        self._scale = sum(abs(weight) for weight in weights.values())

    def cost(self, z: Tensor, known: Tensor) -> Tensor:
        """Return the cost of ⟨z, a⟩ in nats, (B,), for weights that sum to one."""
        log_shares = self._value.each(z, known)  # (members, B, K)
        costs = torch.zeros(log_shares.shape[:2], device=z.device)
        for k, weight in self.weights.items():
            if weight > 0:
                costs = costs - weight * log_shares[..., k]
            else:
                rest = (1 - log_shares[..., k].exp()).clamp_min(_LEAST)
                costs = costs + weight * rest.log()
        spread = (costs - costs.mean(0)).square().mean(0).clamp_min(_LEAST**2).sqrt()
        doubt = self._caution * spread if len(costs) > 1 else 0.0
        return (costs.mean(0) + doubt) / self._scale

    def judge(self, texts: Sequence[str], known: Vector) -> Vector:
        """Return shares of wanted topics less those of unwanted ones, weighted, (N,)."""
        del known  # what a text is about does not depend on what it was to be about
        shares = self.topics.infer(texts)
        weights = np.zeros(shares.shape[1], np.float32)
        for k, weight in self.weights.items():
            weights[k] = weight / self._scale
        return np.asarray(shares @ weights, np.float32)
