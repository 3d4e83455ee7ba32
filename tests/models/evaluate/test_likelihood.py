import math
from importlib import import_module

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from models import checkpoint, library
from models.conditions import condition_space
from models.corpus.records import Sentence
from models.cvae import Cvae, CvaeConfig
from models.encoding import Encoded, encode
from models.evaluate import held_out_bound, importance_bound, likelihood, log_weights
from models.tokenizer import BpeTokenizer

TEXTS = [f"{a} {b} the {c}." for a in ("Slow", "Loud") for b in ("drums", "horns") for c in "wxyz"]


@pytest.fixture
def measured():
    tokenizer = BpeTokenizer.train(TEXTS, 300)
    torch.manual_seed(0)
    sizes = CvaeConfig(
        len(tokenizer), condition_space().labels, embedding=8, encoder=6, hidden=10, latent=3
    )
    data = encode([Sentence(t, t, "voice", ("rock",)) for t in TEXTS], tokenizer)
    return Cvae(sizes).eval(), data


def test_an_untrained_model_knows_nothing(measured):
    model, data = measured
    figures = likelihood(model, data, words=4 * len(TEXTS))
    assert figures["nll_per_token"] == pytest.approx(math.log(model.config.vocabulary), rel=0.1)
    assert abs(figures["swap_z_gap"]) < 0.05
    assert figures["elbo_per_text"] < 0
    assert held_out_bound(model, data) == pytest.approx(
        -figures["elbo_per_text"] * len(data) / sum(len(t) - 1 for t in data.tokens), rel=0.02
    )


def test_a_posterior_equal_to_the_prior_holds_no_information(measured):
    model, data = measured
    with torch.no_grad():
        model.posterior.weight.zero_()
        model.posterior.bias.zero_()
    figures = likelihood(model, data, words=10)
    assert figures["kl"] == pytest.approx(0, abs=1e-6)
    assert figures["mutual_information"] == pytest.approx(0, abs=1e-4)
    assert figures["active_units"] == 0


def test_posteriors_far_apart_tell_the_texts_apart(measured):
    model, data = measured
    with torch.no_grad():
        model.posterior.weight.mul_(60)
        model.posterior.bias[3:] = -8
    figures = likelihood(model, data, words=10)
    assert figures["mutual_information"] > 0.5 * math.log(len(data))
    assert figures["active_units"] == 3


class Largest(TorchDispatchMode):
    """Notes how many entries the largest tensor has that is made."""

    entries = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            self.entries = max(self.entries, out.numel())
        return out


def test_many_texts_are_held_against_each_other_a_few_at_a_time(measured, monkeypatch):
    model, data = measured
    many = 100  # times 16 texts
    data = Encoded(data.tokens * many, data.known.repeat(many, 1), data.voice.repeat(many))
    words = 4 * len(data)
    with Largest() as largest:
        whole = likelihood(model, data, words)
    assert largest.entries < 2**22 + 1 < len(data) ** 2 * model.config.latent
    monkeypatch.setattr(import_module(importance_bound.__module__), "_CELLS", 2**16)
    with Largest() as smaller:
        figures = likelihood(model, data, words)
    assert smaller.entries < largest.entries / 4
    assert figures == pytest.approx(whole, rel=1e-5)


def test_importance_weights_bound_the_likelihood_from_below_and_closer_with_more(tiny_writers):
    writer = tiny_writers["vae"]
    data = encode([Sentence(t, t, "voice") for t in TEXTS[:6]], writer.tokenizer)
    weights = log_weights(writer.model, data, 256)
    means = [importance_bound(weights[:, :draws]).mean().item() for draws in (1, 8, 64, 256)]
    assert means == sorted(means)
    assert means[-1] > weights.mean(1).mean().item() + 0.05
    assert (importance_bound(weights) >= weights.mean(1)).all()


def test_the_importance_bound_is_exact_where_z_tells_nothing(measured):
    model, data = measured
    with torch.no_grad():
        for layer in (model.posterior, model.start, model.output):
            layer.weight.zero_()
            layer.bias.zero_()
        model.decoder.weight_ih_l0.zero_()
    weights = log_weights(model, data, 8)
    assert torch.allclose(weights, weights[:, :1].expand(-1, 8), atol=1e-4)
    each = torch.tensor([-(len(t) - 1) * math.log(model.config.vocabulary) for t in data.tokens])
    assert torch.allclose(importance_bound(weights), each, atol=1e-3)


def test_importance_weights_are_those_of_their_seed_and_progress_is_told(measured):
    model, data = measured
    told = []
    whole = log_weights(model, data, 4, seed=5, on_texts=told.append)
    assert told[-1] == len(data)
    assert torch.allclose(whole, log_weights(model, data, 4, seed=5))
    assert not torch.allclose(whole, log_weights(model, data, 4, seed=6))


def test_what_ships_uses_z():
    figures = checkpoint.describe(library.SHIPPED / library.DEFAULT)["figures"]
    voice = figures["held_out"]["voice"]
    assert voice["swap_z_gap"] >= 0.1
    assert 5 <= voice["kl"] <= 15
    assert voice["mutual_information"] >= 3
    assert voice["active_units"] >= 16
