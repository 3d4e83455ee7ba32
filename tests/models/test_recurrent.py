import math

import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.corpus.records import Sentence
from models.decoding import BLOCK
from models.encoding import encode
from models.recurrent import (
    RecurrentConfig,
    RecurrentLm,
    feature_columns,
    held_out_nats,
    sentence_nats,
)
from models.recurrent_step import RecurrentStep
from models.tokenizer import BOS, EOS, PAD
from models.train.segments import segments, stream
from models.units import train_tokenizer

CELLS = ("rnn", "gru", "lstm")
SIZES = {"vocabulary": 30, "embedding": 8, "hidden": 12}


def model_of(cell="gru", **sizes):
    torch.manual_seed(3)
    return RecurrentLm(RecurrentConfig(cell=cell, **{**SIZES, **sizes})).eval()


def batch(rows=BLOCK, length=7):
    return torch.randint(6, 30, (rows, length), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("tied", [True, False])
def test_stepping_is_the_forward_pass(cell, layers, tied):
    model = model_of(cell, layers=layers, tied=tied, features=("energy", "tempo"))
    writable = [EOS, *range(6, 30)]
    with torch.inference_mode():
        step = RecurrentStep(model, writable)
        known = torch.randn(BLOCK, 4)
        tokens = batch()
        inputs = torch.cat([torch.full((BLOCK, 1), BOS), tokens], 1)
        logits, _ = model.run(inputs, known, model.beginning().repeat(1, BLOCK, 1))
        state, constants = step.begin(known)
        places = torch.full((BLOCK,), step.start_token)
        for t in range(tokens.shape[1] + 1):
            stepped, state = step.step(places, state, constants)
            assert torch.allclose(stepped, logits[:, t, writable], atol=1e-5)
            if t < tokens.shape[1]:
                places = tokens[:, t] - 5


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_carries_on_where_the_last_stretch_ended(cell):
    model = model_of(cell, layers=2)
    tokens = batch(4, 13)
    whole = model(tokens)
    one = model(tokens[:, :7])
    other = model(tokens[:, 6:], None, one.state)
    assert torch.allclose(one.nll + other.nll, whole.nll, rtol=1e-5)
    assert int(one.tokens + other.tokens) == int(whole.tokens) == 4 * 12
    assert torch.allclose(other.state, whole.state, atol=1e-6)
    assert not one.state.requires_grad


@pytest.mark.parametrize("cell", CELLS)
def test_a_sentence_alone_begins_as_after_another(cell):
    model = model_of(cell, layers=2)
    tokens = torch.cat([torch.full((3, 1), BOS), batch(3, 5)], 1)
    stream_of = torch.cat([torch.full((3, 1), EOS), tokens], 1)
    logits, _ = model.run(stream_of[:, :-1], None)
    costs = -logits.log_softmax(2).gather(2, stream_of[:, 1:, None])[:, 1:, 0]
    assert torch.allclose(model.nats(tokens), costs, atol=1e-5)


def test_beginnings_and_padding_are_not_counted():
    model = model_of()
    tokens = batch(2, 6)
    tokens[0, 3], tokens[1, 4:] = BOS, PAD
    found = model(tokens)
    assert int(found.tokens) == 10 - 1 - 2
    logits, _ = model.run(tokens[:, :-1], None)
    costs = -logits.log_softmax(2).gather(2, tokens[:, 1:, None])[:, :, 0]
    counted = (tokens[:, 1:] != BOS) & (tokens[:, 1:] != PAD)
    assert torch.allclose(found.nll, costs[counted].sum(), rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_probabilities_sum_to_one_and_begin_near_even(cell):
    model = model_of(cell)
    logits, _ = model.run(batch(), None)
    assert torch.allclose(logits.softmax(2).sum(2), torch.ones(BLOCK, 7), atol=1e-5)
    mean = model.nats(batch()).mean().item()
    assert abs(mean - math.log(30)) < 0.5


def test_features_change_what_comes_and_unknown_ones_do_not():
    model = model_of(features=("energy",))
    tokens = batch(2, 5)
    high, low = torch.tensor([[2.0, 1.0]] * 2), torch.tensor([[-2.0, 1.0]] * 2)
    assert not torch.allclose(model.nats(tokens, high), model.nats(tokens, low))
    unknown = torch.zeros(2, 2)
    assert torch.equal(model.nats(tokens, unknown), model.nats(tokens))
    each = high[:, None].repeat(1, 4, 1)
    assert torch.allclose(model.nats(tokens, each), model.nats(tokens, high))
    each[:, 2:] = low[:, None]
    changed = model.nats(tokens, each) != model.nats(tokens, high)
    assert not changed[:, :2].any()
    assert changed[:, 2:].all()


def test_the_columns_are_those_of_the_features():
    known = condition_space().encode((), {"tempo": 120.0, "energy": 0.9})
    values = known[feature_columns(("energy", "valence", "tempo"))]
    assert values[3:].tolist() == [1.0, 0.0, 1.0]
    assert values[0] > 0
    assert values[1] == 0.0
    assert feature_columns(()) == []


def test_a_cell_or_a_feature_must_exist():
    with pytest.raises(ValueError, match="no cell"):
        RecurrentConfig(30, cell="transformer")
    with pytest.raises(ValueError, match="no feature 'colour'"):
        RecurrentConfig(30, features=("energy", "colour"))
    again = RecurrentConfig(**{**RecurrentConfig(30).to_dict(), "features": ["energy"]})
    assert again.features == ("energy",)


SENTENCES = [
    Sentence("The drums are loud.", "a", "voice", (), {"energy": 0.9}),
    Sentence("The harp is soft.", "b", "voice", (), {"energy": 0.1}),
    Sentence("A voice.", "c", "voice"),
]


def test_each_sentence_is_measured_alone():
    tokenizer = train_tokenizer("words", [s.text for s in SENTENCES] * 2, 40)
    data = encode(SENTENCES, tokenizer)
    model = model_of(vocabulary=len(tokenizer), features=("energy",))
    nats = sentence_nats(model, data)
    columns = feature_columns(("energy",))
    for i, tokens in enumerate(data.tokens):
        alone = model(torch.tensor([tokens]), data.known[i : i + 1, columns], model.beginning())
        assert alone.nll.item() == pytest.approx(float(nats[i]), rel=1e-5)
    tokens = sum(len(t) - 1 for t in data.tokens)
    assert held_out_nats(model, data) == pytest.approx(float(nats.sum()) / tokens)


@pytest.mark.parametrize("cell", CELLS)
def test_it_learns_from_a_stream_what_goes_with_a_feature(cell):
    tokenizer = train_tokenizer("words", [s.text for s in SENTENCES] * 2, 40)
    data = encode(SENTENCES, tokenizer)
    model = model_of(cell, vocabulary=len(tokenizer), features=("energy",), hidden=24)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    columns = feature_columns(("energy",))
    before = held_out_nats(model, data)
    for epoch in range(12):
        laid, state = stream(data.tokens, 2, 1, epoch, repeats=[12] * 3), None
        for segment in segments(laid.length, 1, epoch, base=20):
            tokens, whose = map(torch.from_numpy, laid.cut(segment))
            known = data.known[whose][:, :, columns] * (whose >= 0)[:, :, None]
            model.train()
            found = model(tokens, known, state)
            state = found.state
            optimiser.zero_grad()
            (found.nll / found.tokens).backward()
            optimiser.step()
    model.eval()
    assert held_out_nats(model, data) < 0.4 < 2 < before
    loud, soft = data.tokens[0][:3], data.known[:2, columns]
    logits, _ = model.run(torch.tensor([loud[:2]] * 2), soft)
    drums, harp = data.tokens[0][2], data.tokens[1][2]
    gap = logits[:, -1, drums] - logits[:, -1, harp]
    assert gap[0] > 1 > -1 > gap[1]


def test_noise_hides_while_training_only():
    model = model_of(layers=2)
    model.set_noise(0.5)
    tokens = batch()
    assert torch.equal(model.nats(tokens), model.nats(tokens))
    model.train()
    assert not torch.equal(model.nats(tokens), model.nats(tokens))
    assert np.isfinite(float(model(tokens).nll))
