import json
from typing import Any

import pytest

from curator.domain.figures import Figures, Interval, read_figures
from curator.domain.steps import VersionStep
from curator.domain.versions import Versions, against_generator, against_reward, rival

GOOD: dict[str, Any] = {
    "skill": {
        "ratings": 100, "liked": 20, "songs": 30, "enough": True, "verdict": "good",
        "auc": {"value": 0.8, "low": 0.7, "high": 0.9},
    },
    "generator": True,
    "writer": "cvae-small",
    "writer_hash": "hash",
    "comparison": {
        "candidates": 8, "songs": 48, "by_second": True,
        "over_best_of": {"value": 0.1, "low": 0.05, "high": 0.15},
        "arms": [
            {"name": "best-of-N", "decodes": 8, "second": {"value": 0.3, "low": 0.2, "high": 0.4},
             "self_bleu": 0.4, "distinct_2": 0.5},
            {"name": "LC-GAN + best-of-N", "decodes": 8, "self_bleu": 0.42, "distinct_2": 0.48,
             "second": {"value": 0.4, "low": 0.3, "high": 0.5}},
        ],
    },
}  # fmt: skip


def changed(**parts: Any) -> dict[str, Any]:
    report = json.loads(json.dumps(GOOD))
    for path, value in parts.items():
        *above, last = path.split("__")
        place = report
        for name in above:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value
    return report  # type: ignore[no-any-return]


class Story:
    """Steps one after the other."""

    def __init__(self) -> None:
        self.versions = Versions()

    def say(self, kind: str, version: str, **data: Any) -> "Story":
        number = len(self.versions.steps)
        step = VersionStep(f"i{number}", f"t{number}", "ann", version, kind, data)  # type: ignore[arg-type]
        self.versions.apply(step)
        return self

    def trained(self, version: str, report: dict[str, Any] = GOOD, **more: Any) -> "Story":
        figures = json.dumps(report)
        about = {"model": "cvae-small", "labels": 100, "seed": 1, "figures": figures}
        return self.say("trained", version, **about, **more)

    @property
    def in_use(self) -> str | None:
        use = self.versions.in_use
        return use.version.name if use else None


def test_promoting_and_rolling_back_go_one_step_at_a_time() -> None:
    story = Story().trained("v1").trained("v2")
    assert story.in_use is None
    story.say("promoted", "v1", generator=False).say("promoted", "v2", generator=True)
    assert story.in_use == "v2"
    assert story.versions.in_use
    assert story.versions.in_use.generator
    assert story.versions.before
    assert not story.versions.before.generator
    assert story.say("rolled_back", "v2").in_use == "v1"
    assert story.say("rolled_back", "v1").in_use is None
    assert story.say("rolled_back", "v1").in_use is None
    assert [v.name for v in story.versions.all()] == ["v1", "v2"]


def test_promoting_what_is_in_use_again_is_no_second_step_to_roll_back() -> None:
    story = Story().trained("v1").trained("v2")
    story.say("promoted", "v1", generator=True)
    for insisted in (False, True):
        story.say("promoted", "v2", generator=True, insisted=insisted)
    assert story.in_use == "v2"
    assert story.say("rolled_back", "v2").in_use == "v1"
    story.say("promoted", "v1", generator=False)  # another use of the same version
    assert story.say("rolled_back", "v1").in_use == "v1"


def test_what_cannot_follow_changes_nothing() -> None:
    story = Story().say("promoted", "v1").trained("v1").trained("v1", changed(generator=False))
    assert story.in_use is None
    assert story.versions.get("v1")
    assert story.versions.get("v1").figures.generator
    story.say("promoted", "v1", generator=True).say("rolled_back", "v9")
    assert story.in_use == "v1"


def test_figures_come_back_as_they_were_measured() -> None:
    figures = read_figures(json.dumps(GOOD))
    assert (figures.ratings, figures.liked, figures.songs, figures.drafts) == (100, 20, 30, 8)
    assert figures.auc == Interval(0.8, 0.7, 0.9)
    assert figures.over_best_of == Interval(0.1, 0.05, 0.15)
    assert figures.over_current is None
    assert figures.arm("best-of-N").second == Interval(0.3, 0.2, 0.4)  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"skill": 7, "likings": [1, null]}',
                                  '{"comparison": {"arms": "x", "drafts": -1e999}}'])  # fmt: skip
def test_what_is_no_report_says_nothing(text: str) -> None:
    figures = read_figures(text)
    assert (figures.enough, figures.generator, figures.auc, figures.arms) == (
        False, False, None, ()
    )  # fmt: skip
    assert isinstance(figures, Figures)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (changed(skill__enough=False, skill__verdict="too few labels to know"), "too few labels"),
        (changed(skill__auc={"value": 0.55, "low": 0.45, "high": 0.65}), "chance"),
        (changed(generator=False), "no generator"),
        (changed(comparison__over_best_of={"value": 0.1, "low": -0.01, "high": 0.2}), "best of 8"),
        (changed(comparison__over_best_of=None), "not compared"),
        (changed(comparison__by_second=False), "second judge"),
        (changed(comparison__arms__1__self_bleu=0.46), "alike"),
        (changed(comparison__arms__1__distinct_2=0.43), "fewer"),
        (changed(writer_hash="other"), "not for this one"),
    ],
)
def test_a_generator_must_have_proved_better(report: dict[str, Any], said: str) -> None:
    version = Story().trained("v1", report).versions.all()[0]
    (reason,) = against_generator(version, None, "hash")
    assert said in reason


def test_a_proved_one_is_good() -> None:
    version = Story().trained("v1").versions.all()[0]
    assert against_generator(version, None, "hash") == []
    assert against_reward(version, "hash") == []


def test_a_reward_is_not_held_back_by_its_generator() -> None:
    report = changed(comparison__over_best_of={"value": -0.1, "low": -0.2, "high": 0.0})
    version = Story().trained("v1", report).versions.all()[0]
    assert against_reward(version, "hash") == []
    assert len(against_generator(version, None, "hash")) == 1


@pytest.mark.parametrize(
    ("over", "current", "said"),
    [
        (None, "v1", "not compared with v1"),
        ({"value": 0.1, "low": 0.05, "high": 0.2}, "v0", "not compared with v1"),
        ({"value": 0.1, "low": -0.05, "high": 0.2}, "v1", "does not beat v1"),
        ({"value": 0.1, "low": 0.05, "high": 0.2}, "v1", None),
    ],
)
def test_it_must_beat_the_one_in_use(over: Any, current: str, said: str | None) -> None:
    report = changed(comparison__over_current=over)
    story = Story().trained("v1").say("promoted", "v1", generator=True)
    story.trained("v2", report, current=current)
    reasons = against_generator(story.versions.all()[1], story.versions.in_use, "hash")
    assert [said in reason for reason in reasons] == ([True] if said else [])  # type: ignore[operator]
    # A reward alone in use has no generator to beat.
    story.say("promoted", "v1", generator=False)
    assert against_generator(story.versions.all()[1], story.versions.in_use, "hash") == []


def test_what_is_in_use_for_another_model_is_no_rival() -> None:
    story = Story().trained("v1").say("promoted", "v1", generator=True)
    story.trained("v2", changed(writer_hash="other"), current="v1")
    story.trained("v3")
    one, other, third = story.versions.all()
    use = story.versions.in_use
    assert against_generator(other, use, "other") == []
    assert [rival(version, use) for version in (one, other, third)] == [None, None, use]
