"""The whole way with the weights that ship, at the smallest sizes."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models import checkpoint, labelled, lcgan_report, lcgan_store, lcgan_train
from models.drafts import Drafter, drafts
from models.labelled import gather
from models.lcgan import LcGanConfig
from models.lcgan_report import BEST, SHUFFLED
from models.lcgan_run import make_lcgan
from models.library import SHIPPED
from models.pairs import matching, split
from models.prior import LatentPrior
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


def test_the_songs_that_drafts_are_for_are_divided_by_a_seed_of_their_own(drafter, tmp_path):
    """Only what was dealt out by the same seed is read again."""
    told = []
    for split_seed in (5, VALUE.seed, None, 5):
        made = gather(
            drafter, VALUE, tmp_path, split_seed=split_seed, on_progress=lambda *at: told.append(at)
        )
        parts = split(drafter.prior, split_seed or VALUE.seed)
        held_out = {row.tobytes() for row in drafter.prior.known[[*parts.check, *parts.test]]}
        assert not held_out & {row.tobytes() for row in made.known}
    assert len(told) == 2


def test_drafts_of_songs_that_were_divided_text_by_text_are_not_read(drafter, tmp_path):
    class Twice:
        """A writer whose songs have two texts each."""

        weights_hash = "0" * 64
        prior = LatentPrior.of(
            *(np.repeat(p[:60], 2, 0) for p in (drafter.prior.means, drafter.prior.scales)),
            np.repeat(drafter.prior.known[:60], 2, 0),
        )

        def __call__(self, z, known, seed):
            return ["new"] * len(z)

    old = tmp_path / f"drafts-{'0' * 16}-{VALUE.songs}-{VALUE.each}-{VALUE.seed}.json"
    old.write_text(json.dumps([["old", "old"]] * VALUE.songs))
    assert set(gather(Twice(), VALUE, tmp_path).flat) == {"new"}


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


@pytest.fixture(scope="module")
def kept_drafts(drafter, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drafts")
    gather(drafter, VALUE, folder)
    return folder


@pytest.fixture
def make(kept_drafts, tmp_path):
    """Make a generator and be asked to stop in a stage; return the report and the stages told."""

    def made(stop_in=None, topics=TOPICS, weights=None, **options):
        told = []

        def should_stop():
            return any(stage.name == stop_in and stage.done for stage in told)

        report = make_lcgan(
            MODEL,
            topics,
            weights or {0: 1.0},
            tmp_path / "made",
            value=VALUE,
            cache=kept_drafts,
            device="cpu",
            **{"config": GAN, "on_stage": told.append, "should_stop": should_stop, **options},
        )
        return report, {stage.name for stage in told}

    return made


def test_what_is_stopped_in_training_is_kept_and_not_compared(make):
    report, stages = make("LC-GAN")
    assert (report.result.ending, report.comparison) == ("stopped", None)
    assert not stages & {"control", "control's LC-GAN", "comparing"}
    assert lcgan_store.load(report.folder)
    assert "Not compared." in (report.folder / lcgan_store.CARD).read_text()


@pytest.mark.parametrize("stage", ["control", "control's LC-GAN"])
def test_nothing_is_compared_with_a_control_that_was_stopped(make, stage):
    report, stages = make(stage)
    assert (report.result.ending, report.comparison) == ("steps", None)
    assert "comparing" not in stages
    assert "Not compared." in (report.folder / lcgan_store.CARD).read_text()


def test_breaking_off_the_comparison_loses_no_generator(make, tmp_path):
    def leave(stage):
        if stage.name == "control":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(on_stage=leave)
    assert lcgan_store.load(tmp_path / "made")


def test_nothing_is_kept_where_nothing_is_trained_yet(make, tmp_path):
    with pytest.raises(InterruptedError):
        make("value model")
    assert not (tmp_path / "made").exists()


def test_one_seed_divides_the_songs_of_drafts_training_and_comparison(make, monkeypatch):
    seeds = []

    def watched(prior, seed):
        seeds.append(seed)
        return split(prior, seed)

    for module in (labelled, lcgan_train, lcgan_report):
        monkeypatch.setattr(module, "split", watched)
    make(config=replace(GAN, split_seed=5), songs=12)
    assert set(seeds) == {5}


def test_topics_of_one_name_keep_a_weight_each(make):
    twins = Topics(WORDS, np.full((2, 4), 0.25, np.float32), np.full(2, 0.1, np.float32))
    report, _ = make(topics=twins, weights={0: 1.0, 1: -0.5}, songs=0)
    described = json.loads((report.folder / lcgan_store.DESCRIPTION).read_text())
    assert list(described["settings"]["topics"].values()) == [1.0, -0.5]
