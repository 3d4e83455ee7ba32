"""Rows in arms, with a writer and a reward whose doings can be counted."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curator.engine import learnt, training
from curator.engine.learnt import Chosen, Learnt, draft_seed
from curator.engine.messages import Generate, Progress, Train
from models import learning
from models.learning import LearnError, LearnProgress, LearnReport, Rating, Skill
from models.writer import Conditions, SampleEvent, Sampling, Steering, TokenEvent, Vector

SONG = Conditions("A", "T", ("dub",), {"energy": 0.5})


class Writer:
    """Writes "<seed>/<row>/<z>"; z is the row's number, moved by the steering."""

    name, weights_hash, device, latent = "w", "hash", "cpu", 1
    kin = ("hash",)
    embed = drafter = None

    def __init__(self, candidates: int = 1) -> None:
        self.candidates = candidates
        self.asked: list[int | None] = []

    def write(
        self, conditions: Conditions, n: int, seed: int, *, first_row: int = 0,
        sampling: Sampling = Sampling(), steering: Steering | None = None,  # noqa: B008
    ) -> Iterator[Any]:  # fmt: skip
        self.asked.append(sampling.candidates)
        yield TokenEvent(())
        for row in reversed(range(first_row, first_row + n)):
            z = np.array([row], np.float32)
            z = z if steering is None else steering(z, z)
            text = f"{seed}/{row}/{z[0]:g}"
            yield SampleEvent(row, text, 1, 0.1, z, np.zeros(1, np.float32))


class Reward:
    """Likes a high row most, but never the last of eight: the best is row 6.

    Among drafts that are steered, it is row 5, and all look better.
    """

    def __init__(self, last: int = 6, more: float = 0.0) -> None:
        self._last, self._more = last, more

    def among(self, steering: Any) -> "Reward":
        return self if steering is None else Reward(5, 9.0)

    def score(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        assert len(texts) == len(conditions)
        rows = [int(text.split("/")[1]) for text in texts]
        liked = [0.0 if row > self._last else row / 10 for row in rows]
        return np.array(liked, np.float32) + self._more

    def doubt(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        return np.zeros(len(texts), np.float32)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is read from any folder."""
    found: dict[str, Any] = {"reward": Reward(), "generator": lambda z, known: z + 100}

    def read(name: str) -> Any:
        if found[name] is None:
            raise LearnError(f"there is no {name}")
        return found[name]

    monkeypatch.setattr(learnt, "load_reward", lambda folder, writer: read("reward"))
    monkeypatch.setattr(learnt, "load_generator", lambda folder: read("generator"))
    return found


def rows(tmp_path: Path, *arms: str, first_row: int = 3) -> list[Chosen]:
    request = Generate("1", "A", "T", ["dub"], {}, len(arms), 7, first_row, arms=list(arms),
                       learned=str(tmp_path), drafts=8)  # fmt: skip
    steps = Learnt(tmp_path, Writer()).write(request, SONG)
    return [step for step in steps if step is not None]


def test_each_row_comes_about_as_its_arm_says(tmp_path: Path, found: dict[str, Any]) -> None:
    control, best, steered = rows(tmp_path, "control", "best-of", "steered")
    assert (control.event.text, control.event.row, control.drafts) == ("7/3/3", 3, 1)
    assert (best.event.text, best.event.row, best.drafts) == (f"{draft_seed(7, 4)}/6/6", 4, 8)
    assert (steered.event.text, steered.drafts) == (f"{draft_seed(7, 5)}/5/105", 8)
    assert [c.arm for c in (control, best, steered)] == ["control", "best-of", "steered"]
    assert [c.expected for c in (control, best, steered)] == pytest.approx([0.3, 0.6, 0.5])


def test_a_row_is_the_same_whatever_is_written_beside_it(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    together = rows(tmp_path, "best-of", "steered", "control")
    alone = rows(tmp_path, "steered", first_row=4)
    assert alone[0].event.text == together[1].event.text


def test_what_was_said_is_not_chosen_again(tmp_path: Path, found: dict[str, Any]) -> None:
    best, steered = rows(tmp_path, "best-of", "steered")
    said = [best.event.text, steered.event.text]
    words = [text.replace("/", " ") for text in said]  # as words: seed, row, z
    request = Generate("1", "A", "T", ["dub"], {}, 2, 7, 3, arms=["best-of", "steered"],
                       learned=str(tmp_path), drafts=8, said=words)  # fmt: skip
    again = [c for c in Learnt(tmp_path, Writer()).write(request, SONG) if c is not None]
    assert not {c.event.text for c in again} & set(said)
    assert [c.arm for c in again] == ["best-of", "steered"]


@pytest.mark.parametrize(("title", "row"), [("T", 5), (str(draft_seed(7, 3)), 6)])
def test_a_name_is_to_be_said_again(
    tmp_path: Path, found: dict[str, Any], title: str, row: int
) -> None:
    said = [f"{draft_seed(7, 3)} 6"] * 20  # as the best draft begins, which may be the title
    request = Generate("1", "A", title, ["dub"], {}, 1, 7, 3, arms=["best-of"],
                       learned=str(tmp_path), drafts=8, said=said)  # fmt: skip
    steps = Learnt(tmp_path, Writer()).write(request, replace(SONG, title=title))
    (best,) = [step for step in steps if step is not None]
    assert best.event.text == f"{draft_seed(7, 3)}/{row}/{row}"


@pytest.mark.parametrize(("own", "a_draft"), [(16, 5), (5, 5), (3, 3), (1, 1)])
def test_no_row_costs_so_many_texts_that_a_curator_would_wait(
    tmp_path: Path, found: dict[str, Any], own: int, a_draft: int
) -> None:
    writer = Writer(own)
    request = Generate("1", "A", "T", ["dub"], {}, 3, 7, arms=["control", "best-of", "steered"],
                       learned=str(tmp_path), drafts=8)  # fmt: skip
    list(Learnt(tmp_path, writer).write(request, SONG))
    assert writer.asked == [None, a_draft, a_draft]  # a control row is as it always was


def test_without_a_generator_a_steered_row_is_best_of_and_says_so(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    found["generator"] = None
    (row,) = rows(tmp_path, "steered")
    assert row.arm == "best-of"
    found["reward"] = None
    with pytest.raises(LearnError):
        rows(tmp_path, "steered")


# Training


LINE = {
    "id": "s", "text": "words", "liked": 0.75, "weight": 0.5, "song": "a – t",
    "about": {"artist": "A", "title": "T", "genres": ["dub"], "features": {"energy": 0.5}},
    "weights": "hash", "z": "AACAPwAAAEA=", "logprob": -1.5,
}  # fmt: skip


def report(folder: Path) -> LearnReport:
    skill = Skill(1, 1, 1, False, "too few labels to know")
    steering = {"reward": np.float32(0.5), "nan": float("nan")}
    return LearnReport(
        folder=folder, skill=skill, likings=(), generator=True, steering=steering,
        comparison=None, seconds=1.5, writer="w", writer_hash="hash", ratings=("s",),
    )  # fmt: skip


def test_ratings_reach_the_learning_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def learn(ratings: list[Rating], writer: Any, settings: Any, folder: Path, **hooks: Any) -> Any:
        seen.append((ratings, settings.seed, folder))
        for done in range(3):
            hooks["on_progress"](LearnProgress("drafts", done, 3, eta=2.0))
        hooks["on_progress"](LearnProgress("LC-GAN", 0, 9))
        return report(folder)

    monkeypatch.setattr(learning, "learn", learn)
    monkeypatch.setattr(training, "_step_back", lambda: None)
    file = tmp_path / "ratings.jsonl"
    other = LINE | {"id": "x", "weights": "another model's"}
    file.write_text(json.dumps(LINE) + "\n" + json.dumps(other) + "\n")
    sent: list[Progress] = []
    train = Train("1", str(file), str(tmp_path / "v1"), 9)
    text = training.train(train, Writer(), sent.append, lambda: False, clock=lambda: 0.0)
    ((ratings, seed, folder),) = seen
    first, second = ratings
    assert (first.text, first.value, first.weight, first.song) == ("words", 0.75, 0.5, "a – t")
    assert first.conditions == SONG
    assert (list(first.z), first.logprob) == ([1.0, 2.0], -1.5)
    assert (second.z, second.logprob) == (None, None)
    assert (seed, folder) == (9, tmp_path / "v1")
    assert [(p.phase, p.done, p.seconds_left) for p in sent] == [
        ("drafts", 0, 2.0), ("LC-GAN", 0, None)
    ]  # fmt: skip
    read = json.loads(text)
    assert (read["skill"]["verdict"], read["generator"]) == ("too few labels to know", True)
    assert read["steering"] == {"reward": 0.5, "nan": None}
