"""The versions of what was learnt: which there are, which is in use, which may be.

A version is a folder: a reward that tells what the curator likes, and mostly a generator that
moves z to where more of that is. What became of it are rows that only grow, of three kinds:

    trained      its folder is there; data: model, labels (their number), seed, figures (JSON),
                 current (the version that was in use then, if there was one)
    promoted     it is in use from now on; data: generator (whether that is, or the reward alone),
                 insisted (the curator promoted it against what was measured)
    rolled_back  what was in use before it is in use again
"""

from collections.abc import Iterable
from dataclasses import dataclass

from curator.domain.figures import Figures, Interval, read_figures
from curator.domain.steps import VersionStep

MOST_ALIKE = 0.10
LEAST_DISTINCT = 0.10
"""By which share self-BLEU may rise and distinct-2 fall before texts count as too much alike."""
BEST_OF, STEERED, IN_USE = "best-of-N", "LC-GAN + best-of-N", "in use"
"""The arms that a promotion looks at, as the models' side names them."""


@dataclass(frozen=True, slots=True)
class Version:
    """Something learnt; `number` counts them from 1, `labels` is from how many.

    `current` is the version that was in use then. It was compared with that where
    `figures.over_current` is known: not where that steers nothing, or is for another model.
    """

    name: str
    number: int
    at: str
    curator: str
    model: str
    labels: int
    seed: int
    figures: Figures
    current: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What is in use: a version's reward, and its generator if `generator`; since `at`."""

    version: Version
    generator: bool
    at: str
    insisted: bool = False


class Versions:
    """The fold of all steps."""

    def __init__(self, steps: Iterable[VersionStep] = ()) -> None:
        self._known: dict[str, Version] = {}
        self._uses: list[Use] = []
        self.steps: list[VersionStep] = []
        for step in steps:
            self.apply(step)

    def apply(self, step: VersionStep) -> None:
        """Take one more step; one that can't follow changes nothing."""
        self.steps.append(step)
        data = step.data
        version = self._known.get(step.version)
        match step.step:
            case "trained" if version is None:
                self._known[step.version] = Version(
                    step.version,
                    len(self._known) + 1,
                    step.at,
                    step.curator,
                    str(data.get("model") or ""),
                    int(data.get("labels") or 0),
                    int(data.get("seed") or 0),
                    read_figures(str(data.get("figures") or "")),
                    str(data.get("current") or ""),
                )
            case "promoted" if version is not None:
                generator, insisted = bool(data.get("generator")), bool(data.get("insisted"))
                now = self._uses[-1] if self._uses else None
                # The same once more is no second one, that rolling back would bring back.
                if now is None or (now.version.name, now.generator) != (step.version, generator):
                    self._uses.append(Use(version, generator, step.at, insisted))
            case "rolled_back" if self._uses and self._uses[-1].version.name == step.version:
                self._uses.pop()

    @property
    def in_use(self) -> Use | None:
        """What is in use; None where everything is as it was before anything was learnt."""
        return self._uses[-1] if self._uses else None

    @property
    def before(self) -> Use | None:
        """What a roll-back would bring back."""
        return self._uses[-2] if len(self._uses) > 1 else None

    def all(self) -> list[Version]:
        """Return all versions, oldest first."""
        return list(self._known.values())

    def get(self, name: str) -> Version | None:
        """Return a version by its name."""
        return self._known.get(name)

    def newest(self) -> Version | None:
        """Return the version that was trained last."""
        return next(reversed(self._known.values()), None)


def against_reward(version: Version, weights: str | None = None) -> list[str]:
    """Return what speaks against ranking drafts by a version's reward; nothing where it is good.

    `weights` is the hash under which what is learnt with the model that would write is kept, if
    that is known.
    """
    figures = version.figures
    found = []
    if weights and figures.writer_hash and weights != figures.writer_hash:
        found.append(f"it was trained for {figures.writer or 'another model'}, not for this one")
    if not figures.enough or figures.auc is None:
        found.append(figures.verdict or "too few labels to know whether the reward is any good")
    elif figures.auc.low <= 0.5:
        found.append(
            f"its reward may be no better than chance (AUC {figures.auc.value:.2f}, "
            f"{figures.auc.low:.2f} to {figures.auc.high:.2f})"
        )
    return found


def against_generator(
    version: Version, in_use: Use | None, weights: str | None = None
) -> list[str]:
    """Return what speaks against a version's generator; nothing where it has proved better.

    It must beat the best of as many drafts without it, and the generator in use if that is for
    the same model, on held-out songs and by a second judge, without making texts alike.
    """
    figures = version.figures
    found = against_reward(version, weights)
    if not figures.generator:
        return [*found, "it has no generator: steering made nothing better"]
    found += _not_better(version, in_use)
    best, own = figures.arm(BEST_OF), figures.arm(STEERED)
    if best and own and best.alike and own.alike and own.alike > best.alike * (1 + MOST_ALIKE):
        rise = own.alike / best.alike - 1
        found.append(f"it makes texts alike (self-BLEU {rise:+.0%}, at most {MOST_ALIKE:+.0%})")
    if best and own and best.distinct and own.distinct is not None:
        fall = 1 - own.distinct / best.distinct
        if fall > LEAST_DISTINCT:
            found.append(f"its words are fewer (distinct-2 −{fall:.0%})")
    return found


def rival(version: Version, in_use: Use | None) -> Use | None:
    """Return what is in use, where a version can be held against it.

    That is where it is another one, and for the same model: with what was learnt for another one
    this model can't write.
    """
    if in_use is None or in_use.version.name == version.name:
        return None
    same = in_use.version.figures.writer_hash == version.figures.writer_hash
    return in_use if same else None


def signed(of: Interval) -> str:
    """Return a difference with its interval."""
    text = f"{of.value:+.3f}, {of.low:+.3f} to {of.high:+.3f}"
    return text.replace("-", "−")


def _not_better(version: Version, in_use: Use | None) -> list[str]:
    found, figures = [], version.figures
    over = figures.over_best_of
    if over is None:
        found.append("it was not compared with the best of as many drafts")
    elif not figures.by_second:
        found.append("the labels are too few for a second judge: only its own has compared it")
    elif over.low <= 0:
        found.append(f"it does not beat the best of {figures.drafts} drafts ({signed(over)})")
    other = rival(version, in_use)
    if other is None or not other.generator:
        return found
    name, over = other.version.name, figures.over_current
    if over is None or version.current != name:
        found.append(f"it was not compared with {name}, which is in use")
    elif over.low <= 0:
        found.append(f"it does not beat {name}, which is in use ({signed(over)})")
    return found
