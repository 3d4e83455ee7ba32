"""The card of a learnt folder, in Markdown, from what its description says."""

from collections.abc import Mapping
from typing import Any

from models.learning.compare import rows_of


def card(name: str, described: Mapping[str, Any]) -> str:
    """Return the card."""
    figures = described["figures"]
    skill, steering = figures["skill"], figures["steering"]
    likes = [f"- {_sign(one)} {one['kind']}: {one['name']}" for one in figures["likings"]]
    comparison = figures["comparison"]
    compared = rows_of(comparison) if comparison else ["Not compared."]
    samples = []
    if comparison:
        for arm in comparison["arms"]:
            samples += ["", f"**{arm['name']}**", "", *(f"- {t}" for t in arm["samples"])]
    return "\n".join(
        [
            f"# {name}",
            "",
            f"What one curator likes, learnt from {skill['ratings']} ratings on {skill['songs']} "
            f"songs ({skill['liked']} liked), and a generator that moves the latent vector of "
            f"`{described['writer']}` there. It works with the very weights that it was learnt "
            "for and no others.",
            "",
            *_topics(described["settings"]),
            "## The reward head",
            f"{skill['verdict'].capitalize()}.",
            *_skill(skill),
            "",
            "What moves the chance of being liked most:",
            "",
            *likes,
            "",
            "## The generator",
            f"Best at step {steering['best']['step']} (ended: {steering['ending']}), then the best "
            f"of {steering['choices']} draws of z, by value models whose correlation with the head "
            f"on unseen drafts is {steering['value_correlation']:.2f}.",
            "",
            *compared,
            "",
            "## Samples",
            "Unselected: the first held-out songs.",
            *samples,
            "",
            "## Limits",
            "It knows one person's taste from few labels. The own judge is the one that was "
            "steered by; the second saw half of the ratings only.",
            "",
        ]
    )


def _topics(settings: Mapping[str, Any]) -> list[str]:
    if not settings.get("topic"):
        return []
    wanted = ", ".join(f"{topic}={weight:g}" for topic, weight in settings["topic_weights"].items())
    human, topic = settings["human"], settings["topic"]
    return [
        f"Topics {wanted} make {topic / (human + topic):.0%} of what texts are ranked and steered "
        "by; the figures of the reward head are the ratings' alone.",
        "",
    ]


def _sign(liking: Mapping[str, Any]) -> str:
    return "likes" if liking["weight"] > 0 else "dislikes"


def _skill(skill: Mapping[str, Any]) -> list[str]:
    if skill["auc"] is None:
        return []

    def shown(name: str) -> str:
        figure = skill[name]
        return f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"

    return [
        "",
        f"On songs that it has not seen: AUC {shown('auc')}; Brier score {shown('brier')}, always "
        f"the mean {skill['brier_of_the_mean']:.2f}; calibration error {shown('calibration')}.",
    ]
