import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.cvae import Cvae, CvaeConfig, kl_by_dimension
from models.decoding import BLOCK, StepDecoder, row_by_row
from models.prior import LatentPrior
from models.tokenizer import BOS

TINY = CvaeConfig(
    vocabulary=40, labels=5, features=9, embedding=12, encoder=8, hidden=16, latent=4,
    genre_size=3, feature_size=2,
)  # fmt: skip


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Cvae(TINY).eval()


def batch(size=BLOCK, length=7):
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(6, 40, (size, length), generator=generator)
    tokens[:, 0] = BOS
    return tokens, torch.rand(size, 5 + 18, generator=generator), torch.ones(size)


def test_stepping_gives_what_the_network_gives(model):
    tokens, known, voice = batch()
    z = torch.randn(BLOCK, 4)
    writable = list(range(4, 40))
    with torch.no_grad():
        a = model.condition(known, voice)
        whole = model.decode(tokens, z, a)[:, :, writable]
        decoder = StepDecoder(model, writable)
        state, constants = decoder.begin(torch.cat([z, a], 1))
        places = torch.full((BLOCK,), decoder.start_token)
        for t in range(tokens.shape[1]):
            logits, state = decoder.step(places, state, constants)
            assert torch.allclose(logits, whole[:, t], atol=1e-5)
            if t + 1 < tokens.shape[1]:
                places = tokens[:, t + 1] - 4


def test_a_row_comes_out_the_same_in_every_slot(model):
    with torch.no_grad():
        decoder = StepDecoder(model, list(range(4, 40)))
        assert decoder.slots_interchangeable()
        weight, bias = torch.randn(16, 9), torch.randn(9)
        rows = torch.randn(BLOCK, 16)
        plain = row_by_row(bias, rows, weight)
        assert torch.allclose(plain, torch.addmm(bias, rows, weight), atol=1e-5)
        assert torch.equal(row_by_row(bias, rows.roll(3, 0), weight), plain.roll(3, 0))


def test_the_loss_is_a_sum_over_texts_and_free_bits_are_a_floor(model):
    tokens, known, voice = batch(6)
    losses = model.losses(tokens, known, voice, free_bits=5.0, smoothing=0.0)
    assert losses.nll.item() / (6 * 6) == pytest.approx(np.log(40), rel=0.3)
    assert losses.bounded_kl.item() == pytest.approx(6 * 4 * 5.0)
    assert losses.kl.item() < losses.bounded_kl.item()


def test_z_reaches_the_output(model):
    tokens, known, voice = batch(2)
    a = model.condition(known, voice)
    one, other = (model.decode(tokens, torch.full((2, 4), v), a) for v in (-2.0, 2.0))
    assert (one[:, 0] - other[:, 0]).abs().max() > 1e-3


def test_unknown_conditions_are_what_training_drops_to(model):
    model.train()
    known = torch.ones(4000, 23)
    torch.manual_seed(3)
    a = model.condition(known, torch.ones(4000))
    nothing = model.eval().condition(torch.zeros(1, 23), torch.ones(1))
    share = (a - nothing).abs().sum(1).lt(1e-6).float().mean().item()
    assert share == pytest.approx(0.10, abs=0.02)


def test_kl_of_the_prior_is_nothing():
    zeros = torch.zeros(3, 4)
    assert kl_by_dimension(zeros, zeros).sum() == 0
    assert kl_by_dimension(zeros + 1, zeros).sum() == pytest.approx(6.0)


def test_z_comes_from_the_texts_of_songs_like_this_one():
    space = condition_space()
    songs = [space.encode([g], {"energy": e}) for g, e in (("techno", 0.9), ("folk", 0.2))]
    means = np.array([[-5, 0, 0], [5, 0, 0]], np.float32)
    prior = LatentPrior.of(means, np.full((2, 3), -4.0, np.float32), np.stack(songs))
    again = LatentPrior.from_tensors(prior.tensors())
    rng = np.random.default_rng(0)
    for one in (prior, again):
        techno = np.stack([one.given(songs[0]).draw(rng) for _ in range(400)])
        assert (techno[:, 0] < 0).mean() > 0.95
        anything = np.stack([one.given(space.encode([], {})).draw(rng) for _ in range(400)])
        assert 0.4 < (anything[:, 0] < 0).mean() < 0.6
        assert np.abs(techno[:, 1]).max() < 1
        assert one.given(songs[1]).mean[0] > 4


def test_a_prior_is_kept_with_a_bit_a_label_and_was_once_with_a_byte():
    space = condition_space()
    songs = np.stack([space.encode(["techno"], {"energy": 0.9}), space.encode([], {})])
    prior = LatentPrior.of(np.eye(2, 3, dtype=np.float32), np.zeros((2, 3), np.float32), songs)
    kept = prior.tensors()
    assert kept["prior/labels"].nbytes < space.labels
    older = kept | {"prior/labels": songs[:, : space.labels].astype(np.uint8)}
    for tensors in (kept, older):
        known = LatentPrior.from_tensors(tensors).known
        np.testing.assert_allclose(known, songs, atol=2e-3)
