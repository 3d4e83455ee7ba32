"""`curator learn`: train, look, promote and roll back, as the desk does."""

import json

import pytest

from curator.domain.records import Event, Sample
from curator.engine.errors import EngineCancelled, EngineError
from curator.engine.messages import Progress, Trained
from curator.store import Store

SKILL = {"ratings": 25, "liked": 5, "songs": 9, "enough": True, "verdict": "good",
         "auc": {"value": 0.8, "low": 0.7, "high": 0.9}}  # fmt: skip
GOOD = {
    "skill": SKILL,
    "generator": True,
    "likings": [{"kind": "word", "name": "hiss", "weight": 0.2, "texts": 7},
                {"kind": "word", "name": "nice\x1b[31m", "weight": -0.1, "texts": 3}],
    "comparison": {
        "candidates": 8, "songs": 9, "by_second": True,
        "over_best_of": {"value": 0.1, "low": 0.05, "high": 0.2},
        "arms": [{"name": "best-of-N", "self_bleu": 0.4, "distinct_2": 0.5,
                  "second": {"value": 0.3, "low": 0.2, "high": 0.4}}],
    },
}  # fmt: skip


class Trainer:
    """Learns at once, or fails as it is told."""

    def __init__(self, report=GOOD, error=None):
        self.report, self.error = report, error

    async def start(self):
        pass

    async def close(self):
        pass

    async def train(self, job):
        self.job, self.lines = job, job.ratings.read_text("utf-8").splitlines()
        yield Progress("t", "drafts", 1, 2, 3.0)
        if self.error:
            raise self.error
        job.folder.mkdir()
        yield Trained("t", json.dumps(self.report))


@pytest.fixture
def judged(home):
    """25 samples, every fifth approved."""
    with Store.open(home) as store:
        for n in range(25):
            sample = Sample(f"m{n}", "r0", "t", f"text {n}", "cvae-small", "hash", 7, n + 10)
            verdict = "reject" if n % 5 else "approve"
            said = {"request": "r0", "verdict": verdict}
            at = f"2026-11-23T09:00:{n:02}.000Z"
            store.append(sample, Event(f"e{n}", at, "ann", "judged", sample.id, said)).result()
    return home


@pytest.fixture
def trainer(monkeypatch):
    """The trainer that the next trainings use."""
    trainer = Trainer()
    monkeypatch.setattr("curator.cli.learn.make_trainer", lambda *_: trainer)
    return trainer


def test_a_version_is_trained_promoted_and_rolled_back(run, judged, trainer):
    ran = run("learn", "train", "--home", judged)
    assert (ran.code, ran.out) == (0, "v1\n")
    assert "AUC 0.80 (0.70 to 0.90)" in ran.err
    assert len(trainer.lines) == 25
    assert (judged / "learned" / "v1" / "labels.jsonl").is_file()
    assert trainer.job.seed == 1
    ran = run("learn", "promote", "v1", "--home", judged)
    assert (ran.code, ran.out) == (0, "v1 is in use (reward and generator)\n")
    (line,) = run("learn", "list", "--home", judged).out.splitlines()
    assert line.split("  ") == [
        "v1", line.split("  ")[1], "25 labels", "held-out AUC 0.80 (0.70 to 0.90)", "in use"
    ]  # fmt: skip
    ran = run("learn", "rollback", "--home", judged, "--json")
    assert ran.json == [{"in_use": None, "generator": False, "insisted": False}]
    assert run("learn", "rollback", "--home", judged).code == 1


def test_a_seed_and_json(run, judged, trainer):
    (body,) = run("learn", "train", "--seed", "9", "--home", judged, "--json").json
    assert (body["version"], body["seed"], body["labels"], body["in_use"]) == ("v1", 9, 25, False)
    assert body["figures"]["auc"] == {"value": 0.8, "low": 0.7, "high": 0.9}
    assert trainer.job.seed == 9
    listed = run("learn", "list", "--home", judged, "--json").json
    assert listed == [body]


def test_status_says_what_there_is_to_know(run, judged, trainer):
    run("learn", "train", "--home", judged)
    lines = run("learn", "status", "--home", judged).out.splitlines()
    assert lines[0] == "25 labels, 5 liked (25 verdict)"
    assert "  likes: hiss" in lines
    assert "without: 5 of 25 approved, 20% (9% to 39%)" in lines
    assert any("second judge 0.30 (0.20 to 0.40)" in line for line in lines)
    assert "\x1b" not in "".join(lines)
    (body,) = run("learn", "status", "--home", judged, "--json").json
    assert (body["labels"], body["liked"], body["newest"], body["in_use"]) == (25, 5, "v1", None)
    assert body["arms"]["without"]["approved"] == 5
    assert sum(p["arms"]["without"]["judged"] for p in body["over_time"]) == 25


def test_what_is_not_better_is_promoted_only_on_insistence(run, judged, trainer):
    trainer.report = GOOD | {
        "comparison": {"by_second": True, "over_best_of": {"value": 0, "low": -1, "high": 1}}
    }
    run("learn", "train", "--home", judged)
    ran = run("learn", "promote", "v1", "--home", judged)
    assert (ran.code, ran.out) == (1, "")
    assert "does not beat the best of" in ran.err
    assert "--insist" in ran.err
    ran = run("learn", "promote", "v1", "--reward-only", "--home", judged)
    assert (ran.code, ran.out) == (0, "v1 is in use (reward alone)\n")
    ran = run("learn", "promote", "v1", "--insist", "--home", judged, "--json")
    assert ran.json == [{"in_use": "v1", "generator": True, "insisted": True}]


def test_a_new_version_is_held_against_a_generator_that_writes(run, judged, trainer):
    run("learn", "train", "--home", judged)
    run("learn", "promote", "v1", "--reward-only", "--home", judged)
    run("learn", "train", "--home", judged)
    assert trainer.job.current is None
    run("learn", "promote", "v1", "--home", judged)
    run("learn", "train", "--home", judged)
    assert trainer.job.current == judged / "learned" / "v1"


def test_what_has_no_generator_is_promoted_without_one(run, judged, trainer):
    trainer.report = GOOD | {"generator": False}
    run("learn", "train", "--home", judged)
    assert "it has no generator" in run("learn", "promote", "v1", "--home", judged).err
    ran = run("learn", "promote", "v1", "--insist", "--home", judged)
    assert (ran.code, ran.out) == (0, "v1 is in use (reward alone)\n")


def test_a_training_that_fails_or_is_stopped_leaves_nothing(run, judged, trainer):
    trainer.error = EngineError("the disk of the model is full")
    ran = run("learn", "train", "--home", judged)
    assert (ran.code, ran.out) == (1, "")
    assert "the disk of the model is full" in ran.err
    trainer.error = EngineCancelled("stopped")
    assert run("learn", "train", "--home", judged).code == 130
    assert run("learn", "list", "--home", judged).out == ""
    assert list((judged / "learned").iterdir()) == []


def test_too_few_labels_and_wrong_names(run, home, judged, trainer, tmp_path):
    other = tmp_path / "other"
    with Store.open(other):
        pass
    ran = run("learn", "train", "--home", other)
    assert ran.code == 1
    assert "0 labels so far; learning begins at 20" in ran.err
    ran = run("learn", "promote", "v7", "--home", judged)
    assert (ran.code, "there are: none" in ran.err) == (2, True)
    assert run("learn", "status", "--home", tmp_path / "nowhere").code == 2


def test_a_desk_that_is_open_keeps_its_folder_to_itself(run, judged, trainer):
    with Store.open(judged):
        assert run("learn", "train", "--home", judged).code == 3
        assert run("learn", "promote", "v1", "--home", judged).code == 3
        assert run("learn", "status", "--home", judged).code == 0


def test_a_folder_that_is_gone_cannot_be_promoted(run, judged, trainer):
    run("learn", "train", "--home", judged)
    (judged / "learned" / "v1").rename(judged / "elsewhere")
    ran = run("learn", "promote", "v1", "--home", judged)
    assert (ran.code, "is gone" in ran.err) == (1, True)


def test_topics_are_gone_after_where_they_are_wanted(run, judged, trainer, tmp_path):
    run("learn", "train", "--home", judged)
    assert (trainer.job.topics, trainer.job.wanted) == ("", {})
    (judged / "config.toml").write_text('[learn]\nwanted = "8=1, 3=-0.5"\nshare = 0.4\n')
    assert run("learn", "train", "--home", judged).code == 0
    assert trainer.job.topics == "topics"
    (judged / "models" / "topics").mkdir(parents=True)
    assert (dict(trainer.job.wanted), trainer.job.share) == ({8: 1.0, 3: -0.5}, 0.4)
    run("learn", "train", "--topic", "2=1", "--topic-share", "0.9", "--home", judged)
    assert (dict(trainer.job.wanted), trainer.job.share) == ({2: 1.0}, 0.9)
    assert trainer.job.topics == str(judged / "models" / "topics")
    assert run("learn", "train", "--topic", "two", "--home", judged).code == 2
    (judged / "config.toml").unlink()
    ran = run("learn", "train", "--topic-share", "0.9", "--home", judged)
    assert ran.code == 2
    assert "--topic-share needs topics" in ran.err
