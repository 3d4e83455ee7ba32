"""A critic of drafts: from what the decoder makes of a text while it writes it, is it any good?

What makes a draft senseless is hardly to be seen in its likelihood (a sentence of worn phrases is
likely), but in the decoder's own states it is: a linear probe on their mean over the text tells
what people would post better than chance, at no cost, since they are there when the text is (that
such probes find what a model's output does not say: Kadavath et al. 2022, Azaria & Mitchell 2023).
Beside the states it is shown what stands on the page: together they know more than either.

N texts, R readings: the states of some layers, side by side. P numbers of a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, from_numpy

from models.learning.freshness import Worn
from models.learning.skill import concordance, folds_of
from models.pretrained.judged import JudgedError
from models.pretrained.page import NAMES, of_our_voice, page
from models.writer import Vector

BEST = 0.8
"""The merit of the best: four stars, or none and approved."""
LEAST_BEST = 20
"""How many of the best, and of others, it takes to tell them apart."""
DARING = 0.25
"""How much being one of the best counts beside being worth posting."""
STRENGTH = 5e-4
"""How little the weights are held back (scikit-learn's C): readings are many, judged texts few."""
_OPEN = 3.0
"""How much less the page is held back than the readings: it is short."""
_FLAT = 0.05
"""Added to the deviations of a page's numbers: one that hardly ever varies must not rule."""
_FOLDS = 8
_WEIGHTS, _PAGE, _WORN = "critic/weights", "critic/page", "critic/worn"


class Shown(NamedTuple):
    """What a critic is shown of texts: readings (N, R), and pages (N, P), which may be empty."""

    readings: Vector
    pages: Vector

    def of(self, rows: Any) -> "Shown":
        """Return some of the texts."""
        return Shown(self.readings[rows], self.pages[rows])


@dataclass(frozen=True, slots=True)
class Critic:
    """Weights (R + 1,), the last of them of one, and `pages` (P,): log-odds that a text is worth
    posting, and with a part of its own that it is one of the best.

    What is surely worth posting is plain, and what is chosen for it alone is alike; what is one of
    the best looks more like what makes no sense than like the rest. So both are asked for, and for
    a deviation of `worn` a text loses `freshness`.
    """

    weights: Tensor
    pages: Vector
    worn: Worn | None = None
    freshness: float = 0.0

    def __call__(self, readings: Tensor) -> Tensor:
        """Return what `readings` (N, R) add to the log-odds of texts, (N,)."""
        # Row by row: a text's own must not depend on how many there are.
        scores: Tensor = (readings * self.weights[:-1]).sum(1) + self.weights[-1]
        return scores

    def added(self, text: str, logprobs: Sequence[float], known: Vector) -> float:
        """Return what the page of a text adds, whose names are placeholders and whose song is
        `known` (width,), less what it loses for its worn phrases."""
        if self.worn is None:
            return 0.0
        found = -self.freshness * float(self.worn([text])[0])
        if len(self.pages):
            found += float(self.pages @ page(text, logprobs, known, self.worn, of_our_voice()))
        return found

    def scores(self, shown: Shown) -> Vector:
        """Return the log-odds of texts, (N,), nothing taken off."""
        found = self(from_numpy(shown.readings.astype(np.float32))).numpy()
        return np.asarray(found + shown.pages @ self.pages, np.float32)

    @classmethod
    def fit(cls, shown: Shown, merit: Vector) -> "Critic":
        """Fit to judged texts, merit (N,) from 0 to 1."""
        size = shown.pages.shape[1]
        weights = _fit(shown, merit > 0)
        if knows_best(merit):
            weights += DARING * _fit(shown, merit >= BEST)
        readings = np.append(weights[: -1 - size], weights[-1]).astype(np.float32)
        return cls(from_numpy(readings), np.asarray(weights[-1 - size : -1], np.float32))

    @classmethod
    def read(
        cls, tensors: Mapping[str, NDArray[Any]], decoding: Mapping[str, Any]
    ) -> "Critic | None":
        """Read what `tensors` and `decoding` returned; None where there is no critic. Raises
        ValueError for one that was shown other pages."""
        kept, of = tensors.get(_WEIGHTS), decoding.get("worn")
        if kept is None:
            return None
        weights = from_numpy(kept.astype(np.float32))
        pages = tensors.get(_PAGE, np.zeros(0)).astype(np.float32)
        if len(pages) not in (0, len(NAMES)):
            known = f"the critic knows pages of {len(pages)} numbers, not {len(NAMES)}"
            raise ValueError(f"{known}: `curator train critic` teaches it anew")
        if of is None:
            return cls(weights, pages)
        lines = tensors[_WORN].tobytes().decode().splitlines()
        counts = {phrase: int(count) for count, _, phrase in (x.partition(" ") for x in lines)}
        return cls(weights, pages, Worn(counts, of["mean"], of["deviation"]), of["freshness"])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps among its tensors."""
        found: dict[str, NDArray[Any]] = {_WEIGHTS: self.weights.cpu().numpy()}
        if len(self.pages):
            found[_PAGE] = self.pages
        if self.worn is not None:
            lines = "\n".join(f"{count} {phrase}" for phrase, count in self.worn.counts.items())
            found[_WORN] = np.frombuffer(lines.encode(), np.uint8)
        return found

    def decoding(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of how texts are chosen."""
        if self.worn is None:
            return {}
        scale = {"mean": self.worn.mean, "deviation": self.worn.deviation}
        return {"worn": scale | {"freshness": self.freshness}}

    def to(self, device: Any) -> "Critic":
        """Return it on a device."""
        return replace(self, weights=self.weights.to(device))


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


def knows_best(merit: Vector) -> bool:
    """Whether there are enough of the best, and of others, to tell them apart."""
    best = merit >= BEST
    return bool(min(best.sum(), (~best).sum()) >= LEAST_BEST)


def _fit(shown: Shown, target: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return log-odds of `target` (N,) as weights (R + P + 1,)."""
    from sklearn.linear_model import LogisticRegression

    both = np.concatenate([shown.readings, shown.pages], 1)
    mean, spread = both.mean(0), both.std(0) + 1e-6
    pages = slice(shown.readings.shape[1], None)
    spread[pages] = (spread[pages] + _FLAT) / _OPEN
    found = LogisticRegression(C=STRENGTH, max_iter=2000)
    found.fit((both - mean) / spread, target)
    weights = found.coef_[0] / spread
    return np.append(weights, found.intercept_[0] - weights @ mean)


def refuse_few_songs(songs: Sequence[str], worth: Sequence[bool]) -> None:
    """Raise JudgedError where leaving songs out would leave drafts of one verdict only."""
    places = range(len(songs))
    for held in _folds(songs):
        if len({worth[at] for at in set(places) - set(held.tolist())}) < 2:
            message = "what was approved, or what was not, is about too few songs to know"
            raise JudgedError(f"{message}: judge drafts of more songs")


def _folds(songs: Sequence[str]) -> list[NDArray[np.int64]]:
    return folds_of(songs, min(_FOLDS, len(set(songs))), 1)


def promise(shown: Shown, merit: Vector, songs: Sequence[str]) -> Promise:
    """Measure by cross-validation, songs left out whole; `Critic.fit` says what is given."""
    worth = merit > 0
    scores = np.empty(len(worth), np.float32)
    fold = np.empty(len(worth), np.int64)
    for number, held in enumerate(_folds(songs)):
        rest = np.setdiff1d(np.arange(len(worth)), held)
        scores[held] = Critic.fit(shown.of(rest), merit[rest]).scores(shown.of(held))
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
