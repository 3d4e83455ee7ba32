"""From ratings to a folder: drafts, reward head, value models, LC-GAN, how much to choose."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from models.drafts import Drafting
from models.lcgan import Generator
from models.lcgan_train import LcGanProgress, LcGanResult, train_lcgan
from models.learning import store
from models.learning.card import card
from models.learning.choosing import Choice, choose, wear
from models.learning.compare import compare
from models.learning.drafted import draft
from models.learning.features import Features, read
from models.learning.freshness import Worn
from models.learning.halves import learn_half, tastes
from models.learning.head import HeadConfig, fit_head
from models.learning.likings import likings
from models.learning.mixing import mixed, wanted_topics
from models.learning.ratings import (
    SPLIT_SEED,
    LearnError,
    LearnProgress,
    LearnReport,
    LearnSettings,
    Rating,
    TooFew,
)
from models.learning.reward import Taste, TasteReward
from models.learning.skill import measure, too_few
from models.learning.steering import TasteSteering
from models.learning.telling import Teller
from models.learning.values import TasteConfig, fit_taste
from models.writer import Reader, Vector, Writer, reads


def learn(
    ratings: Sequence[Rating],
    writer: Writer,
    settings: LearnSettings,
    out_folder: Path,
    *,
    current: Path | None = None,
    on_progress: Callable[[LearnProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> LearnReport:
    """Train the reward head, and the generator with it, and write `out_folder`.

    `current`, another folder, is what the comparison holds it against. `should_stop` is asked at
    least once a second or two; InterruptedError is raised then and nothing is written. Raises
    TooFew below LEAST_RATINGS ratings or LEAST_EACH liked or disliked ones, and LearnError for a
    writer that texts cannot be read with.
    """
    if not reads(writer):
        raise LearnError(f"{writer.name} cannot learn: it has no latent space to read texts into")
    short = too_few(np.array([rating.value for rating in ratings], np.float32))
    if short:
        raise TooFew(short)
    wanted = wanted_topics(settings)
    tell = _teller(settings, on_progress, should_stop)
    tell("reading", 0, 1)
    in_use = _steering_of(current, writer)
    drafter = writer.drafter()
    texts = read(writer, [r.text for r in ratings], [r.conditions for r in ratings])
    tell("reading", 1, 1)
    drafted = draft(
        writer,
        drafter,
        settings.drafts,
        SPLIT_SEED,
        settings.cache,
        on_progress=partial(tell, "drafts"),
        should_stop=should_stop,
    )
    tell("reward", 0, 1)
    features = Features.fit(drafted.read, texts)
    values, weights = _labels(ratings, settings)
    x, groups = features(texts), features.slices
    config = HeadConfig(members=settings.members, seed=settings.seed)
    head = fit_head(x, values, weights, groups, config)
    taste = mixed(
        Taste(head, features, Worn.of(drafted.read.texts)), settings, drafted.read, wanted
    )
    songs = [rating.song for rating in ratings]
    tell("skill", 0, settings.folds)
    skill = measure(
        x,
        values,
        weights,
        songs,
        groups,
        replace(config, draws=config.draws // 2),
        settings.folds,
        on_progress=partial(tell, "skill"),
    )
    distilling = TasteConfig(seed=settings.seed)
    tell("value models", 0, distilling.epochs)
    value_models, correlation = fit_taste(
        drafted.z,
        drafted.read.known,
        taste.scores(drafted.read),
        distilling,
        on_progress=partial(tell, "value models"),
    )
    reward = TasteReward(taste, value_models, writer)
    tell("LC-GAN", 0, settings.lcgan.steps)
    result = _train(writer, drafter, reward, settings, partial(tell, "LC-GAN"), should_stop)
    tell("LC-GAN", settings.lcgan.steps, settings.lcgan.steps)
    chosen = 70 if settings.freshness and settings.worn else 100
    tell("choosing", 0, 100)
    steering, tried = choose(
        drafter,
        reward,
        value_models,
        result.generator,
        settings.lcgan,
        settings.choices,
        settings.held_out,
        settings.seed,
        on_progress=tell.part("choosing", 0, chosen),
    )
    generator = result.best.step > 0 or steering.choices > 1
    count = settings.worn if settings.freshness and generator else 0
    steering = wear(drafter, count, settings.seed, tell.part("choosing", chosen, 100), steering)
    comparison = None
    if settings.compared:
        half = None
        if pair := tastes(taste, x, values, weights, songs, groups, config):

            def again(reward: TasteReward) -> Generator:
                told = tell.part("second judge", 10, 70)
                return _train(writer, drafter, reward, settings, told, should_stop).generator

            tell("second judge", 0, 100)
            half = learn_half(
                pair,
                drafted,
                writer,
                steering,
                again if result.best.step else None,
                partial(wear, drafter, count, settings.seed, tell.part("second judge", 70, 100)),
                settings.seed,
                on_progress=tell.part("second judge", 0, 10),
            )
        else:
            tell.leave_out("second judge")
        tell("writing", 0, 1)
        comparison = compare(
            taste,
            steering,
            writer,
            drafter,
            half,
            in_use,
            songs=settings.compared,
            candidates=settings.candidates,
            seed=settings.seed,
            on_progress=partial(tell, "writing"),
            should_stop=should_stop,
        )
    report = LearnReport(
        folder=out_folder,
        skill=skill,
        likings=likings(taste, drafted.read, texts),
        generator=generator,
        steering=_figures(result, steering, tried, correlation),
        comparison=comparison,
        seconds=time.monotonic() - tell.began,
        writer=writer.name,
        writer_hash=writer.kin[0],
        ratings=tuple(rating.id for rating in ratings),
    )
    _save(report, taste, steering, settings)
    return report


def _teller(
    settings: LearnSettings,
    on_progress: Callable[[LearnProgress], None],
    should_stop: Callable[[], bool],
) -> Teller:
    tell = Teller(on_progress, should_stop)
    if not settings.folds:
        tell.leave_out("skill")
    if not settings.compared:
        tell.leave_out("second judge", "writing")
    return tell


def _labels(ratings: Sequence[Rating], settings: LearnSettings) -> tuple[Vector, Vector]:
    values = np.array([rating.value for rating in ratings], np.float32)
    weights = np.array([rating.weight for rating in ratings], np.float32)
    if settings.shuffle:
        order = np.random.default_rng([settings.seed, 7]).permutation(len(values))
        values, weights = values[order], weights[order]
    return values, weights


def _train(
    writer: Reader,
    drafter: Drafting,
    reward: TasteReward,
    settings: LearnSettings,
    told: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> LcGanResult:
    def progress(now: LcGanProgress) -> None:
        told(now.step, now.total, f"chance {now.reward:.2f}, real {now.realism:.0%}")

    return train_lcgan(
        drafter.prior,
        drafter,
        reward,
        replace(settings.lcgan, seed=settings.seed, split_seed=SPLIT_SEED),
        weights_hash=writer.kin[0],
        on_progress=progress,
        should_stop=should_stop,
    )


def _steering_of(folder: Path | None, writer: Writer) -> TasteSteering | None:
    """Return the generator of a version; None where it is none for this writer, or damaged."""
    if folder is None:
        return None
    try:
        learned = store.load(folder)
    except LearnError:
        return None
    fits = learned.description.get("writer_hash") == writer.kin[0]
    return learned.steering if fits else None


def _figures(
    result: LcGanResult, steering: TasteSteering, tried: Sequence[Choice], correlation: float
) -> dict[str, Any]:
    return {
        "start": asdict(result.start),
        "best": asdict(result.best),
        "ending": result.ending,
        "training_seconds": round(result.seconds, 1),
        "choices": steering.choices,
        "tried": [asdict(choice) for choice in tried],
        "value_correlation": correlation,
    }


def _save(
    report: LearnReport, taste: Taste, steering: TasteSteering, settings: LearnSettings
) -> None:
    described: dict[str, Any] = {
        "writer": report.writer,
        "writer_hash": report.writer_hash,
        "generator": report.generator,
        "ratings": list(report.ratings),
        "settings": _plain(asdict(settings)),
        "figures": {
            "skill": asdict(report.skill),
            "steering": dict(report.steering),
            "likings": [asdict(liking) for liking in report.likings],
            "comparison": report.comparison.to_dict() if report.comparison else None,
            "seconds": round(report.seconds, 1),
        },
    }
    kept = steering if report.generator else None
    store.save(report.folder, taste, kept, described, card(report.folder.name, described))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    plain = {n: str(v) if isinstance(v, Path) else v for n, v in settings.items()}
    plain["topic_weights"] = {str(k): w for k, w in settings["topic_weights"].items()}
    return plain
