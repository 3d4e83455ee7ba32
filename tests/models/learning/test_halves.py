"""What is learnt from one half of the ratings."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.learning.drafted import Drafted
from models.learning.features import Read
from models.learning.freshness import Worn
from models.learning.halves import learn_half, tastes
from models.learning.head import HeadConfig, fit_head
from models.learning.mixing import mixed
from models.learning.ratings import LearnSettings
from models.learning.reward import Taste

GROUPS = {"z": slice(0, 6)}
CONFIG = HeadConfig(draws=20, members=3)
WORDS = ("low", "warm", "slow", "soft", "long", "dark")


class Features:
    """A text's features, by the text."""

    slices = GROUPS

    def __init__(self, rows):
        self._rows = rows

    def __call__(self, read):
        return np.stack([self._rows[text] for text in read.texts])


@pytest.fixture
def halved():
    """A taste learnt from all of forty ratings, what was learnt from a half, and the drafts."""
    rng = np.random.default_rng(1)
    texts = [f"The {WORDS[n % 6]} bass stays until {n}." for n in range(64)]
    x = rng.standard_normal((64, 6)).astype(np.float32)
    rated = rng.standard_normal((40, 6)).astype(np.float32)
    values, weights = (rated[:, 0] > 0).astype(np.float32), np.ones(40, np.float32)
    read = Read(texts, None, np.zeros((64, 2), np.float32))
    head = fit_head(rated, values, weights, GROUPS, CONFIG)
    whole = Taste(head, Features(dict(zip(texts, x, strict=True))), Worn.of(texts))
    whole = mixed(whole, LearnSettings(freshness=0.5), read, None)
    songs = [f"song {n}" for n in range(40)]
    pair = tastes(whole, rated, values, weights, songs, GROUPS, CONFIG)
    z = rng.standard_normal((64, 4)).astype(np.float32)
    steering = SimpleNamespace(generator=None, prior=None, choices=2)
    half = learn_half(pair, Drafted(z, read), None, steering, None, lambda kept: kept, 1)
    return whole, half, read


def taken_off(taste, read):
    """What worn phrases take off the scores of drafts, in deviations of the head's scores."""
    bare = taste.head.scores(taste.features(read))
    return (bare - taste.scores(read))[:, 0] / taste.head.score(taste.features(read)).std()


def test_worn_phrases_weigh_as_much_in_a_half_as_in_the_whole(halved):
    whole, half, read = halved
    assert np.abs(taken_off(whole, read)).max() > 0.1
    assert taken_off(half.taste, read) == pytest.approx(taken_off(whole, read), abs=1e-3)
