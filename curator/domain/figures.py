"""What a training measured, as the screen and the command line read it.

It comes from the models' side as JSON; what is missing there is None here, never a guess.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Liking:
    """A word, a trait or a condition, and by how much it changes the chance of being liked."""

    kind: str
    name: str
    weight: float
    texts: int


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """An arm on held-out songs: `drafts` were written for each text that counts.

    `own` is the mean of the reward that chose the texts, `second` that of one fitted on labels
    that the first never saw: where only the first is pleased, the reward is being hacked.
    `alike` is self-BLEU-4, `distinct` distinct-2.
    """

    name: str
    drafts: int
    own: Interval | None
    second: Interval | None
    alike: float | None
    distinct: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a version's reward and generator.

    `over_best_of` and `over_current` are how much more the second judge likes the generator's
    texts than the best of as many drafts without it, and than those of what was in use; None
    where that was not measured. Where the labels were too few for a second judge, `by_second` is
    False, and these are by its own.
    """

    ratings: int = 0
    liked: int = 0
    songs: int = 0
    enough: bool = False
    verdict: str = ""
    auc: Interval | None = None
    brier: Interval | None = None
    brier_of_the_mean: float | None = None
    calibration: Interval | None = None
    likings: tuple[Liking, ...] = ()
    generator: bool = False
    arms: tuple[ArmFigures, ...] = ()
    drafts: int = 1
    compared_songs: int = 0
    by_second: bool = False
    over_best_of: Interval | None = None
    over_current: Interval | None = None
    seconds: float = 0.0
    writer: str = ""
    writer_hash: str = ""

    def arm(self, name: str) -> ArmFigures | None:
        """Return the figures of an arm."""
        return next((arm for arm in self.arms if arm.name == name), None)


def read_figures(text: str) -> Figures:
    """Read figures from the JSON of a report; what can't be read is left out."""
    try:
        report = json.loads(text or "{}")
    except ValueError:
        report = {}
    report = _mapping(report)
    skill, compared = _mapping(report.get("skill")), _mapping(report.get("comparison"))
    return Figures(
        ratings=_whole(skill.get("ratings")),
        liked=_whole(skill.get("liked")),
        songs=_whole(skill.get("songs")),
        enough=skill.get("enough") is True,
        verdict=str(skill.get("verdict") or ""),
        auc=_interval(skill.get("auc")),
        brier=_interval(skill.get("brier")),
        brier_of_the_mean=_number(skill.get("brier_of_the_mean")),
        calibration=_interval(skill.get("calibration")),
        likings=tuple(map(_liking, map(_mapping, _listed(report.get("likings"))))),
        generator=report.get("generator") is True,
        arms=tuple(map(_arm, map(_mapping, _listed(compared.get("arms"))))),
        drafts=_whole(compared.get("candidates")) or 1,
        compared_songs=_whole(compared.get("songs")),
        by_second=compared.get("by_second") is True,
        over_best_of=_interval(compared.get("over_best_of")),
        over_current=_interval(compared.get("over_current")),
        seconds=_number(report.get("seconds")) or 0.0,
        writer=str(report.get("writer") or ""),
        writer_hash=str(report.get("writer_hash") or ""),
    )


def _liking(of: Mapping[str, Any]) -> Liking:
    weight = _number(of.get("weight")) or 0.0
    return Liking(
        str(of.get("kind") or ""), str(of.get("name") or ""), weight, _whole(of.get("texts"))
    )


def _arm(of: Mapping[str, Any]) -> ArmFigures:
    return ArmFigures(
        str(of.get("name") or ""),
        _whole(of.get("decodes")) or 1,
        _interval(of.get("own")),
        _interval(of.get("second")),
        _number(of.get("self_bleu")),
        _number(of.get("distinct_2")),
    )


def _interval(of: Any) -> Interval | None:
    values = [_number(_mapping(of).get(name)) for name in ("value", "low", "high")]
    numbers = [value for value in values if value is not None]
    return Interval(*numbers) if len(numbers) == 3 else None


def _number(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < float("inf") else None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
