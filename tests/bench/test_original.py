from itertools import islice

import numpy as np
import pytest
import torch

from curator.bench.original import STEPS, OriginalDecoder
from models.cvae import Cvae, CvaeConfig
from models.tokenizer import BOS, EOS, UNK

WORDS = 40


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = CvaeConfig(
        vocabulary=WORDS, labels=3, embedding=8, encoder=8, hidden=12, latent=4, genre_size=2,
        feature_size=2,
    )  # fmt: skip
    return Cvae(config).eval()


@pytest.fixture
def a(model):
    return torch.zeros(1, model.config.condition)


def only(model, token):
    """Leave a model no choice but one token."""
    with torch.no_grad():
        model.bias.fill_(-1e4)
        model.bias[token] = 1e4
    return model


def test_always_fifty_steps(model, a):
    assert STEPS == 50
    assert [len(s) for s in islice(OriginalDecoder.of(model).write(a, 1), 5)] == [50] * 5


def test_it_does_not_stop_at_the_end_of_a_sentence(model, a):
    assert next(OriginalDecoder.of(only(model, EOS)).write(a, 1)) == [EOS] * 50


def test_it_does_not_bar_unknown_words_nor_loops(model, a):
    assert next(OriginalDecoder.of(only(model, UNK)).write(a, 1)) == [UNK] * 50


def test_words_are_drawn_from_the_whole_vocabulary(model, a):
    with torch.no_grad():
        model.bias.zero_()
        model.output.weight.zero_()
        model.output.bias.zero_()  # all words equally likely
    drawn = {t for sample in islice(OriginalDecoder.of(model).write(a, 1), 20) for t in sample}
    assert drawn == set(range(WORDS))


def test_its_distribution_is_that_of_the_weights(model, a, monkeypatch):
    """Each word is drawn from what `Cvae.decode` says after the words before it."""
    seen = []

    class Recording:
        def __init__(self, _seed):
            self.next = iter(range(STEPS))

        def choice(self, size, p):
            assert size == WORDS
            seen.append(p)
            return next(self.next) % WORDS

    monkeypatch.setattr("curator.bench.original.np.random.RandomState", Recording)
    monkeypatch.setattr(torch, "randn", lambda *size, **_: torch.full(size, 0.5))
    tokens = next(OriginalDecoder.of(model).write(a, 1, temperature=0.7))
    z = torch.full((1, model.config.latent), 0.5)
    with torch.no_grad():
        logits = model.decode(torch.tensor([[BOS, *tokens[:-1]]]), z, a)[0]
    expected = torch.softmax(logits / 0.7, dim=1)
    assert torch.allclose(torch.from_numpy(np.array(seen, np.float32)), expected, atol=1e-5)


def test_z_and_condition_go_in_at_every_step_and_one_sample_at_a_time(model, a):
    shapes = []
    model.decoder.register_forward_hook(lambda _m, args, _out: shapes.append(args[0].shape))
    next(OriginalDecoder.of(model).write(a, 1))
    c = model.config
    assert shapes == [(1, 1, c.embedding + c.latent + c.condition)] * 50


def test_h2h_is_applied_twice_and_changes_nothing(model, a):
    decoder = OriginalDecoder.of(model)
    calls = []
    decoder._h2h.register_forward_hook(lambda _m, args, out: calls.append((args[0], out)))
    next(decoder.write(a, 1))
    assert len(calls) == 2
    assert all(torch.equal(before, after) for before, after in calls)


def test_the_deployed_vocabulary_is_as_large_as_asked_for(model, a):
    decoder = OriginalDecoder.with_vocabulary(model, 1000)
    drawn = {t for sample in islice(decoder.write(a, 1), 20) for t in sample}
    assert WORDS < max(drawn) < 1000


def test_seeded(model, a):
    first, again, other = (
        list(islice(OriginalDecoder.of(model).write(a, seed), 2)) for seed in (1, 1, 2)
    )
    assert first == again != other
