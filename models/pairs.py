"""Pairs ⟨z, a⟩ as a writer meets them: what a value model and an LC-GAN learn from.

A song's conditions are those of a training text, sometimes with less known of them, as users know
less; z comes from the posterior of a text whose song is like it. Everything is in the writer's
own checkpoint, so no corpus is needed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space
from models.prior import LatentPrior
from models.writer import Vector

Places = NDArray[np.int64]

HELD_OUT = 0.1
"""Share of the songs that decide when training stops, and of those that tell how good it is: what
is measured must not be what was fitted or chosen by."""
_NO_FEATURES, _NO_GENRES = 0.25, 0.05
"""How often a song comes with its genres alone, or with its features alone."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Songs with the texts that their z come from.

    `place` (N,) is a row of the prior, `known` (N, width) the condition vector.
    """

    prior: LatentPrior
    place: Places
    known: Vector

    def __len__(self) -> int:
        return len(self.place)

    def draw(self, rows: Places, rng: np.random.Generator) -> tuple[Vector, Vector]:
        """Draw z anew for some pairs; return z (B, latent) and conditions (B, width)."""
        at = self.place[rows]
        noise = rng.standard_normal((len(at), self.prior.means.shape[1]), dtype=np.float32)
        return self.prior.means[at] + self.prior.scales[at] * noise, self.known[rows]

    def all(self, seed: int) -> tuple[Vector, Vector]:
        """Draw z once for every pair."""
        return self.draw(np.arange(len(self)), np.random.default_rng(seed))


class Split(NamedTuple):
    """Rows of the prior: to train on, to decide when to stop, to report on."""

    train: Places
    check: Places
    test: Places


def split(prior: LatentPrior, seed: int) -> Split:
    """Divide the prior's texts."""
    order = np.random.default_rng(seed).permutation(len(prior))
    held = max(1, round(HELD_OUT * len(prior)))
    test, check, train = np.split(order, [held, 2 * held])
    return Split(np.sort(train), np.sort(check), np.sort(test))


def matching(prior: LatentPrior, rows: Places, count: int, seed: int) -> Pairs:
    """Make `count` pairs for the songs of `rows`, z drawn as the writer draws it."""
    rng = np.random.default_rng(seed)
    songs = _cycle(rows, count, rng)
    known = _forget(prior.known[songs], rng)
    place = np.array([prior.given(vector).choose(rng) for vector in known], np.int64)
    return Pairs(prior, place, known)


def own(prior: LatentPrior, rows: Places, count: int, seed: int) -> Pairs:
    """Make `count` pairs of a text's own z with its own song: what is real."""
    songs = _cycle(rows, count, np.random.default_rng(seed))
    return Pairs(prior, songs, prior.known[songs])


def _cycle(rows: Places, count: int, rng: np.random.Generator) -> Places:
    """Return `count` of the rows, each about as often as any other."""
    rounds = [rng.permutation(rows) for _ in range(-(-count // len(rows)))]
    return np.concatenate(rounds)[:count] if rounds else rows[:0]


def _forget(known: Vector, rng: np.random.Generator) -> Vector:
    labels = condition_space().labels
    known = known.copy()
    dice = rng.random(len(known))
    known[dice < _NO_FEATURES, labels:] = 0.0
    known[dice > 1 - _NO_GENRES, :labels] = 0.0
    return known
