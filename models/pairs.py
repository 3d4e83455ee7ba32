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
_FEW = 30
"""With fewer songs a part of them is too small to tell anything."""
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
    """Divide the prior's texts, those about one song together."""
    song = song_of(prior)
    order = np.random.default_rng(seed).permutation(len(prior))
    # A song stands where its first text does, so that few repeats leave most where they would be.
    order = order[song[order] == order]
    held = max(1, round(HELD_OUT * len(order)))
    test, check, train = (
        np.flatnonzero(np.isin(song, part)) for part in np.split(order, [held, 2 * held])
    )
    return Split(train, check, test)


def song_of(prior: LatentPrior) -> Places:
    """Return for each text the first one about the same song, (N,): itself where that is its own.

    Texts of the same genres and audio features are about one song, for all that a writer can tell.
    Those of which no feature is known are about one each, since many songs share a genre; and so
    are all where there would be too few songs to divide.
    """
    labels = condition_space().labels
    firsts: dict[bytes | int, int] = {}
    keys = (row.tobytes() if row[labels:].any() else at for at, row in enumerate(prior.known))
    found = np.array([firsts.setdefault(key, at) for at, key in enumerate(keys)], np.int64)
    return found if len(firsts) >= _FEW else np.arange(len(prior))


def one_each(prior: LatentPrior, rows: Places) -> Places:
    """Return the first of `rows` for each of the songs that they are about."""
    return rows[np.unique(song_of(prior)[rows], return_index=True)[1]]


def division(prior: LatentPrior) -> str:
    """Return what the names of kept drafts say of how songs were divided.

    Texts about one song were not always kept together: what was written then is from other z.
    """
    repeats = (song_of(prior) != np.arange(len(prior))).any()
    return "-by-song" if repeats else ""


def matching(prior: LatentPrior, rows: Places, count: int, seed: int) -> Pairs:
    """Make `count` pairs for the songs of `rows`, z drawn as the writer draws it."""
    rng = np.random.default_rng(seed)
    songs = _cycle(rows, count, rng)
    known = _forget(prior.known[songs], rng)
    place = np.array([prior.given(vector).choose(rng) for vector in known], np.int64)
    return Pairs(prior, place, known)


def own(prior: LatentPrior, rows: Places, count: int, seed: int) -> Pairs:
    """Make `count` pairs of a text's own z with its own song: what is real.

    As much is forgotten of the songs as `matching` forgets: else a critic would tell the two apart
    by what is known, whatever z is.
    """
    rng = np.random.default_rng(seed)
    songs = _cycle(rows, count, rng)
    return Pairs(prior, songs, _forget(prior.known[songs], rng))


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
