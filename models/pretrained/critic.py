"""A critic of drafts: from what the decoder makes of a text while it writes it, is it any good?

What makes a draft senseless is hardly to be seen in its likelihood (a sentence of worn phrases is
likely), but in the decoder's own states it is: a linear probe on their mean over the text tells
what people would post better than chance, at no cost, since they are there when the text is (that
such probes find what a model's output does not say: Kadavath et al. 2022, Azaria & Mitchell 2023).
Beside the states it is shown what stands on the page: together they know more than either.

N texts, R readings: the states of some layers, side by side. P numbers of a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, from_numpy
from torch.nn import functional

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
_TRUSTED = 5.0
"""How much less the trust in a critic before is held to what it was than the readings to nothing:
its trust is one number, which few texts tell."""
_FOLDS = 8
_WEIGHTS, _PAGE, _WORN = "critic/weights", "critic/page", "critic/worn"
_TAUGHT = "critic/taught"
_NONE = np.zeros(0, np.uint32)


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
    posting, and with a part of its own that it is one of the best. `taught` are the marks of the
    drafts that it was fitted to, itself or the one that it was added to; see `Judged.mark`.

    What is surely worth posting is plain, and what is chosen for it alone is alike; what is one of
    the best looks more like what makes no sense than like the rest. So both are asked for, and for
    a deviation of `worn` a text loses `freshness`.
    """

    weights: Tensor
    pages: Vector
    worn: Worn | None = None
    freshness: float = 0.0
    taught: NDArray[np.uint32] = field(default_factory=lambda: _NONE)

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
    def fit(cls, shown: Shown, merit: Vector, before: "Critic | None" = None) -> "Critic":
        """Fit to judged texts, merit (N,) from 0 to 1.

        They are added to `before`, a critic that others taught and that is shown as much: it holds
        until they say otherwise. By themselves a few hundred would teach less than it knows.
        """
        size = shown.pages.shape[1]
        # What it says is the sum of both, and so is shared between them.
        trust = 1 / (1 + DARING) if knows_best(merit) else 1.0
        weights = _fit(shown, merit > 0, before, trust)
        if knows_best(merit):
            weights += DARING * _fit(shown, merit >= BEST, before, trust)
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
        taught = tensors.get(_TAUGHT, _NONE)
        if of is None:
            return cls(weights, pages, taught=taught)
        lines = tensors[_WORN].tobytes().decode().splitlines()
        counts = {phrase: int(count) for count, _, phrase in (x.partition(" ") for x in lines)}
        worn = Worn(counts, of["mean"], of["deviation"])
        return cls(weights, pages, worn, of["freshness"], taught)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps among its tensors."""
        found: dict[str, NDArray[Any]] = {_WEIGHTS: self.weights.cpu().numpy()}
        if len(self.pages):
            found[_PAGE] = self.pages
        if len(self.taught):
            found[_TAUGHT] = self.taught
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

    `auc` of its ranking, and `before` that of the critic that it was added to, on the same texts;
    `worth` is the share of judged texts worth posting, `best` by how many texts one chooses from
    the share expected of the chosen ones. `passed_over` texts had been taught before.
    """

    texts: int
    songs: int
    worth: float
    auc: float
    best: Mapping[int, float]
    before: float | None = None
    passed_over: int = 0

    @property
    def chosen(self) -> str:
        """What is expected of the chosen ones, in words."""
        return ", ".join(f"{share:.0%} of the best of {n}" for n, share in self.best.items())


def knows_best(merit: Vector) -> bool:
    """Whether there are enough of the best, and of others, to tell them apart."""
    best = merit >= BEST
    return bool(min(best.sum(), (~best).sum()) >= LEAST_BEST)


def _fit(
    shown: Shown, target: NDArray[np.bool_], before: Critic | None, trust: float
) -> NDArray[np.float64]:
    """Return log-odds of `target` (N,) as weights (R + P + 1,): `trust` times those of `before`,
    and what the texts say against that."""
    said = np.zeros(len(target)) if before is None else before.scores(shown).astype(np.float64)
    columns: list[NDArray[Any]] = [shown.readings, shown.pages]
    columns += [] if before is None else [said[:, None]]
    seen = np.concatenate(columns, 1).astype(np.float64)
    mean, spread = seen.mean(0), seen.std(0) + 1e-6
    start, end = shown.readings.shape[1], shown.readings.shape[1] + shown.pages.shape[1]
    spread[start:end] = (spread[start:end] + _FLAT) / _OPEN
    spread[end:] /= _TRUSTED
    *weights, constant = _ridge((seen - mean) / spread, target, trust * said)
    weights = np.array(weights) / spread
    own = np.append(weights[:end], constant - weights @ mean)
    if before is None:
        return own
    old = before.weights.cpu().numpy()
    known = np.concatenate([old[:-1], before.pages, old[-1:]])
    return np.asarray(own + (trust + weights[end]) * known, np.float64)


def _ridge(
    columns: NDArray[np.float64], target: NDArray[np.bool_], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return weights (K + 1,), the last of them of one, of columns (N, K): what they add to the
    log-odds `given` (N,), held back by `STRENGTH`. scikit-learn's takes none as given."""
    seen, known = from_numpy(columns), from_numpy(given)
    sign = from_numpy(np.where(target, 1.0, -1.0))
    weights = torch.zeros(columns.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS(
        [weights],
        max_iter=2000,
        tolerance_grad=1e-6,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def cost() -> Tensor:
        descent.zero_grad()
        odds = seen @ weights[:-1] + weights[-1] + known
        missed = functional.softplus(-sign * odds).sum()
        total = STRENGTH * missed + weights[:-1].square().sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    descent.step(cost)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()


def refuse_few_songs(songs: Sequence[str], worth: Sequence[bool]) -> None:
    """Raise JudgedError where leaving songs out would leave drafts of one verdict only."""
    places = range(len(songs))
    for held in _folds(songs):
        if len({worth[at] for at in set(places) - set(held.tolist())}) < 2:
            message = "what was approved, or what was not, is about too few songs to know"
            raise JudgedError(f"{message}: judge drafts of more songs")


def _folds(songs: Sequence[str]) -> list[NDArray[np.int64]]:
    return folds_of(songs, min(_FOLDS, len(set(songs))), 1)


def promise(
    shown: Shown, merit: Vector, songs: Sequence[str], before: Critic | None = None
) -> Promise:
    """Measure by cross-validation, songs left out whole; `Critic.fit` says what is given."""
    worth = merit > 0
    scores = np.empty(len(worth), np.float32)
    fold = np.empty(len(worth), np.int64)
    for number, held in enumerate(_folds(songs)):
        rest = np.setdiff1d(np.arange(len(worth)), held)
        fitted = Critic.fit(shown.of(rest), merit[rest], before)
        scores[held] = fitted.scores(shown.of(held))
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
    target = worth.astype(np.float32)
    auc = concordance(scores, target, fold)
    rival = None if before is None else concordance(before.scores(shown), target, fold)
    return Promise(len(worth), len(set(songs)), float(worth.mean()), auc, best, rival)
