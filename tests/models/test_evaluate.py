import math

import pytest
import torch

from models import checkpoint, library
from models.conditions import condition_space
from models.corpus.records import Sentence
from models.cvae import Cvae, CvaeConfig
from models.encoding import encode
from models.evaluate import held_out_bound, likelihood, self_bleu, variety
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


def test_variety_tells_repetition_from_riches():
    same = ["the drums keep the time tonight."] * 4
    rich = ["the drums keep the time tonight.", "a cello leans into one long low note."]
    assert self_bleu([t.split() for t in same]) == 1
    assert self_bleu([t.split() for t in rich]) == 0
    figures = variety([*same, "a cut text with and with and with and"], training=rich)
    assert figures["exact_repeats"] == pytest.approx(3 / 5)
    assert figures["cut"] == figures["looping"] == pytest.approx(1 / 5)
    assert 0.5 < figures["overlap_4"] < 1


def test_what_ships_uses_z():
    figures = checkpoint.describe(library.SHIPPED / library.DEFAULT)["figures"]
    voice = figures["held_out"]["voice"]
    assert voice["swap_z_gap"] >= 0.1
    assert 5 <= voice["kl"] <= 15
    assert voice["mutual_information"] >= 3
    assert voice["active_units"] >= 16
