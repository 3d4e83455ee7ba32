"""The whole way with the weights that ship, at the smallest sizes."""

import json

import numpy as np
import pytest

from models import checkpoint, lcgan_store
from models.drafts import Drafter, drafts
from models.labelled import gather
from models.lcgan import LcGanConfig
from models.lcgan_report import BEST, SHUFFLED
from models.lcgan_run import make_lcgan
from models.library import SHIPPED
from models.pairs import matching
from models.topics import Topics
from models.value import ValueConfig

MODEL = SHIPPED / "cvae-small"
WORDS = ["drums", "guitars", "voice", "piano"]
TOPICS = Topics(WORDS, np.eye(4, dtype=np.float32) * 0.9 + 0.025, np.full(4, 0.1, np.float32))
VALUE = ValueConfig(songs=64, each=2, hidden=16, epochs=2)
GAN = LcGanConfig(steps=2, critics=1, hidden=16, pairs=64, batch=32, check_every=1, held_out=32)


@pytest.fixture(scope="module")
def drafter():
    return Drafter(checkpoint.load(MODEL), "cpu")


def test_drafts_are_sentences_and_come_back_the_same(drafter):
    z, known = matching(drafter.prior, np.arange(40), 24, 1).all(1)
    texts = drafter(z, known, 3)
    assert texts == drafter(z, known, 3)
    assert texts != drafter(z, known, 4)
    assert len(set(texts)) == 24
    assert sum(text.endswith((".", "!", "?")) for text in texts) >= 22
    assert all(len(text.split()) >= 5 for text in texts)


def test_z_decides_what_a_draft_says(drafter):
    z, known = matching(drafter.prior, np.arange(40), 2, 1).all(1)
    same = drafter(np.repeat(z[:1], 8, 0), np.repeat(known[:1], 8, 0), 1)
    other = drafter(np.repeat(z[1:], 8, 0), np.repeat(known[:1], 8, 0), 1)
    assert not set(same) & set(other)


def test_several_drafts_of_each_stop_when_asked(drafter):
    z, known = matching(drafter.prior, np.arange(40), 4, 1).all(1)
    told = []
    texts = drafts(drafter, z, known, 2, 1, on_progress=lambda *at: told.append(at))
    assert [len(each) for each in texts] == [2] * 4
    assert told == [(8, 8)]
    assert drafts(drafter, z, known, 2, 1, should_stop=lambda: True) == []


def test_drafts_are_kept_for_the_next_time(drafter, tmp_path, monkeypatch):
    first = gather(drafter, VALUE, tmp_path)
    monkeypatch.setattr(Drafter, "__call__", None)
    again = gather(drafter, VALUE, tmp_path)
    assert again.texts == first.texts
    assert np.array_equal(again.z, first.z)
    scores = np.arange(len(first.flat), dtype=np.float32)[:, None]
    assert first.means(scores)[:2, 0] == pytest.approx([0.5, 2.5])
    with pytest.raises(InterruptedError):
        gather(drafter, VALUE, tmp_path / "other", should_stop=lambda: True)


def test_one_command_s_work_from_a_writer_to_a_folder(tmp_path):
    told = []
    report = make_lcgan(
        MODEL,
        TOPICS,
        {0: 1.0, 2: -0.5},
        tmp_path / "warm",
        value=VALUE,
        config=GAN,
        songs=12,
        cache=tmp_path,
        device="cpu",
        on_stage=told.append,
    )
    generator = lcgan_store.load(report.folder)
    assert generator.weights_hash == checkpoint.load(MODEL).weights_hash
    stages = list(dict.fromkeys(stage.name for stage in told))
    assert stages == [
        "loading",
        "drafts",
        "value model",
        "LC-GAN",
        "control",
        "control's LC-GAN",
        "comparing",
    ]
    assert all(stage.done <= stage.total for stage in told)
    assert {BEST, SHUFFLED} <= {arm.name for arm in report.comparison.arms}
    described = json.loads((report.folder / lcgan_store.DESCRIPTION).read_text())
    assert described["settings"]["weights"] == {"0": 1.0, "2": -0.5}
    assert len(described["figures"]["comparison"]["arms"]) == 5
    assert "## Topics" in (report.folder / lcgan_store.CARD).read_text()
    with pytest.raises(ValueError, match="no topic"):
        make_lcgan(MODEL, TOPICS, {9: 1.0}, tmp_path / "none")
