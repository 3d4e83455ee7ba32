"""How many z to choose from: what pleases more than plain drafts, and is not alike."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.lcgan import LcGanConfig
from models.learning import choosing

PLAIN = 0


class Steering:
    """Tells by its texts how many z it chose from."""

    def __init__(self, prior, generator, values, choices=1):
        self.choices = choices

    def many(self, z, known):
        return np.full_like(z, self.choices)


@pytest.fixture
def choose(monkeypatch):
    """Choose, where so many z please so much and are so much alike; return how many were taken."""
    pairs = SimpleNamespace(all=lambda seed: (np.full((2, 1), PLAIN), np.zeros((2, 1))))
    monkeypatch.setattr(choosing, "TasteSteering", Steering)
    monkeypatch.setattr(choosing, "split", lambda *_: SimpleNamespace(check=None))
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
