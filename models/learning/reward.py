"""The reward that an LC-GAN is trained towards: the curator's taste, and topics where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from models.learning.features import Features, Read, read_drafts
from models.learning.freshness import Worn
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
    """What texts are worth: the head's score, the topics', and something off for worn phrases.

    A text whose topics are a deviation above the drafts' mean counts as much as one whose score
    is so; `human` and `topic` weigh the two, and `freshness` weighs against a deviation of `worn`.
    `spread` is the deviation of the head's scores among drafts.
    """

    head: Head
    features: Features
    worn: Worn
    spread: float = 1.0
    freshness: float = 0.0
    human: float = 1.0
    topic: float = 0.0
    topics: TopicPart | None = None

    def scaled_to(self, drafts: Read) -> "Taste":
        """Return the same with the spread that its head's scores have among these drafts."""
        return replace(self, spread=float(self.head.score(self.features(drafts)).std()) + 1e-6)

    def scores(self, texts: Read) -> Vector:
        """Return what each member of the head says of texts, mixed, (N, M)."""
        return self._mixed(self.head.scores(self.features(texts)), texts)

    def chance(self, texts: Read) -> Vector:
        """Return the chance of being liked, (N,), of the mixed score."""
        scores = self.head.score(self.features(texts))[:, None]
        return self.head.chance(self._mixed(scores, texts))[:, 0]

    def _mixed(self, scores: Vector, texts: Read) -> Vector:
        mixed = scores
        if self.topics is not None and self.topic:
            share = self.spread * self.topics.score(texts.texts)[:, None]
            total = abs(self.human) + abs(self.topic)
            mixed = np.asarray((self.human * scores + self.topic * share) / total, np.float32)
        if self.freshness:
            off = self.freshness * self.spread * self.worn(texts.texts)[:, None]
            mixed = np.asarray(mixed - off, np.float32)
        return mixed


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
