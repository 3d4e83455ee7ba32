import numpy as np
import pytest
import torch

from models.embedding import embed as plainly
from models.pretrained.reading import embed, posteriors
from models.pretrained.stepping import Stepper
from models.rows import MAX_TOKENS
from models.writer import Conditions
from tests.models.pretrained.tiny import NATIVE

TEXTS = [
    "The bass keeps one long note.",
    "Two guitars trade one short line over slow drums, and the voice comes in late.",
    "Drums.",
    "The bass keeps one long note.",
    "A quiet piano, and behind it {artist} hums along to the strings of {title}.",
]
LOUD = Conditions(genres=("metal", "punk"), features={"energy": 0.9, "tempo": 160})
QUIET = Conditions(genres=("folk",), features={"energy": 0.2})
SONGS = [LOUD, QUIET, Conditions(), QUIET, LOUD]


@pytest.fixture(name="asked")
def _asked(writer, tokenizer):
    """Texts as tokens, of several lengths, and conditions whose prompts are of several lengths."""
    return [tokenizer.encode(text) for text in TEXTS], np.stack([writer.known(s) for s in SONGS])


def steps(model, precision):
    # Few tokens may be written, and these texts have others.
    return Stepper(model, range(40, 90), precision)


def test_texts_are_read_as_the_model_reads_them_one_by_one(model, asked):
    fast, plain = embed(model, steps(model, "fp32"), *asked), plainly(model, *asked)
    np.testing.assert_allclose(fast.z, plain.z, atol=1e-4)
    np.testing.assert_allclose(fast.logprobs, plain.logprobs, atol=1e-4)
    # What must tell them apart: text, song, both.
    assert fast.z[0] != pytest.approx(fast.z[3], abs=1e-3)
    assert fast.logprobs[0] != pytest.approx(fast.logprobs[3], abs=1e-3)


@pytest.mark.parametrize("precision", ["int8", NATIVE])
def test_eight_bits_read_nearly_the_same_and_the_same_z(model, asked, precision):
    fast, plain = embed(model, steps(model, precision), *asked), plainly(model, *asked)
    np.testing.assert_allclose(fast.z, plain.z, atol=1e-4)
    assert not np.array_equal(fast.logprobs, plain.logprobs)
    np.testing.assert_allclose(fast.logprobs, plain.logprobs, atol=0.15)


def test_what_is_read_does_not_depend_on_company_or_order(model, asked, monkeypatch):
    tokens, known = asked
    stepper = steps(model, "fp32")
    whole = embed(model, stepper, tokens, known)
    for row in range(len(tokens)):
        alone = embed(model, stepper, tokens[row : row + 1], known[row : row + 1])
        np.testing.assert_allclose(alone.z[0], whole.z[row], atol=1e-4)
        np.testing.assert_allclose(alone.logprobs[0], whole.logprobs[row], atol=1e-4)
    for name, few in (("_BATCH", 2), ("_SONGS", 1), ("_ROWS", 3)):
        monkeypatch.setattr(f"models.pretrained.reading.{name}", few)
    parts = embed(model, stepper, tokens, known)
    np.testing.assert_allclose(parts.z, whole.z, atol=1e-4)
    np.testing.assert_allclose(parts.logprobs, whole.logprobs, atol=1e-4)


def test_the_posteriors_alone_are_those_that_embedding_finds(model, asked, monkeypatch):
    tokens, known = asked
    tokens = [*tokens, [50] * (MAX_TOKENS + 20)]  # longer than anything that is written
    known = np.concatenate([known, known[:1]])
    monkeypatch.setattr("models.pretrained.reading._BATCH", 2)
    stepper = steps(model, "fp32")
    found = posteriors(model, stepper, tokens, known)
    np.testing.assert_allclose(found, embed(model, stepper, tokens, known).z, atol=1e-4)


def test_a_prompt_is_computed_once_for_all_texts_of_its_song(model, asked, monkeypatch):
    stepper, seen = steps(model, "fp32"), []
    prompts = stepper.prompts
    monkeypatch.setattr(stepper, "prompts", lambda many: seen.extend(many) or prompts(many))
    embed(model, stepper, *asked)
    assert len(seen) == 3  # of five texts


def test_what_is_longer_than_anything_written_is_read_too(model, asked):
    tokens, known = asked
    long = [*tokens, (tokens[1] * 9)[:56], (tokens[1] * 9)[:57], (tokens[1] * 9)[:150]]
    songs = known[[0, 1, 2, 3, 4, 0, 1, 2]]
    fast, plain = embed(model, steps(model, "fp32"), long, songs), plainly(model, long, songs)
    np.testing.assert_allclose(fast.z, plain.z, atol=1e-4)
    np.testing.assert_allclose(fast.logprobs, plain.logprobs, atol=1e-4)


def test_no_texts_are_read_as_none(model, asked):
    found = embed(model, steps(model, "fp32"), [], asked[1][:0])
    assert found.z.shape == (0, 3)
    assert found.logprobs.shape == (0,)


def test_tokens_behind_a_text_do_not_count_in_its_reading(model):
    tokens = torch.tensor([[50, 60, 70, 80], [51, 61, 71, 81]])
    short = model.reading(tokens[:, :2])
    padded = model.reading(tokens, torch.tensor([2, 4]))
    assert torch.allclose(padded[0], short[0], atol=1e-5)
    assert torch.allclose(padded[1], model.reading(tokens)[1], atol=1e-5)
