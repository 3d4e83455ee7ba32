"""Which words set two groups of texts apart: those at high and those at low values of a feature.

Ranked by the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008,
"Fightin' Words"): plain ratios put words first that are rare by chance, plain differences those
that are frequent anyway; the prior holds rare words at what all texts make of them, and the
ratio is counted in its own standard deviations.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.conditions import condition_space
from models.corpus.records import Sentence
from models.tokenizer import PLACEHOLDERS
from models.topics import content_words
from models.writer import Conditions, SampleEvent, Sampling, Writer

PRIOR = 0.1
"""What the prior weighs, as a share of the words in both groups: little enough that a word of
one group alone stands out after a few times, enough that it does not after one."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A word, how strongly it goes with the high group (below 0 with the low one) in standard
    deviations, and how often it comes in each."""

    word: str
    z: float
    high: int
    low: int


class Sides(NamedTuple):
    """Two groups of texts."""

    high: list[str]
    low: list[str]


def contrast(
    high: Iterable[str],
    low: Iterable[str],
    *,
    background: Iterable[str] | None = None,
    prior: float = PRIOR,
    least: int = 2,
) -> list[Contrast]:
    """Return the words of two groups of texts, from those of the high group to those of the low.

    Stop words, names and words that come fewer than `least` times in all are left out. The prior
    is how frequent words are in `background`, or else in both groups together. Among words of one
    strength the order is that of the alphabet. Raises ValueError unless `prior` is above 0.
    """
    if prior <= 0:
        raise ValueError("the prior must weigh something")
    counts = [_count(texts) for texts in (high, low)]
    totals = [side.total() for side in counts]
    pool = counts[0] + counts[1]
    # Each word of the groups is in the prior, were it ever so rare.
    known = pool if background is None else pool + _count(background)
    weight = prior * pool.total()
    rows: list[Contrast] = []
    for word in pool:
        if pool[word] < least:
            continue
        expected = weight * known[word] / known.total()
        seen = [side[word] + expected for side in counts]
        rest = [total + weight - own for total, own in zip(totals, seen, strict=True)]
        # Against no other word there are no odds.
        alone = len(known) == 1
        odds = 0.0 if alone else math.log(seen[0] / rest[0]) - math.log(seen[1] / rest[1])
        z = odds / math.sqrt(1 / seen[0] + 1 / seen[1])
        rows.append(Contrast(word, z, counts[0][word], counts[1][word]))
    return sorted(rows, key=lambda row: (-row.z, row.word))


def strongest(rows: Sequence[Contrast], count: int) -> tuple[list[Contrast], list[Contrast]]:
    """Return up to `count` words of the high side and of the low, the strongest first."""
    high = [row for row in rows if row.z > 0][:count]
    low = [row for row in reversed(rows) if row.z < 0][:count]
    return high, low


def _count(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in content_words(text))


def by_feature(sentences: Iterable[Sentence], feature: str, share: float = 1 / 3) -> Sides:
    """Return the texts of the `share` of sentences with the highest values of a feature, and of
    that with the lowest. Sentences of which it is unknown are left out."""
    known = sorted(
        (s for s in sentences if feature in s.features), key=lambda s: s.features[feature]
    )
    size = int(len(known) * min(share, 0.5))
    high = [s.text for s in known[len(known) - size :]]
    return Sides(high, [s.text for s in known[:size]])


def sweep(
    writer: Writer,
    feature: str,
    low: float,
    high: float,
    n: int,
    seed: int,
    conditions: Conditions = Conditions(),  # noqa: B008 - frozen
    sampling: Sampling = Sampling(),  # noqa: B008 - frozen
) -> Sides:
    """Write `n` texts at each end of a feature, all else equal: conditions, seed and rows.

    Names stay placeholders, so that they do not count as words. Raises ValueError if there is no
    such feature.
    """
    if feature not in condition_space().features:
        raise ValueError(f"no feature {feature!r}")
    artist, title = PLACEHOLDERS
    sides: list[list[str]] = []
    for value in (high, low):
        features = {**conditions.features, feature: value}
        song = replace(conditions, artist=artist, title=title, features=features)
        events = writer.write(song, n, seed, sampling=sampling)
        samples = [event for event in events if isinstance(event, SampleEvent)]
        sides.append([sample.text for sample in sorted(samples, key=lambda s: s.row)])
    return Sides(*sides)
