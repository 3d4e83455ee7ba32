"""Models that differ by their critic alone: a z, and what was learnt, mean the same to them."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from curator.cli.wiring import first_of_kin
from models import checkpoint
from models.pretrained import preferring, with_critic
from models.pretrained.drafting import PretrainedDrafter
from models.pretrained.judged import read
from models.pretrained.storing import KIN, identity, kin
from models.pretrained.writer import PretrainedWriter
from tests.models.pretrained.judging import judgements


@pytest.fixture
def later(taught, tmp_path):
    """The folder of a model that had another critic once."""
    folder = shutil.copytree(taught, tmp_path / "later")
    about = json.loads((folder / "model.json").read_text("utf-8"))
    about["decoding"][KIN] = ["the first", "the second"]
    (folder / "model.json").write_text(json.dumps(about), "utf-8")
    return folder


@pytest.fixture
def judged(writer, tmp_path):
    """Drafts in turns by the first of kin, by another model and by one that nobody knows."""
    judgements(writer, tmp_path / "judged.jsonl", n=90)
    by = ("the first", "another", None)
    z = np.arange(writer.latent, dtype=np.float32)
    drafts = enumerate(read([tmp_path / "judged.jsonl"]))
    return [replace(one, z=z + i, weights=by[i % 3]) for i, one in drafts]


class Seen(Exception):
    """What was to be seen; the rest is not waited for."""


def test_the_first_of_kin_comes_first_and_the_model_itself_last(later, place):
    own = checkpoint.load(later).weights_hash
    known = PretrainedWriter(checkpoint.load(later), "later", "cpu", "fp32")
    assert known.kin == ("the first", "the second", own)
    assert first_of_kin(str(later), place) == "the first"
    drafter = PretrainedDrafter(known, known._stepper, known._prior)
    assert (drafter.weights_hash, drafter.first_of_kin) == (own, "the first")


def test_a_model_that_never_had_a_critic_is_its_own_kin(taught, writer, place):
    assert writer.kin == (writer.weights_hash,)
    assert first_of_kin(str(taught), place) == writer.weights_hash


def test_on_another_base_all_of_them_are_others():
    known = SimpleNamespace(weights_hash="own", decoding={KIN: ["first"]})
    base = SimpleNamespace(hash="other")
    assert kin(known, "wanted", base) == tuple(
        identity(one, "wanted", base) for one in ("first", "own")
    )
    assert not {"first", "own"} & set(kin(known, "wanted", base))


def test_a_critic_hears_drafts_of_kin_from_the_z_they_were_written_from(
    later, judged, monkeypatch, tmp_path
):
    def hear(writer, texts, songs, z):
        raise Seen(z)

    monkeypatch.setattr(with_critic, "hear", hear)
    with pytest.raises(Seen) as seen:
        with_critic.add_critic(later, judged, tmp_path / "out", device="cpu")
    (heard,) = seen.value.args
    assert len(heard) == len(judged)
    for z, one in zip(heard, judged, strict=True):
        assert z is (one.z if one.weights == "the first" else None)


def test_preferences_are_learnt_from_the_z_of_drafts_of_kin(later, judged, monkeypatch, tmp_path):
    def parted(drafts, how):
        raise Seen(drafts)

    monkeypatch.setattr(preferring, "_parted", parted)
    with pytest.raises(Seen) as seen:
        preferring.prefer(later, judged, tmp_path / "out", device="cpu")
    (drafts,) = seen.value.args
    for draft, one in zip(drafts, judged, strict=True):
        assert (draft.z[0].tolist() == one.z.tolist()) is (one.weights == "the first")
