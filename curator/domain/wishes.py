"""What a curator wants more or less of, beside what the judgements say: topics, by number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MOST = 1e6


@dataclass(frozen=True, slots=True)
class Wish:
    """Topics in the reward: the name or folder of a set, weights by topic, and their share.

    With a share of 0.3 the topics make three tenths of the reward, the judgements the rest.
    """

    topics: str
    weights: Mapping[int, float]
    share: float

    @property
    def told(self) -> str:
        """It in words."""
        weights = ", ".join(f"{topic}={weight:g}" for topic, weight in self.weights.items())
        return f"topics {weights}, for {self.share:.0%}"


def weights_of(text: str) -> dict[int, float]:
    """Read `8=1, 3=-0.5`: a topic's number and its weight, above 0 for more of it; `8` is `8=1`.

    Raises ValueError, with what is wrong.
    """
    weights: dict[int, float] = {}
    for item in (part for part in re.split(r"[,\s]+", text) if part):
        number, equals, given = item.partition("=")
        try:
            topic, weight = int(number), float(given) if equals else 1.0
        except ValueError:
            raise ValueError(f"{item!r}: expected N=WEIGHT, such as 8=1") from None
        if topic < 0 or not abs(weight) <= _MOST:  # NaN is no number up to it either
            raise ValueError(f"{item!r}: expected a topic's number and a weight up to {_MOST:g}")
        if topic in weights:
            raise ValueError(f"topic {topic} is named twice")
        weights[topic] = weight
    if not any(weights.values()):
        raise ValueError("no topic is wanted; name one as N=WEIGHT, such as 8=1")
    return weights
