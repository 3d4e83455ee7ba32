"""Learning at the desk: labels, a training beside the writing, versions, rows in arms."""

import asyncio
import json
from pathlib import Path

import pytest

from curator.config import Settings
from curator.desk.changes import Grew, LearningChanged, Noticed
from curator.desk.desk import Desk
from curator.desk.learning import NotPromoted
from curator.desk.survey import Survey
from curator.domain.arms import in_order
from curator.engine.errors import EngineError
from curator.engine.messages import Progress, Ready, Trained, Written


def report(**parts):
    """What a training says that has gone well."""
    skill = {"ratings": 5, "liked": 2, "songs": 2, "enough": True, "verdict": "good",
             "auc": {"value": 0.8, "low": 0.7, "high": 0.9}}  # fmt: skip
    over = {"value": 0.1, "low": 0.05, "high": 0.2}
    compared = {"candidates": 8, "by_second": True, "over_best_of": over, "arms": []}
    found = {"skill": skill, "generator": True, "comparison": compared, "writer_hash": "hash"}
    return json.dumps(found | parts)


class Trainer:
    """Learns what it is told to, when `gate` is open; keeps what it was given."""

    def __init__(self):
        self.said = report()
        self.gate = asyncio.Event()
        self.gate.set()
        self.closing = asyncio.Event()
        self.closing.set()
        self.fail = None
        self.jobs, self.lines, self.closed = [], [], 0

    async def start(self):
        pass

    async def close(self):
        self.closed += 1
        await self.closing.wait()

    async def train(self, job):
        self.jobs.append(job)
        self.lines = [json.loads(line) for line in job.ratings.read_text("utf-8").splitlines()]
        yield Progress("train", "drafts", 1, 4, 9.5)
        await self.gate.wait()
        if self.fail:
            job.folder.mkdir()
            (job.folder / "half").touch()
            raise EngineError(self.fail)
        job.folder.mkdir()
        (job.folder / "reward.json").write_text("{}")
        yield Trained("train", self.said)


class Engine:
    """Writes rows in their arms, row n expected to be liked by n / 10; all at the end."""

    def __init__(self):
        self.info = Ready("load", "scripted", "hash", ["hash"], "cpu", 0.0)
        self.state, self.error, self.on_state = "stopped", "", None
        self.jobs = []
        self.unusable = False

    async def start(self):
        self.state = "ready"

    async def close(self):
        self.state = "stopped"

    async def write(self, job):
        self.jobs.append(job)
        await asyncio.sleep(0)
        arms = job.arms if not self.unusable else ()
        for n in range(job.n):
            row = job.first_row + n
            arm = arms[n] if arms else ""
            text = f"{job.song.title} row {row} {arm}"
            more = {"arm": arm, "expected": row / 10, "drafts": 8} if arm else {}
            yield Written(job.id, row, text, 6, 0.01, "", "", "scripted", "hash", **more)


@pytest.fixture(autouse=True)
def _few_labels_are_enough(monkeypatch):
    monkeypatch.setattr("curator.desk.learning.LEAST_LABELS", 0)


@pytest.fixture
async def desks(tmp_path):
    """Open desks on one folder, one after the other; all are closed at the end."""
    opened = []

    async def make(**settings):
        trainer = Trainer()
        desk = Desk(
            tmp_path, Settings(curator="ann", batch=5, ahead=0, **settings), Engine(),
            trainer=lambda: trainer,
        )  # fmt: skip
        desk.trainer, desk.heard = trainer, []
        desk.listen(desk.heard.append)
        await desk.open()
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        if desk.is_open:
            await desk.close()


@pytest.fixture
async def desk(desks):
    return await desks()


async def written(desk, until, text="Ann - Rain", n=5):
    """Ask for words on a song; return the samples once they are there."""
    (request,) = desk.asking.typed(text)
    desk.writing.face(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) >= n)
    await until(lambda: desk.writing.current is None)
    return request, desk.ledger.samples(request.id)


async def trained(desk, until, **parts):
    """Train a version; return it."""
    if parts:
        desk.trainer.said = report(**parts)
    desk.learning.train()
    await until(lambda: desk.learning.running is None)
    assert not desk.learning.error
    return desk.learning.versions.newest()


async def test_a_training_takes_the_labels_and_leaves_a_version_that_can_be_traced(
    desk, until, tmp_path
):
    _, samples = await written(desk, until)
    desk.judging.reject(samples[0].id)
    desk.judging.rate(samples[1].id, 5)
    desk.judging.edit(samples[2].id, "a better text")
    version = await trained(desk, until)
    assert (version.name, version.labels, version.model, version.seed) == ("v1", 4, "cvae-small", 1)
    assert version.figures.auc.value == 0.8
    (job,) = desk.trainer.jobs
    assert (job.folder, job.current) == (tmp_path / "learned" / "v1", None)
    lines = (job.folder / "labels.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [
        samples[0].id, samples[1].id, f"{samples[2].id}-e", samples[2].id
    ]  # fmt: skip
    assert not job.ratings.exists()
    assert desk.trainer.closed == 1
    again = await trained(desk, until)
    assert (again.name, again.seed) == ("v2", 2)


async def test_the_desk_writes_and_judges_while_a_training_runs(desk, until):
    await written(desk, until)
    desk.trainer.gate.clear()
    desk.learning.train()
    await until(lambda: desk.learning.running and desk.learning.running.progress)
    assert desk.learning.running.progress.seconds_left == 9.5
    _, samples = await written(desk, until, "Bob - Snow")
    desk.judging.approve(samples[0].id)
    assert desk.ledger.session.is_approved(samples[0].id)
    desk.learning.train()  # one at a time
    assert len(desk.trainer.jobs) == 1
    desk.trainer.gate.set()
    await until(lambda: desk.learning.running is None)
    assert LearningChanged() in desk.heard


async def test_a_stopped_training_leaves_nothing(desk, until, tmp_path):
    await written(desk, until)
    desk.trainer.gate.clear()
    desk.learning.train()
    await until(lambda: desk.learning.running and desk.learning.running.progress)
    assert await desk.learning.cancel()
    assert not await desk.learning.cancel()
    assert desk.learning.running is None
    assert desk.learning.versions.all() == []
    assert list((tmp_path / "learned").iterdir()) == []
    assert desk.trainer.closed == 1


@pytest.mark.parametrize("gate", [False, True], ids=["while it learns", "when it has learnt"])
async def test_stopping_while_the_trainer_ends_leaves_nothing_either(desk, until, tmp_path, gate):
    trainer = desk.trainer
    trainer.closing.clear()
    if not gate:
        trainer.gate.clear()
    desk.learning.train()
    await until(lambda: desk.learning.running and desk.learning.running.progress)
    if not gate:
        first = asyncio.create_task(desk.learning.cancel())
    await until(lambda: trainer.closed)
    assert list((tmp_path / "learned").iterdir()) != []
    assert await desk.learning.cancel()
    if not gate:
        await first
    assert desk.learning.versions.all() == []
    assert list((tmp_path / "learned").iterdir()) == []


async def test_too_few_labels_are_told_before_anything_is_trained(desk, until, monkeypatch):
    monkeypatch.setattr("curator.desk.learning.LEAST_LABELS", 20)
    _, samples = await written(desk, until)
    desk.judging.reject(samples[0].id)
    desk.learning.train()
    await until(lambda: desk.learning.running is None)
    assert desk.learning.error == "1 label so far; learning begins at 20"
    assert desk.trainer.jobs == []


async def test_a_failed_training_says_why_and_leaves_nothing(desk, until, tmp_path):
    await written(desk, until)
    desk.trainer.fail = "there are too few labels"
    desk.learning.train()
    await until(lambda: desk.learning.running is None)
    assert desk.learning.error == "there are too few labels"
    assert Noticed("Nothing was learnt: there are too few labels", "error") in desk.heard
    assert list((tmp_path / "learned").iterdir()) == []


async def test_versions_and_their_use_outlive_the_desk(desks, until):
    desk = await desks()
    version = await trained(desk, until)
    desk.learning.promote(version, generator=True)
    await desk.close()
    desk = await desks()
    assert desk.learning.in_use.version.name == "v1"
    assert desk.learning.in_use.generator
    assert desk.learning.roll_back().version.name == "v1"
    assert desk.learning.in_use is None
    assert desk.learning.roll_back() is None


async def test_only_a_better_generator_is_promoted_unless_insisted(desk, until):
    version = await trained(desk, until, comparison=None)
    with pytest.raises(NotPromoted) as refused:
        desk.learning.promote(version, generator=True)
    assert refused.value.reasons == ["it was not compared with the best of as many drafts"]
    assert desk.learning.in_use is None
    desk.learning.promote(version, generator=False)
    assert (desk.learning.in_use.generator, desk.learning.in_use.insisted) == (False, False)
    desk.learning.promote(version, generator=True, insist=True)
    assert (desk.learning.in_use.generator, desk.learning.in_use.insisted) == (True, True)


async def test_before_a_model_is_loaded_nobody_can_tell_whether_it_fits(desk, until):
    version = await trained(desk, until)
    desk.engine.info = None
    for generator in (True, False):
        with pytest.raises(NotPromoted, match="no model is loaded yet"):
            desk.learning.promote(version, generator=generator)
    desk.learning.promote(version, generator=True, insist=True)
    assert desk.learning.in_use.insisted


async def test_a_training_that_is_stopped_before_it_began_is_over(desk, until):
    await written(desk, until)
    desk.learning.train()
    assert await desk.learning.cancel()
    assert desk.learning.running is None
    assert isinstance(desk.heard[-1], LearningChanged)
    assert await trained(desk, until)


async def test_what_has_no_generator_is_not_in_use_with_one(desk, until):
    version = await trained(desk, until, generator=False)
    desk.learning.promote(version, generator=True, insist=True)
    assert not desk.learning.in_use.generator


async def test_with_nothing_in_use_rows_come_as_ever(desk, until):
    _, samples = await written(desk, until)
    await trained(desk, until)
    (job,) = desk.engine.jobs
    assert (job.arms, job.learned) == ((), "")
    assert [s.arm for s in samples] == [None] * 5
    assert [c.sample.row for c in desk.cards.of(samples[0].request_id)] == [0, 1, 2, 3, 4]


async def test_what_is_in_use_writes_in_arms_and_each_sample_says_so(desk, until, tmp_path):
    desk.learning.promote(await trained(desk, until), generator=True)
    request, samples = await written(desk, until)
    (job,) = desk.engine.jobs
    assert job.learned == str(tmp_path / "learned" / "v1")
    assert (sorted(job.arms), job.drafts) == (
        ["best-of", "best-of", "control", "steered", "steered"], 8
    )  # fmt: skip
    assert [(s.arm, s.learned, s.drafts) for s in samples] == [(a, "v1", 8) for a in job.arms]
    cards = desk.cards.of(request.id)
    assert [c.sample.row for c in cards] == in_order(samples)
    assert [c.number for c in cards] == [1, 2, 3, 4, 5]
    assert not [c for c in desk.heard if isinstance(c, Grew)]
    # What was written can be found again in the store, arm and all.
    await until(lambda: not desk.ledger.keeper.unsaved)
    assert desk.ledger.store.sample(samples[0].id) == samples[0]


async def test_a_reward_alone_steers_nothing(desk, until):
    desk.learning.promote(await trained(desk, until), generator=False)
    _, samples = await written(desk, until)
    assert {s.arm for s in samples} == {"best-of", "control"}


async def test_more_rows_come_behind_those_that_are_there(desk, until):
    request, _ = await written(desk, until)
    desk.learning.promote(await trained(desk, until), generator=True)
    desk.writing.more(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 10)
    rows = [c.sample.row for c in desk.cards.of(request.id)]
    assert rows[:5] == [0, 1, 2, 3, 4]
    assert sorted(rows[5:]) == [5, 6, 7, 8, 9]


async def test_what_cannot_be_used_is_said_once_and_texts_come(desk, until):
    desk.learning.promote(await trained(desk, until), generator=True)
    desk.engine.unusable = True
    _, samples = await written(desk, until)
    await written(desk, until, "Bob - Snow")
    assert {(s.arm, s.learned) for s in samples} == {(None, "")}
    said = [c.text for c in desk.heard if isinstance(c, Noticed) and "v1, which" in c.text]
    assert len(said) == 1


async def test_a_look_counts_labels_and_the_approvals_of_each_arm(desk, until):
    desk.learning.promote(await trained(desk, until), generator=True)
    _, samples = await written(desk, until)
    for sample in samples:
        if sample.arm != "steered":
            desk.judging.reject(sample.id)
    steered = [s for s in samples if s.arm == "steered"]
    desk.judging.approve(steered[0].id)
    await desk.learning.look()
    survey = desk.learning.survey
    assert (len(survey.labels), survey.liked) == (4, 1)
    assert {arm: (r.approved, r.judged) for arm, r in survey.rates.items()} == {
        "control": (0, 1), "best-of": (0, 2), "steered": (1, 1)
    }  # fmt: skip
    assert survey.periods_of["v1"] == survey.rates
    assert desk.learning.new_labels() == 4


async def test_before_and_after_are_the_same_songs_and_seeds(desk, until):
    _, samples = await written(desk, until)
    desk.judging.reject(samples[0].id)
    version = await trained(desk, until)
    desk.learning.survey, desk.learning.looked = Survey(), False  # songs are looked for first
    pairs = await desk.learning.compare(version)
    assert [p.before for p in pairs] == ["Rain row 0 ", "Rain row 1 "]
    assert [(p.after.text, p.after.expected) for p in pairs] == [
        ("Rain row 0 steered", 0.0), ("Rain row 1 steered", 0.1)
    ]  # fmt: skip
    before, after = desk.engine.jobs[-2:]
    assert (before.seed, before.song) == (after.seed, after.song)
    desk.learning.promote(version, generator=False)
    newer = await trained(desk, until)
    await desk.learning.compare(newer)
    before, after = desk.engine.jobs[-2:]
    assert [Path(j.learned).name for j in (before, after)] == ["v1", "v2"]
    assert [j.arms[0] for j in (before, after)] == ["best-of", "steered"]


async def test_what_is_in_use_for_another_model_is_not_what_was_before(desk, until):
    older = await trained(desk, until, writer_hash="another")
    desk.learning.promote(older, generator=True, insist=True)
    newer = await trained(desk, until, writer_hash="hash")
    assert desk.learning.against(newer, generator=True) == []
    await desk.learning.compare(newer)
    before, after = desk.engine.jobs[-2:]
    assert (before.learned, Path(after.learned).name) == ("", "v2")


async def test_a_new_version_is_held_against_a_generator_that_writes(desk, until, tmp_path):
    version = await trained(desk, until)
    desk.learning.promote(version, generator=False)
    assert (await trained(desk, until)).current == ""
    desk.learning.promote(version, generator=True)
    assert (await trained(desk, until)).current == "v1"
    assert [job.current for job in desk.trainer.jobs] == [None, None, tmp_path / "learned" / "v1"]


async def test_a_version_that_cannot_be_used_is_not_compared(desk, until):
    version = await trained(desk, until)
    desk.engine.unusable = True
    with pytest.raises(EngineError, match="v1 can't be used"):
        await desk.learning.compare(version)
