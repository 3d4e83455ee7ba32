"""From a writer and wanted topics to a generator's folder: drafts, value model, LC-GAN, report."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models import lcgan_store, library
from models.checkpoint import CheckpointError
from models.drafts import Drafting
from models.labelled import Labelled, gather
from models.lcgan import LcGanConfig
from models.lcgan_report import Comparison, compare, table
from models.lcgan_train import LcGanProgress, LcGanResult, train_lcgan
from models.reward import TopicReward
from models.topics import Topics, check_weights
from models.value import ValueConfig, ValueFigures, fit_value
from models.writer import Vector, reads


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a run is: `done` of `total` in the stage called `name`."""

    name: str
    done: int = 0
    total: int = 0
    detail: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class LcGanReport:
    """What became of a run; `comparison` is None where none was asked for or it was stopped."""

    folder: Path
    result: LcGanResult
    value: ValueFigures
    comparison: Comparison | None
    seconds: float


@dataclass(slots=True)
class _Teller:
    """Tells stages, and guesses what is left from the time since a stage began."""

    tell: Callable[[Stage], None]
    _began: dict[str, float] = field(default_factory=dict)

    def __call__(self, name: str, done: int, total: int, detail: str = "") -> None:
        now = time.monotonic()
        began = self._began.setdefault(name, now)
        left = (now - began) / done * (total - done) if done and now > began else None
        self.tell(Stage(name, done, total, detail, left))


def make_lcgan(
    model: Path,
    topics: Topics,
    weights: Mapping[int, float],
    out: Path,
    *,
    value: ValueConfig = ValueConfig(),  # noqa: B008 - frozen
    config: LcGanConfig = LcGanConfig(),  # noqa: B008 - frozen
    songs: int = 512,
    cache: Path | None = None,
    device: str | None = None,
    on_stage: Callable[[Stage], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> LcGanReport:
    """Train a generator for the writer in the folder `model` and write it to `out`.

    `weights` on topics, positive for wanted ones. `songs` held-out songs are written for in every
    way to compare, none for 0. Drafts are kept in `cache`. `should_stop` ends training with what
    is best so far, and nothing is compared then; before training begins, while drafts are written
    or the value models fitted, it raises InterruptedError. Raises CheckpointError if the model
    cannot be used, ValueError for weights that fit no topic.
    """
    check_weights(weights, len(topics))
    began = time.monotonic()
    tell = _Teller(on_stage)
    tell("loading", 0, 0)
    writer = library.load(model, device)
    if not reads(writer):
        raise CheckpointError(
            f"{writer.name} has no z that the song decides: there is none to move"
        )
    drafter = writer.drafter()
    labelled = gather(
        drafter,
        value,
        cache,
        split_seed=config.split_by,
        on_progress=lambda done, total: tell("drafts", done, total),
        should_stop=should_stop,
    )
    shares = labelled.means(topics.infer(labelled.flat))
    reward, figures = _reward(labelled, shares, topics, weights, value, "value model", tell)
    if should_stop():
        raise InterruptedError
    result = _train(drafter, reward, config, "LC-GAN", tell, should_stop)

    def keep(comparison: Comparison | None) -> LcGanReport:
        seconds = time.monotonic() - began
        report = LcGanReport(out, result, figures, comparison, seconds)
        _save(report, model.name, topics, weights, value, config)
        return report

    # Kept at once: comparing takes as long again, and whoever breaks it off has the generator.
    report = keep(None)
    if not songs or should_stop():
        return report
    order = np.random.default_rng(value.seed).permutation(len(shares))
    blind, _ = _reward(labelled, shares[order], topics, weights, value, "control", tell)
    control = _train(drafter, blind, config, "control's LC-GAN", tell, should_stop)
    if should_stop():  # a control that was not trained to its end passes whatever it is held to
        return report
    return keep(
        compare(
            drafter.prior,
            drafter,
            reward,
            result.generator,
            control.generator,
            songs=songs,
            seed=config.seed + 100,
            split_seed=config.split_by,
            on_progress=lambda done, total: tell("comparing", done, total),
        )
    )


def _reward(
    labelled: Labelled,
    shares: Vector,
    topics: Topics,
    weights: Mapping[int, float],
    config: ValueConfig,
    name: str,
    tell: _Teller,
) -> tuple[TopicReward, ValueFigures]:
    model, figures = fit_value(
        labelled.z,
        labelled.known,
        shares,
        config,
        on_progress=lambda epoch, total, nats: tell(name, epoch, total, f"{nats:.3f} nats"),
    )
    return TopicReward(topics, model, weights), figures


def _train(
    drafter: Drafting,
    reward: TopicReward,
    config: LcGanConfig,
    name: str,
    tell: _Teller,
    should_stop: Callable[[], bool],
) -> LcGanResult:
    def progress(now: LcGanProgress) -> None:
        detail = f"reward {now.reward:.3f} · taken for real {now.realism:.0%}"
        tell.tell(Stage(name, now.step, now.total, detail, now.seconds_left))

    tell(name, 0, config.steps)
    return train_lcgan(
        drafter.prior,
        drafter,
        reward,
        config,
        weights_hash=drafter.first_of_kin,
        on_progress=progress,
        should_stop=should_stop,
    )


def _save(
    report: LcGanReport,
    model: str,
    topics: Topics,
    weights: Mapping[int, float],
    value: ValueConfig,
    config: LcGanConfig,
) -> None:
    lcgan_store.save(
        report.result.generator,
        report.folder,
        writer=model,
        settings={
            "topics": _named(topics, weights),
            "weights": {str(k): weight for k, weight in weights.items()},
            "value": asdict(value),
            "lcgan": asdict(config),
        },
        figures=_figures(report),
        card=_card(model, topics, weights, report),
    )


def _named(topics: Topics, weights: Mapping[int, float]) -> dict[str, float]:
    """Return the weights by the topics' names, with the number where two have the same name."""
    names = [topic.name for topic in topics.topics()]
    return {
        names[k] if names.count(names[k]) == 1 else f"{names[k]} ({k})": weight
        for k, weight in weights.items()
    }


def _figures(report: LcGanReport) -> dict[str, Any]:
    result = report.result
    figures: dict[str, Any] = {
        "start": asdict(result.start),
        "best": asdict(result.best),
        "ending": result.ending,
        "training_seconds": round(result.seconds),
        "seconds": round(report.seconds),
        "value": asdict(report.value),
    }
    if report.comparison:
        figures["comparison"] = report.comparison.to_dict()
    return figures


def _card(model: str, topics: Topics, weights: Mapping[int, float], report: LcGanReport) -> str:
    """Return the card of a generator in Markdown."""
    named = topics.topics()
    wanted = "\n".join(
        f"- topic {k}, weight {weight:g}: {', '.join(named[k].words)}"
        for k, weight in weights.items()
    )
    compared, samples = "Not compared.", ""
    if report.comparison:
        compared = "\n".join(table(report.comparison))
        samples = "\n".join(
            f"\n**{arm.name}**\n\n" + "\n".join(f"- {text}" for text in arm.samples)
            for arm in report.comparison.arms
        )
    result = report.result
    return f"""# {report.folder.name}

Moves the latent vector of `{model}` so that its texts are more about some topics and less about
others (latent constraints, Engel, Hoffman & Roberts 2018). It works with the very weights that it
was trained for and no others.

## Topics
{wanted}

## Training
Best at step {result.best.step:,}, ended for: {result.ending}; {result.seconds:.0f} s. On the songs
that decide when to stop the reward went from {result.start.reward:.3f} to {result.best.reward:.3f}.
The value model's cross-entropy on unseen ⟨z, a⟩: {report.value.cross_entropy:.3f} nats; always the
mean: {report.value.of_the_mean:.3f}; the labels' own: {report.value.least:.3f}.

## Compared
One quick draft for each held-out song, with the same dice in every way. The reward is the weighted
share of the topics in the text. The control was trained like the generator on labels that belong
to other texts.

{compared}

## Samples
Unselected: the first held-out songs.
{samples}

## Limits
A topic is a set of words that go together, not a meaning; steering makes such words likelier, at
some cost in variety.
"""
