"""The account of a simulation: tables for people, plain data for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curator.simulation.arms import (
    BEST,
    BOTH,
    FRESH,
    PRIOR,
    SHUFFLED,
    STEERED,
    Floats,
    Measured,
    auc,
    interval,
)
from curator.simulation.loop import Looped

Interval = tuple[float, float, float]
_SHOWN = 5
_AUC_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Run:
    """One seed's loop and what it was measured to be worth."""

    seed: int
    looped: Looped
    measured: Measured
    seconds: float


def body(runs: Sequence[Run], judge: str, second: str | None, model: str) -> dict[str, Any]:
    """Return all of it as plain data."""
    first = runs[0]
    found: dict[str, Any] = {
        "judge": judge,
        "second_judge": second,
        "model": model,
        "seeds": [run.seed for run in runs],
        "songs": len(first.measured.arms[0].texts),
        "labels": [run.looped.labels for run in runs],
        "flipped": [run.looped.flipped for run in runs],
        "rounds": [
            {
                "round": number + 1,
                "judged": sum(run.looped.rounds[number].judged for run in runs),
                "approved": sum(run.looped.rounds[number].approved for run in runs),
            }
            for number in range(len(first.looped.rounds))
        ],
        "arms": [_arm(runs, name) for name in _names(runs)],
        "differences": _differences(runs),
        "auc": _auc(runs),
        "skill": [_skill(run) for run in runs],
        "choices": [
            run.looped.learnt.report.steering["choices"] for run in runs if run.looped.learnt
        ],
        "nothing_learnt": [run.looped.reason for run in runs if run.looped.learnt is None],
        "seconds": round(sum(run.seconds for run in runs), 1),
    }
    return found


def _names(runs: Sequence[Run]) -> list[str]:
    order = (PRIOR, FRESH, BEST, STEERED, BOTH, SHUFFLED)
    return [name for name in order if any(run.measured.arm(name) for run in runs)]


def _arm(runs: Sequence[Run], name: str) -> dict[str, Any]:
    arms = [arm for run in runs if (arm := run.measured.arm(name))]
    second = [arm.second.astype(float) for arm in arms if arm.second is not None]
    stars = [arm.stars for arm in arms if arm.stars is not None]
    return {
        "name": name,
        "drafts": arms[0].drafts,
        "approval": _figure(interval([arm.approved.astype(float) for arm in arms])),
        "second_approval": _figure(interval(second)) if second else None,
        "stars": round(float(np.mean(stars)), 3) if stars else None,
        "self_bleu_4": round(float(np.mean([arm.self_bleu for arm in arms])), 4),
        "distinct_2": round(float(np.mean([arm.distinct_2 for arm in arms])), 4),
        "samples": list(arms[0].texts[:_SHOWN]),
    }


def _differences(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return gains of one arm over another on the same songs, and how much more alike it is."""
    pairs = (
        (FRESH, PRIOR),
        (BEST, PRIOR),
        (STEERED, PRIOR),
        (BOTH, BEST),
        (BOTH, PRIOR),
        (SHUFFLED, PRIOR),
        (SHUFFLED, FRESH),
    )
    found = []
    for name, other in pairs:
        arms = [
            (one, two)
            for run in runs
            if (one := run.measured.arm(name)) and (two := run.measured.arm(other))
        ]
        if not arms:
            continue
        gains = [one.approved.astype(float) - two.approved for one, two in arms]
        seconds = [
            one.second.astype(float) - two.second
            for one, two in arms
            if one.second is not None and two.second is not None
        ]
        alike = [float(np.mean([pair[i].self_bleu for pair in arms])) for i in (0, 1)]
        found.append(
            {
                "of": name,
                "over": other,
                "gain": _figure(interval(gains)),
                "second_gain": _figure(interval(seconds)) if seconds else None,
                "more_self_bleu": round(alike[0] / alike[1] - 1, 4) if alike[1] > 1e-4 else None,
            }
        )
    return found


def _auc(runs: Sequence[Run]) -> dict[str, float] | None:
    """Return the heads' mean AUC on unsteered held-out drafts, by the judge's own answers."""
    pairs = [
        np.stack([run.measured.scores, run.measured.liked.astype(float)], 2)
        for run in runs
        if run.measured.scores is not None
    ]
    if not pairs:
        return None
    return _figure(interval(pairs, _mean_auc, _AUC_RESAMPLES))


def _mean_auc(parts: Sequence[Floats]) -> float:
    """Return the mean over seeds: scores of different heads are not held against each other."""
    return float(np.mean([auc(part[..., 0].ravel(), part[..., 1].ravel() > 0) for part in parts]))


def _skill(run: Run) -> dict[str, Any] | None:
    """Return what the reward head itself could tell of its skill, from the labels alone."""
    if run.looped.learnt is None:
        return None
    skill = run.looped.learnt.report.skill
    return {
        "verdict": skill.verdict,
        "auc": None if skill.auc is None else round(skill.auc.value, 3),
        "brier": None if skill.brier is None else round(skill.brier.value, 4),
        "calibration": None if skill.calibration is None else round(skill.calibration.value, 4),
    }


def _figure(found: Interval) -> dict[str, float]:
    return dict(zip(("value", "low", "high"), (round(part, 4) for part in found), strict=True))


def lines(found: dict[str, Any]) -> list[str]:
    """Return the account as a Markdown table and a few lines."""
    with_second = found["second_judge"] is not None
    head = "| way | drafts | approval (95 %) |"
    rule = "|---|---:|---|"
    if with_second:
        head, rule = head + f" {found['second_judge']} |", rule + "---|"
    out = [head + " self-BLEU-4 | distinct-2 |", rule + "---:|---:|"]
    for arm in found["arms"]:
        row = f"| {arm['name']} | {arm['drafts']} | {_percent(arm['approval'])} |"
        if with_second:
            row += f" {_percent(arm['second_approval'])} |"
        out.append(row + f" {arm['self_bleu_4']:.3f} | {arm['distinct_2']:.3f} |")
    out.append("")
    for gap in found["differences"]:
        gain = _percent(gap["gain"], signed=True)
        ratio = gap["more_self_bleu"]
        more = "no self-BLEU to compare" if ratio is None else f"self-BLEU {ratio:+.1%}"
        second = (
            f"; second judge {_percent(gap['second_gain'], signed=True)}"
            if gap["second_gain"]
            else ""
        )
        out.append(f"{gap['of']} over {gap['over']}: {gain}, {more}{second}")
    rounds = ", ".join(f"{r['approved'] / max(1, r['judged']):.0%}" for r in found["rounds"])
    out.append(f"approved in each round of judging: {rounds}")
    if found["auc"]:
        auc = found["auc"]
        out.append(
            f"AUC of the reward head on drafts it has not seen: {auc['value']:.2f} "
            f"({auc['low']:.2f} to {auc['high']:.2f})"
        )
    out += sorted({f"nothing learnt: {reason}" for reason in found["nothing_learnt"]})
    return out


def _percent(figure: dict[str, float], *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    points = " points" if signed else " %"
    return f"{100 * value:{sign}.0f}{points} ({100 * low:.0f} to {100 * high:.0f})"
