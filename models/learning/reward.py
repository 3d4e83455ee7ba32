"""The reward that an LC-GAN is trained towards: the curator's taste, and topics where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from models.learning.features import Features, Read, read_drafts
from models.learning.head import Head
from models.learning.values import TasteValues
from models.topics import Topics
from models.writer import Reader, Vector


@dataclass(frozen=True, slots=True)
class TopicPart:
    """Topics' share in the reward: `weights` (K,), and what makes its scores comparable.

    `mean` and `deviation` are those of the weighted shares among drafts.
    """

    topics: Topics
    weights: Vector
    mean: float = 0.0
    deviation: float = 1.0

    def score(self, texts: Sequence[str]) -> Vector:
        """Return weighted topic shares in deviations from their mean, (N,)."""
        shares = self.topics.infer(texts) @ self.weights
        return np.asarray((shares - self.mean) / self.deviation, np.float32)

    def scaled_to(self, texts: Sequence[str]) -> "TopicPart":
        """Return the same with mean and deviation of these texts."""
        shares = self.topics.infer(texts) @ self.weights
        return TopicPart(
            self.topics, self.weights, float(shares.mean()), float(shares.std()) + 1e-6
        )


@dataclass(frozen=True, slots=True)
class Taste:
    """What texts are worth: the head's score and the topics', mixed.

    A topic that is a deviation above the mean counts as much as a chance of being liked that is
    so; `human` and `topic` weigh the two.
    """

    head: Head
    features: Features
    spread: float = 1.0
    human: float = 1.0
    topic: float = 0.0
    topics: TopicPart | None = None

    def scores(self, texts: Read) -> Vector:
        """Return what each member of the head says of texts, mixed, (N, M)."""
        said = self.head.scores(self.features(texts))
        if self.topics is None or not self.topic:
            return said
        share = self.topics.score(texts.texts)[:, None] * self.spread
        total = abs(self.human) + abs(self.topic)
        return np.asarray((self.human * said + self.topic * share) / total, np.float32)

    def chance(self, texts: Read) -> Vector:
        """Return the chance of being liked, (N,), of the mixed score."""
        scores = self.head.score(self.features(texts))
        if self.topics is not None and self.topic:
            share = self.topics.score(texts.texts) * self.spread
            total = abs(self.human) + abs(self.topic)
            scores = np.asarray((self.human * scores + self.topic * share) / total, np.float32)
        return self.head.chance(scores)


class TasteReward:
    """A `models.reward.Reward`: value models guess what a z is worth, the taste judges texts."""

    def __init__(
        self, taste: Taste, values: TasteValues, writer: Reader, caution: float = 1.0
    ) -> None:
        self._taste, self._values, self._writer, self._caution = taste, values, writer, caution

    def cost(self, z: Tensor, known: Tensor) -> Tensor:
        """Return −log of the chance of being liked, by the members' mean less their doubt, (B,)."""
        slope, height = self._taste.head.curve
        careful = self._values.careful(z, known, self._caution)
        return F.softplus(-(slope * careful + height))

    def judge(self, texts: Sequence[str], known: Vector) -> Vector:
        """Return the chance of being liked of written texts, (N,)."""
        return self._taste.chance(read_drafts(self._writer, texts, known))
