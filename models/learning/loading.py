"""Reading back what was learnt, ready for use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.learning import store
from models.learning.features import read, template
from models.learning.ratings import LearnError
from models.learning.reward import Taste
from models.learning.steering import TasteSteering
from models.writer import Conditions, Reader, Vector, Writer, reads


@dataclass(frozen=True, slots=True)
class RewardHead:
    """A trained reward head, bound to the writer that it reads texts with."""

    taste: Taste
    writer: Reader

    def score(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return the chance that the curator likes each text, (N,), 0 to 1."""
        return self.taste.chance(read(self.writer, texts, conditions))

    def among(self, steering: TasteSteering | None) -> "RewardHead":
        """Return the head that chooses among drafts that are steered so, or not at all."""
        return self if steering is None else replace(self, taste=steering.chooser(self.taste))

    def as_judge(self) -> "RewardHead":
        """Return the head as it tells what is liked: worn phrases only count for choosing."""
        return replace(self, taste=replace(self.taste, freshness=0.0))

    def worn(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return how worn the phrases of texts are, (N,), in deviations: ratings play no part.

        Names count as placeholders, as they did where worn phrases were counted.
        """
        about = zip(texts, conditions, strict=True)
        return self.taste.worn([template(text, song) for text, song in about])

    def doubt(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return one standard deviation of `score`, (N,): high where nothing like it was rated."""
        return np.asarray(self.members(texts, conditions).std(1), np.float32)

    def members(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return what each draw of the head says, (N, members): one of them explores (Thompson)."""
        scores = self.taste.scores(read(self.writer, texts, conditions))
        return self.taste.head.chance(scores)


def load_reward(folder: Path, writer: Writer) -> RewardHead:
    """Read the reward head. Raises LearnError if it is missing, damaged or for other weights."""
    if not reads(writer):
        raise LearnError(f"{writer.name} cannot read texts as the reward head does")
    learned = store.load(folder)
    if learned.description.get("writer_hash") != writer.kin[0]:
        raise LearnError(f"{folder.name} was learnt for other weights; learn again for these")
    return RewardHead(learned.taste, writer)


def load_generator(folder: Path) -> TasteSteering:
    """Read the generator. Raises LearnError if there is none in the folder or it is damaged."""
    steering = store.load(folder).steering
    if steering is None:
        raise LearnError(f"{folder.name} holds no generator: steering made nothing better")
    return steering
