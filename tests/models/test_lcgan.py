"""An LC-GAN on a toy writer: the first coordinate of z decides what a text is about."""

import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from models import lcgan_store
from models.conditions import condition_space
from models.lcgan import Critic, LcGanConfig, Mover
from models.lcgan_report import BEST, PRIOR, SHUFFLED, STEERED, compare, table
from models.lcgan_train import train_lcgan
from models.pairs import matching, one_each, own, split
from models.prior import LatentPrior
from models.reward import TopicReward
from models.topics import Topics
from models.value import ValueConfig, fit_value

LATENT, SONGS = 4, 1500
STARTS = ("ba", "be", "bi", "bo", "du", "fa", "go", "ki", "la", "mo")
FILLER = [start + end for start in STARTS for end in ("ren", "sto", "vik", "zul")]
TOPICS = Topics(["harp", "drum"], np.eye(2, dtype=np.float32), np.full(2, 0.1, np.float32))
QUICK = LcGanConfig(
    steps=90,
    batch=64,
    critics=1,
    hidden=32,
    rate=2e-3,
    pairs=600,
    check_every=30,
    held_out=200,
    strikes=3,
    average=0.8,
)


@cache
def toy_prior():
    rng = np.random.default_rng(0)
    space = condition_space()
    known = np.zeros((SONGS, space.width), np.float32)
    known[np.arange(SONGS), rng.integers(0, 20, SONGS)] = 1.0
    # Songs differ, but are as like one another as if only their genres were known.
    known[:, space.labels] = np.linspace(0.01, 0.02, SONGS)
    known[:, space.labels + len(space.features)] = 1.0
    means = rng.standard_normal((SONGS, LATENT)).astype(np.float32)
    return LatentPrior.of(means, np.full_like(means, -2.0), known)


def toy_decoder(z, known, seed):
    """Write five words of filler, and "harp" more often than "drum" where z begins high."""
    rng = np.random.default_rng(seed)
    harp = rng.random(len(z)) < 1 / (1 + np.exp(-2 * z[:, 0]))
    words = rng.choice(FILLER, (len(z), 5))
    return [" ".join([*row, "harp" if h else "drum"]) for row, h in zip(words, harp, strict=True)]


def dull_decoder(z, known, seed):
    """Write the same text wherever z begins high."""
    texts = toy_decoder(z, known, seed)
    return [
        "one harp, always the same" if v > 0 else t for v, t in zip(z[:, 0], texts, strict=True)
    ]


@cache
def reward_of(decoder=toy_decoder, shuffled=False):
    prior = toy_prior()
    z, known = matching(prior, split(prior, 1).train, 600, 1).all(1)
    shares = TOPICS.infer(decoder(z, known, 1))
    if shuffled:
        shares = shares[np.random.default_rng(1).permutation(len(shares))]
    config = ValueConfig(hidden=32, epochs=20, batch=64, dropout=0.3)
    value, _ = fit_value(z, known, shares, config)
    return TopicReward(TOPICS, value, {0: 1.0})


@pytest.fixture(scope="module")
def trained():
    return train_lcgan(toy_prior(), toy_decoder, reward_of(), QUICK, weights_hash="w")


@pytest.fixture(scope="module")
def blind():
    return train_lcgan(toy_prior(), toy_decoder, reward_of(shuffled=True), QUICK)


@pytest.fixture(scope="module")
def compared(trained, blind):
    return compare(
        toy_prior(), toy_decoder, reward_of(), trained.generator, blind.generator, songs=300
    )


def test_it_writes_more_of_what_is_wanted(trained):
    assert trained.best.reward > trained.start.reward + 0.15
    assert trained.best.step > 0
    assert trained.best.self_bleu <= 1.1 * trained.start.self_bleu
    assert trained.checks[0].step == QUICK.check_every


def test_the_comparison_tells_a_generator_from_its_control(compared):
    arms = {arm.name: arm for arm in compared.arms}
    assert arms[PRIOR].reward[0] < min(arms[STEERED].reward[0], arms[BEST].reward[0])
    assert arms[PRIOR].gain == (0, 0, 0)
    assert compared.part_of_best[0] > 0.3
    assert abs(arms[SHUFFLED].gain[0]) < 0.3 * arms[STEERED].gain[0]
    low, high = arms[STEERED].gain[1:]
    assert 0 < low < arms[STEERED].gain[0] < high
    assert {arm.decodes for arm in compared.arms} == {1, 8}
    assert json.loads(json.dumps(compared.to_dict()))["bars"] == compared.bars
    assert len([line for line in table(compared) if line.startswith("| ")]) == 1 + len(arms)


def test_it_stops_where_texts_become_alike():
    stubborn = LcGanConfig(**{**vars_of(QUICK), "ease": 1.0})
    result = train_lcgan(toy_prior(), dull_decoder, reward_of(dull_decoder), stubborn)
    assert not any(check.allowed for check in result.checks[-QUICK.strikes :])
    assert result.ending == "guard"
    assert result.best.self_bleu <= 1.1 * result.start.self_bleu
    assert result.best.distinct >= 0.9 * result.start.distinct


def test_the_reward_weighs_less_where_a_guard_is_broken():
    """Easing off leads back within the guards, where a stubborn run ends."""
    eased = LcGanConfig(**{**vars_of(QUICK), "steps": 300, "strikes": 99, "ease": 0.3})
    result = train_lcgan(toy_prior(), dull_decoder, reward_of(dull_decoder), eased)
    broken = [check.allowed for check in result.checks].index(False)
    assert any(check.allowed for check in result.checks[broken:])


def test_it_stops_when_asked_and_keeps_the_best():
    asked = iter(range(100))
    result = train_lcgan(
        toy_prior(), toy_decoder, reward_of(), QUICK, should_stop=lambda: next(asked) >= 40
    )
    assert (result.ending, len(result.checks)) == ("stopped", 1)


def test_progress_counts_to_the_end():
    told = []
    config = LcGanConfig(**{**vars_of(QUICK), "steps": 45, "critics": 1})
    train_lcgan(toy_prior(), toy_decoder, reward_of(), config, on_progress=told.append)
    assert [(p.step, p.total) for p in told] == [(30, 45), (45, 45)]
    assert told[-1].seconds_left == 0
    assert all(0 <= p.realism <= 1 and 0 <= p.reward <= 1 for p in told)


def vars_of(config):
    return {name: getattr(config, name) for name in config.__slots__}


def test_the_same_seed_trains_the_same_generator():
    config = LcGanConfig(**{**vars_of(QUICK), "steps": 30})
    one, two = (train_lcgan(toy_prior(), toy_decoder, reward_of(), config) for _ in range(2))
    z, known = matching(toy_prior(), np.arange(5), 5, 1).all(1)
    assert np.array_equal(one.generator.many(z, known), two.generator.many(z, known))


def test_training_begins_near_the_identity():
    torch.manual_seed(0)
    z, known = torch.randn(200, LATENT), torch.zeros(200, 7)
    moved = Mover(LATENT, 7).move(z, known)
    assert moved.shape == z.shape
    assert (moved - z).norm() < 0.1 * z.norm()
    wide = Mover(LATENT, 7, gate_bias=3.0).move(z, known)
    assert (wide - z).norm() > 5 * (moved - z).norm()


def test_one_row_is_moved_as_it_is_among_others(trained):
    z, known = own(toy_prior(), np.arange(9), 9, 1).all(1)
    together = trained.generator.many(z, known)
    for row in range(9):
        alone = trained.generator(z[row], known[row])
        assert (alone.shape, alone.dtype) == ((LATENT,), np.float32)
        assert np.allclose(alone, together[row], atol=1e-6)


def test_the_critic_tells_z_of_other_songs():
    """z says which of two songs it belongs to; only the shuffled kind of fakes teaches that."""
    torch.manual_seed(0)
    critic = Critic(2, 2, 32)
    optimiser = torch.optim.Adam(critic.parameters(), 1e-2)
    for _ in range(150):
        song = torch.randint(0, 2, (128,))
        known = torch.nn.functional.one_hot(song, 2).float()
        z = torch.randn(128, 2) * 0.3 + known
        loss = critic(z, known, torch.randn(128, 2) + 5, known)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    one, other = torch.eye(2)
    assert critic.score(one[None], one[None]) > critic.score(one[None], other[None]) + 1


def test_only_a_steep_critic_is_penalised():
    critic = Critic(2, 2, 8)
    z, known, mix = torch.randn(16, 2), torch.zeros(16, 2), torch.rand(16, 1)
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.mul_(0.01)
    assert critic.steepness(z, known, z + 1, mix).item() == 0
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.mul_(2000)
    assert critic.steepness(z, known, z + 1, mix).item() > 1


def test_what_is_stored_comes_back_for_its_writer_alone(trained, tmp_path):
    lcgan_store.save(
        trained.generator, tmp_path, writer="toy", settings={}, figures={}, card="# card"
    )
    again = lcgan_store.load(tmp_path)
    z, known = own(toy_prior(), np.arange(9), 9, 1).all(1)
    assert np.array_equal(again.many(z, known), trained.generator.many(z, known))
    lcgan_store.check_fits(again, SimpleNamespace(kin=("w", "later")))
    with pytest.raises(lcgan_store.LcGanError, match="other weights"):
        lcgan_store.check_fits(again, SimpleNamespace(kin=("x", "w")))


@pytest.mark.parametrize("name", [lcgan_store.TENSORS, lcgan_store.DESCRIPTION])
def test_damage_is_named(trained, tmp_path, name):
    lcgan_store.save(trained.generator, tmp_path, writer="", settings={}, figures={}, card="")
    (tmp_path / name).write_bytes(b"[]")
    with pytest.raises(lcgan_store.LcGanError, match="damaged"):
        lcgan_store.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(lcgan_store.LcGanError, match="no generator"):
        lcgan_store.load(tmp_path)


def test_no_song_counts_twice_in_a_comparison(trained):
    """Ten held-out songs of three texts each are ten, however many are asked for."""
    means = np.random.default_rng(2).standard_normal((300, LATENT)).astype(np.float32)
    known = np.tile(toy_prior().known[:100], (3, 1))
    prior = LatentPrior.of(means, np.full_like(means, -2.0), known)
    held_out = split(prior, 1).test
    assert (len(held_out), len(one_each(prior, held_out))) == (30, 10)
    written = []

    def decoder(z, known, seed):
        written.append(len(z))
        return toy_decoder(z, known, seed)

    found = compare(prior, decoder, reward_of(), trained.generator, None, songs=200)
    assert (found.songs, set(written)) == (10, {10})
    assert any("10 held-out songs" in line for line in table(found))
