"""What `curator learn` prints: for people in lines, for scripts as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from curator.cli.streams import count
from curator.domain.plain import shown

if TYPE_CHECKING:
    from curator.desk.survey import Survey
    from curator.domain.arms import Rate
    from curator.domain.figures import Figures, Interval
    from curator.domain.records import Arm
    from curator.domain.versions import Version, Versions

MOST_LIKINGS = 8
WITHOUT = "without"
"""What texts are called that came about in no arm, as nothing learnt was in use."""


def state_of(version: "Version", versions: "Versions") -> str:
    """Say whether a version is in use, and how."""
    use = versions.in_use
    if use is None or use.version.name != version.name:
        return ""
    what = "in use" if use.generator else "in use, its reward alone"
    return what + (", insisted on" if use.insisted else "")


def skill_line(figures: "Figures") -> str:
    """Say how well the reward tells what is liked on songs that it has not seen."""
    if not figures.enough or figures.auc is None:
        return shown(figures.verdict or "too few labels to know")
    return f"held-out AUC {interval(figures.auc)}"


def interval(of: "Interval") -> str:
    """Return a figure with its interval."""
    return f"{of.value:.2f} ({of.low:.2f} to {of.high:.2f})"


def status_lines(found: "Survey", versions: "Versions") -> Iterator[str]:
    """Yield the lines of `curator learn status`."""
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in found.kinds.most_common())
    yield f"{count(len(found.labels), 'label')}, {found.liked:,} liked" + (
        f" ({kinds})" if kinds else ""
    )
    use, newest = versions.in_use, versions.newest()
    if use is None:
        yield "in use: nothing that was learnt"
    else:
        yield f"{state_of(use.version, versions)}: {use.version.name} since {use.at[:10]}"
    if newest is None:
        yield "nothing was trained yet"
    else:
        yield f"{newest.name} ({count(newest.labels, 'label')}): {skill_line(newest.figures)}"
        yield from _compared(newest.figures)
        yield from _likings(newest.figures)
    for arm, rate in found.rates.items():
        low, high = rate.interval
        yield (
            f"{arm or WITHOUT}: {rate.approved:,} of {rate.judged:,} approved, "
            f"{rate.share:.0%} ({low:.0%} to {high:.0%})"
        )


def _compared(figures: "Figures") -> Iterator[str]:
    for arm in figures.arms:
        parts = [
            f"own judge {interval(arm.own)}" if arm.own else "",
            f"second judge {interval(arm.second)}" if arm.second else "",
            f"self-BLEU {arm.alike:.3f}" if arm.alike is not None else "",
            f"distinct-2 {arm.distinct:.3f}" if arm.distinct is not None else "",
        ]
        yield f"  {shown(arm.name)}: {', '.join(part for part in parts if part)}"


def _likings(figures: "Figures") -> Iterator[str]:
    by_weight = sorted(figures.likings, key=lambda liking: -liking.weight)
    liked = [x for x in by_weight if x.weight > 0][:MOST_LIKINGS]
    disliked = [x for x in reversed(by_weight) if x.weight < 0][:MOST_LIKINGS]
    for word, some in (("likes", liked), ("dislikes", disliked)):
        if some:
            yield f"  {word}: {', '.join(shown(x.name) for x in some)}"


def as_json(version: "Version", versions: "Versions") -> dict[str, Any]:
    """Return a version as JSON."""
    use = versions.in_use
    in_use = use is not None and use.version.name == version.name
    return {
        "version": version.name,
        "at": version.at,
        "curator": version.curator,
        "model": version.model,
        "labels": version.labels,
        "seed": version.seed,
        "in_use": in_use,
        "figures": asdict(version.figures),
    }


def rates_json(rates: "Mapping[Arm | None, Rate]") -> dict[str, Any]:
    """Return approval rates by arm as JSON."""
    return {
        arm or WITHOUT: {
            "approved": rate.approved,
            "judged": rate.judged,
            "share": round(rate.share, 4),
            "low": round(rate.interval[0], 4),
            "high": round(rate.interval[1], 4),
        }
        for arm, rate in rates.items()
    }
