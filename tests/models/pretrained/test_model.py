import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.encoding import encode
from models.pretrained.llama import keys_values, run
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.settling import settle
from models.tokenizer import ARTIST, BOS, EOS

NAMES = ("Slow Tide", "The Long Way Around the Harbour of the North")
LOUD, QUIET = "Loud guitars hold the whole room.", "Slow strings carry one long note in the dark."


def inputs_of(model, text, rows=1):
    return torch.tensor([[BOS, *model.tokenizer.encode(text)]] * rows)


def a_of(model, *songs):
    known = [condition_space().encode(*song) for song in songs]
    return model.condition(torch.from_numpy(np.stack(known)), torch.ones(len(songs)))


METAL, FOLK = (["metal"], {"energy": 0.9, "tempo": 160}), (["folk"], {"energy": 0.2})
NOTHING = ([], {})


@torch.no_grad()
def test_padding_and_the_batch_beside_it_do_not_change_a_row(model):
    z = torch.randn(3, 3, generator=torch.Generator().manual_seed(0))
    a = a_of(model, METAL, NOTHING, FOLK)
    names = [(None, None), (None, None), NAMES]
    assert len({len(p) for p in model.prompts(a, names)}) == 3
    inputs = inputs_of(model, LOUD, 3)
    together = model.decode(inputs, z, a, names)
    for row in range(3):
        one = slice(row, row + 1)
        alone = model.decode(inputs[one], z[one], a[one], names[one])
        torch.testing.assert_close(together[one], alone, atol=2e-5, rtol=1e-5)
    assert (together[0] - together[1]).abs().max() > 0.05


@torch.no_grad()
def test_z_and_each_thing_told_of_the_song_change_what_is_expected(model):
    z, a, inputs = torch.zeros(1, 3), a_of(model, METAL), inputs_of(model, LOUD)
    plain = model.decode(inputs, z, a, [NAMES])
    changed = {
        "z": model.decode(inputs, z + 1, a, [NAMES]),
        "genres": model.decode(inputs, z, a_of(model, (["folk"], METAL[1])), [NAMES]),
        "features": model.decode(inputs, z, a_of(model, (["metal"], {"energy": 0.1})), [NAMES]),
        "names": model.decode(inputs, z, a, [("Somebody", "Something")]),
        "register": model.decode(inputs, z, torch.cat([a[:, :-1], a[:, -1:] * 0], 1), [NAMES]),
    }
    for what, logits in changed.items():
        assert ((logits - plain).abs().amax(2) > 1e-3).all(), what


@torch.no_grad()
def test_z_reaches_the_decoder_by_its_slots_and_by_every_word(model):
    a, inputs = a_of(model, METAL), inputs_of(model, LOUD)

    def gap():
        one, other = (
            model.decode(inputs, z, a, [NAMES]) for z in (torch.ones(1, 3), -torch.ones(1, 3))
        )
        return float((one - other).abs().mean())

    model.to_words.weight.zero_()
    assert gap() > 0.01
    model.to_slots[2].weight.zero_()
    assert gap() == 0
    model.to_words.weight.normal_()
    assert gap() > 0.01


@torch.no_grad()
def test_what_is_written_is_not_seen_before_it_is_written(model):
    a, z = a_of(model, METAL), torch.ones(1, 3)
    inputs = inputs_of(model, LOUD)
    other = inputs.clone()
    other[:, 4:] = 99
    one, two = (model.decode(i, z, a, [NAMES]) for i in (inputs, other))
    torch.testing.assert_close(one[:, :4], two[:, :4], atol=1e-5, rtol=0)


def test_a_new_model_is_the_base_itself_but_for_its_latent_space(base):
    made = Pretrained(PretrainedConfig("hash", reads=(0, 1)), base.load(), base.tokenizer())
    assert not any(up.any() for up in made.ups)
    assert torch.equal(made.names, made.base.embed[[ARTIST, ARTIST + 1]])
    kept = made.state_dict()
    assert not any("embed" in name or "linears" in name for name in kept)
    of_the_base = {id(t) for layer in made.base.layers for t in layer.linears}
    assert not of_the_base & {id(p) for p in made.parameters()}


@torch.no_grad()
def test_the_placeholders_have_words_of_their_own(model):
    tokens = torch.tensor([[ARTIST, 50, ARTIST + 1]])
    words = model.embedded(tokens)[0]
    assert torch.equal(words[0], model.names[0])
    assert torch.equal(words[2], model.names[1])
    assert torch.equal(words[1], model.base.embed[50])
    logits = model.logits(torch.ones(1, 32))
    before = logits.clone()
    model.names[0] += 1
    changed = (model.logits(torch.ones(1, 32)) != before)[0].nonzero().flatten()
    assert changed.tolist() == [ARTIST]


# -- the encoder -------------------------------------------------------------------------------


@torch.no_grad()
def test_readings_that_are_remembered_are_those_that_are_made(model, monkeypatch):
    a = a_of(model, METAL, FOLK)
    tokens = torch.tensor([model.tokenizer.encode(LOUD)] * 2)
    tokens[1] = tokens[1].flip(0)
    plain = model.encode(tokens, a)
    model.read = {}
    first, again = model.encode(tokens, a), model.encode(tokens.flip(0), a.flip(0))
    for made, kept, later in zip(plain, first, again, strict=True):
        torch.testing.assert_close(kept, made, atol=3e-3, rtol=3e-3)
        torch.testing.assert_close(later.flip(0), kept, atol=1e-6, rtol=1e-6)
    assert len(model.read) == 2
    monkeypatch.setattr(model, "reading", None)  # is not asked again
    model.encode(tokens, a)


@torch.no_grad()
def test_a_reading_depends_on_the_text_and_not_on_what_is_trained(model, fresh):
    tokens = torch.tensor([model.tokenizer.encode(LOUD)])
    other = torch.tensor([model.tokenizer.encode(QUIET)])
    one = model.reading(tokens)
    assert one.shape == (1, 3 * 32)
    assert (one - model.reading(other)).abs().max() > 0.05
    tuned = fresh(seed=9).eval()
    torch.testing.assert_close(tuned.reading(tokens), one)
    ours, theirs = model.encode(tokens, a_of(model, METAL)), model.encode(tokens, a_of(model, FOLK))
    assert (ours[0] - theirs[0]).abs().max() > 1e-3  # the song is read beside the text


# -- making ready ------------------------------------------------------------------------------


@torch.no_grad()
def test_settling_brings_what_is_read_to_mean_nothing_and_spread_one(model, few_sentences):
    texts = [s.text for s in few_sentences]
    settle(model, texts)
    rows = [model.reading(torch.tensor([model.tokenizer.encode(text)])) for text in texts]
    scaled = (torch.cat(rows) - model.read_mean) / model.read_spread
    torch.testing.assert_close(scaled.mean(0), torch.zeros(96), atol=1e-3, rtol=0)
    torch.testing.assert_close(scaled.std(0, correction=0), torch.ones(96), atol=1e-2, rtol=0)
    assert not model.read_mean.requires_grad


def test_one_text_is_enough_to_settle(model, few_sentences):
    settle(model, [few_sentences[0].text])
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())


@torch.no_grad()
def test_settled_slots_have_the_manner_of_tokens(fresh, few_sentences):
    model = fresh(bottleneck=64)
    texts = [s.text for s in few_sentences]
    settle(model, texts)
    tokens = torch.tensor([[t for text in texts[:8] for t in model.tokenizer.encode(text)]])
    length = tokens.shape[1]
    mask = torch.ones(1, 1, length, length, dtype=torch.bool).tril()
    places = torch.arange(length) + 96
    states = run(model.base, model.embedded(tokens), places, mask)
    slots = model.slots(torch.randn(400, 3, generator=torch.Generator().manual_seed(3)))
    about = model.to_slots[2].bias.view(3, 2, 2, 4, 8)
    layers = zip(model.base.layers, states, slots, strict=False)
    for number, (layer, before, (keys, values)) in enumerate(layers):
        theirs = keys_values(layer, before, places, model.base.config)
        for ours, part in zip((keys, values), theirs, strict=True):
            ratio = ours.std((0, 2, 3)) / part.std((0, 2, 3))
            assert ((ratio > 0.4) & (ratio < 2.5)).all()
        mean = theirs[0][0, :, 1:].mean(1)
        torch.testing.assert_close(about[number, 0], mean[:, None].expand(2, 4, 8))
        assert not about[number, 1].any()


# -- training ----------------------------------------------------------------------------------


def batch(model, sentences):
    data = encode(sentences, model.tokenizer)
    length = len(data.tokens[0])
    rows = [row for row, tokens in enumerate(data.tokens) if len(tokens) == length]
    return data.batch(rows, torch.device("cpu"))


def test_every_part_of_the_loss_reaches_what_it_is_to_teach(model, few_sentences):
    model.train()
    losses = model(*batch(model, few_sentences), free_bits=0.5, smoothing=0.0)
    assert all(torch.isfinite(part) and part > 0 for part in losses)
    assert losses.bounded_kl >= losses.kl
    for part, name in ((losses.bag, "to_bag.weight"), (losses.kl, "posterior.0.weight")):
        (slope,) = torch.autograd.grad(part, model.get_parameter(name), retain_graph=True)
        assert slope.abs().max() > 0
    losses.nll.backward()
    untouched = {"to_bag.weight", "to_bag.bias", "read_mean", "read_spread"}
    for name, parameter in model.named_parameters():
        assert (parameter.grad is None) == (name in untouched), name
        assert name in untouched or parameter.grad.abs().max() > 0, name


def test_training_hides_genres_and_sometimes_all(model):
    known = torch.from_numpy(condition_space().encode(*METAL))[None].expand(400, -1)
    model.train()
    torch.manual_seed(0)
    a = model.condition(known, torch.ones(400))
    nothing = (a[:, :-1] == 0).all(1)
    assert 0.03 < nothing.float().mean() < 0.15
    genre = int(known[0, : condition_space().labels].nonzero()[0])
    lost = (a[~nothing, genre] == 0).float().mean()
    assert 0.08 < lost < 0.25
    assert (a[:, -1] == 1).all()
    model.eval()
    assert torch.equal(model.condition(known, torch.ones(400))[:, :-1], known)


def test_in_training_half_the_batches_have_invented_names(model, monkeypatch):
    tokens = torch.tensor([[*model.tokenizer.encode(LOUD), EOS]] * 2)
    assert model._names(tokens) == [(None, None)] * 2
    model.train()
    torch.manual_seed(0)
    kinds = [model._names(tokens) for _ in range(60)]
    without = sum(names == [(None, None)] * 2 for names in kinds)
    assert 15 < without < 45
    assert len({names[0] for names in kinds}) > 10


@pytest.mark.parametrize(("dropout", "word_dropout"), [(0.5, 0.0), (0.0, 0.5)])
def test_noise_is_of_training_alone(model, dropout, word_dropout):
    model.set_noise(dropout, word_dropout)
    z, a, inputs = torch.zeros(1, 3), a_of(model, METAL), inputs_of(model, LOUD)

    def decoded():
        with torch.no_grad():
            return model.decode(inputs, z, a, [NAMES])

    assert torch.equal(decoded(), decoded())
    model.train()
    torch.manual_seed(1)
    assert (decoded() - decoded()).abs().max() > 1e-3
