"""How many z to choose from: what pleases and is not alike; what is worn among what that gives."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.lcgan import LcGanConfig
from models.learning import choosing

PLAIN = 0


class Steering:
    """Tells by its texts how many z it chose from."""

    generator, values = None, None

    def __init__(self, prior, generator, values, choices=1, worn=None):
        self.choices, self.worn = choices, worn

    def many(self, z, known):
        return np.full_like(z, self.choices)


@pytest.fixture
def choose(monkeypatch):
    """Choose, where so many z please so much and are so much alike; return how many were taken."""
    pairs = SimpleNamespace(all=lambda seed: (np.full((2, 1), PLAIN), np.zeros((2, 1))))
    monkeypatch.setattr(choosing, "TasteSteering", Steering)
    monkeypatch.setattr(choosing, "split", lambda *_: SimpleNamespace(check=None, train=None))
    monkeypatch.setattr(choosing, "matching", lambda *_: pairs)

    def found(pleasing, alike=()):
        monkeypatch.setattr(
            choosing, "likeness", lambda texts: (2.0 if texts[0] in alike else 1.0, 1.0)
        )
        drafter = Drafter()
        reward = SimpleNamespace(judge=lambda texts, _: np.array([pleasing[t] for t in texts]))
        steering, tried = choosing.choose(drafter, reward, None, None, LcGanConfig(), (4, 8), 2, 1)
        assert [(t.choices, t.reward) for t in tried] == [(n, pleasing[n]) for n in (1, 4, 8)]
        return steering.choices

    return found


class Drafter:
    """Writes for each z the number it is."""

    prior = None

    def __call__(self, z, known, seed):
        return [int(one) for one in z[:, 0]]


@pytest.mark.parametrize(
    ("pleasing", "alike", "taken"),
    [
        ({PLAIN: 0.3, 1: 0.4, 4: 0.6, 8: 0.5}, (), 4),
        ({PLAIN: 0.3, 1: 0.4, 4: 0.5, 8: 0.6}, (8,), 4),
        ({PLAIN: 0.3, 1: 0.4, 4: 0.5, 8: 0.6}, (1, 4, 8), 1),
        ({PLAIN: 0.7, 1: 0.4, 4: 0.5, 8: 0.6}, (), 1),
        ({PLAIN: 0.5, 1: 0.5, 4: 0.5, 8: 0.5}, (), 1),
    ],
    ids=["the best", "the best allowed", "none is allowed", "plain is better", "none is better"],
)
def test_a_number_is_taken_only_if_it_beats_plain_drafts(choose, pleasing, alike, taken):
    assert choose(pleasing, alike) == taken


class Repeating:
    """Writes, steered by eight, one phrase over and over."""

    prior = None

    def __call__(self, z, known, seed):
        return ["the same old tune" if one == 8 else f"tune {one} of many" for one in z[:, 0]]


def test_what_is_worn_is_counted_in_what_is_steered(choose, monkeypatch):
    told = []
    monkeypatch.setattr(choosing, "_CHUNK", 1)
    steering = Steering(None, None, None, 8)
    found = choosing.wear(Repeating(), 2, 1, lambda *at: told.append(at), steering)
    assert (found.choices, dict(found.worn.counts)) == (8, {"same old tune": 2, "the same old": 2})
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert choosing.wear(Repeating(), 0, 1, lambda *_: None, steering) is steering
