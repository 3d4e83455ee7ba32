import numpy as np
import pytest
import torch

from models.reward import TopicReward
from models.topics import Topics
from models.value import ValueConfig, ValueModel, fit_value

SMALL = ValueConfig(hidden=32, epochs=25, batch=64, dropout=0.0)


def made(count=800, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((count, 3)).astype(np.float32)
    known = rng.integers(0, 2, (count, 4)).astype(np.float32)
    odds = np.stack([2 * z[:, 0], 2 * known[:, 1] - 1, np.zeros(count)], 1)
    shares = np.exp(odds) / np.exp(odds).sum(1, keepdims=True)
    return z, known, shares.astype(np.float32)


def test_it_learns_from_z_and_from_the_song():
    model, figures = fit_value(*made(), SMALL)
    assert figures.least <= figures.cross_entropy < figures.least + 0.05 < figures.of_the_mean
    assert figures.correlation[0] > 0.9
    assert figures.correlation[1] > 0.9
    z = torch.tensor([[-1.0, 0, 0], [1.0, 0, 0]])
    shares = model.log_shares(z, torch.zeros(2, 4)).exp()
    assert shares[1, 0] > shares[0, 0] + 0.3
    assert torch.allclose(shares.sum(1), torch.ones(2))


def test_labels_of_other_pairs_teach_nothing():
    z, known, shares = made()
    shares = shares[np.random.default_rng(1).permutation(len(shares))]
    _, figures = fit_value(z, known, shares, SMALL)
    assert figures.cross_entropy > figures.of_the_mean - 0.02


def test_the_same_seed_fits_the_same_model_and_leaves_other_dice_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, _ = fit_value(*made(200), SMALL)
    assert torch.equal(torch.rand(1), expected)
    two, _ = fit_value(*made(200), SMALL)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


class Fixed(ValueModel):
    """Says shares that are given."""

    def __init__(self, shares):
        super().__init__(1, 1, len(shares), SMALL)
        self.shares = shares

    def log_shares(self, z, known):
        return torch.tensor(self.shares).log().expand(len(z), -1)


def topics(count=3):
    words = ["kick", "harp", "horn"][:count]
    return Topics(words, np.eye(count, dtype=np.float32), np.full(count, 0.1, np.float32))


def cost(weights, shares):
    reward = TopicReward(topics(len(shares)), Fixed(shares), weights)
    return float(reward.cost(torch.zeros(1, 1), torch.zeros(1, 1)))


def test_wanted_topics_cost_minus_log_p_and_unwanted_minus_log_of_the_rest():
    assert cost({0: 1.0}, [0.5, 0.25, 0.25]) == pytest.approx(np.log(2))
    assert cost({1: -1.0}, [0.5, 0.25, 0.25]) == pytest.approx(-np.log(0.75))
    both = cost({0: 3.0, 1: -1.0}, [0.5, 0.25, 0.25])
    assert both == pytest.approx((3 * np.log(2) - np.log(0.75)) / 4)


def test_an_unwanted_topic_cannot_pull_without_bound():
    assert 0 <= cost({0: -1.0}, [1e-9, 1.0]) < 1e-3
    assert cost({0: -1.0}, [1.0, 1e-9]) < 20


def test_written_texts_are_judged_by_their_shares():
    reward = TopicReward(topics(), Fixed([0.5, 0.25, 0.25]), {0: 1.0, 1: -1.0})
    drums, harps, horns = reward.judge(
        ["kick kick kick", "harp harp harp", "horn horn"], np.zeros((3, 1))
    )
    assert drums > 0.4 > horns > -0.1 > -0.4 > harps
