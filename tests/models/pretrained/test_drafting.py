import numpy as np
import pytest

from models import checkpoint
from models.pretrained.writer import PretrainedWriter
from models.writer import Conditions
from tests.models.pretrained.tiny import NATIVE

LOUD = Conditions(genres=("metal",), features={"energy": 0.9, "tempo": 160})
QUIET = Conditions(genres=("folk",), features={"energy": 0.2, "tempo": 80})


@pytest.fixture(name="eight", params=["int8", NATIVE])
def _eight(taught, request):
    return PretrainedWriter(checkpoint.load(taught), "taught", "cpu", request.param)


def test_drafts_are_the_same_alone_and_in_company(writer):
    drafter = writer.drafter()
    dice = np.random.default_rng(0)
    z = dice.standard_normal((20, 3)).astype(np.float32)
    songs = [writer.known(LOUD if row % 2 else QUIET) for row in range(20)]
    texts = drafter(z, np.stack(songs), seed=3)
    assert len(texts) == 20
    assert drafter(z[:2], np.stack(songs[:2]), seed=3) == texts[:2]
    assert all(len(text.split()) >= 5 for text in texts)
    swapped = drafter(z, np.stack([songs[1], songs[0]] * 10), seed=3)
    told = sum(one != other for one, other in zip(texts, swapped, strict=True))
    assert told > 10  # of 20: the song that a row is about is told to that row


@pytest.mark.parametrize("precision", ["fp32", "int8", NATIVE])
def test_the_laid_out_decoder_foretells_as_the_model_does(writer, few_sentences, precision):
    from models.pretrained.stepped import nats_a_token

    nats = nats_a_token(writer, few_sentences[:8], precision)
    assert 0 < nats < 1.5
    if precision != "fp32":
        assert abs(nats - nats_a_token(writer, few_sentences[:8], "fp32")) < 0.15


@pytest.mark.parametrize("rows", [1, 3, 16])
def test_how_many_are_written_at_a_time_changes_no_draft(eight, rows, monkeypatch):
    dice = np.random.default_rng(1)
    z = dice.standard_normal((80, 3)).astype(np.float32)
    songs = np.stack([eight.known(LOUD if row % 3 else QUIET) for row in range(80)])
    whole = eight.drafter()(z, songs, seed=5)
    assert len({len(text) for text in whole}) > 5  # they end at different times
    monkeypatch.setattr("models.pretrained.drafting.ROWS", rows)
    assert eight.drafter()(z, songs, seed=5) == whole


def test_where_company_tells_it_is_always_the_same(writer, monkeypatch):
    asked = []
    drafter = writer.drafter()
    step = drafter._stepper.step
    monkeypatch.setattr(
        drafter._stepper, "step", lambda last, cache: asked.append(len(last)) or step(last, cache)
    )
    z = np.random.default_rng(2).standard_normal((20, 3)).astype(np.float32)
    drafter(z, np.stack([writer.known(LOUD)] * 20), seed=4)
    assert set(asked) == {16}


def test_of_no_z_nothing_is_written(writer):
    none = np.zeros((0, 3), np.float32)
    assert writer.drafter()(none, writer.known(LOUD)[None][:0], seed=1) == []
