"""What a reward head likes and dislikes, in words that a person can check."""

from collections.abc import Sequence

import numpy as np

from models.conditions import condition_space
from models.learning.features import Read, words_and_phrases
from models.learning.ratings import Liking
from models.learning.reward import Taste
from models.learning.traits import NAMES
from models.topics import stop_words

_EACH = 12
_LEAST_TEXTS = 2


def likings(taste: Taste, drafts: Read, rated: Read) -> tuple[Liking, ...]:
    """Return words, traits and conditions by how much they move the chance, strongest first.

    For a word it is what separates drafts that hold it from those that do not, whatever the head
    knows it by: its own weight, its meaning or its z. Words of two ratings at least are shown.
    """
    scores = taste.head.score(taste.features(drafts))
    chance = taste.head.chance(scores)
    middle = float(chance.mean())
    found: list[Liking] = []
    holding: dict[str, list[int]] = {}
    for row, text in enumerate(drafts.texts):
        for word in words_and_phrases(text)[0]:
            holding.setdefault(word, []).append(row)
    seen: dict[str, int] = {}
    for text in rated.texts:
        for word in words_and_phrases(text)[0]:
            seen[word] = seen.get(word, 0) + 1
    for word, count in seen.items():
        rows = holding.get(word, [])
        if count < _LEAST_TEXTS or len(rows) < 2 or word in stop_words() or len(word) < 3:
            continue
        gap = float(chance[rows].mean()) - middle
        # A word of few drafts is known by few: it is drawn towards no effect.
        found.append(Liking("word", word, gap * len(rows) / (len(rows) + 5), count))
    found = _strongest(found)
    raw = taste.features(drafts)[:, taste.features.slices["style"]]
    names = (*NAMES, "is likely under the model")
    slope = taste.head.curve[0] * middle * (1 - middle)
    found += _strongest(_by_correlation("style", names, raw, scores, slope))
    space = condition_space()
    labels = (*space.genres, *space.families, *space.features)
    known = drafts.known[:, : len(labels)]
    weights = taste.head.weights[taste.features.slices["song"]][: len(labels)]
    spread = known.std(0) / taste.features.lengths["song"]
    effects = weights * spread * slope
    conditions = [
        Liking("condition", name, float(effect))
        for name, effect in zip(labels, effects, strict=True)
        if effect
    ]
    return tuple(found + _strongest(conditions))


def _by_correlation(
    kind: str, names: Sequence[str], raw: np.ndarray, scores: np.ndarray, slope: float
) -> list[Liking]:
    """Return by how much a deviation more of each column moves the chance."""
    centred, moved = raw - raw.mean(0), scores - scores.mean()
    spread = centred.std(0)
    effects = (centred * moved[:, None]).mean(0) / np.maximum(spread, 1e-9) * slope
    return [
        Liking(kind, name, float(effect))
        for name, effect, width in zip(names, effects, spread, strict=True)
        if width > 1e-9
    ]


def _strongest(found: list[Liking]) -> list[Liking]:
    ordered = sorted(found, key=lambda liking: -liking.weight)
    liked = [liking for liking in ordered if liking.weight > 0][:_EACH]
    disliked = [liking for liking in reversed(ordered) if liking.weight < 0][:_EACH]
    return liked + disliked
