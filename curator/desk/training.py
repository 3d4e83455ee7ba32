"""A training from beginning to end: labels into a file, a worker of its own, a folder, a record.

A version's folder, `learned/v3`, holds what was learnt and `labels.jsonl`, the labels that it was
learnt from. It is there as a whole or not at all: what a training that was stopped or failed has
left is taken away, and only a complete one gets its record in the store.
"""

import asyncio
import contextlib
import re
import shutil
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from curator.domain.labels import Label
from curator.domain.ratings import rating_lines
from curator.domain.records import Scalar
from curator.domain.versions import Versions
from curator.domain.wishes import Wish

if TYPE_CHECKING:
    from curator.engine.client import Trainer
    from curator.engine.messages import Progress

LABELS = "labels.jsonl"
_NAME = re.compile(r"v(\d+)")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained: the version's name, from which labels, for which model."""

    version: str
    labels: tuple[Label, ...]
    model: str
    seed: int
    current: str | None = None
    wish: Wish | None = None


def learned_folder(home: Path) -> Path:
    """Return where the versions are."""
    return home / "learned"


def next_name(home: Path, versions: Versions) -> str:
    """Return a name that no version has, nor any folder."""
    folder = learned_folder(home)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    names += [version.name for version in versions.all()]
    numbers = [int(found[1]) for name in names if (found := _NAME.fullmatch(name))]
    return f"v{max(numbers, default=0) + 1}"


async def train(
    home: Path,
    order: Order,
    trainer: "Trainer",
    sources: tuple[str, ...],
    on_progress: "Callable[[Progress], None]",
) -> dict[str, Scalar]:
    """Train, and return the data of the record that says so. The trainer is ended in any case.

    Cancelling this stops the training. Raises `EngineError`, OSError.
    """
    from curator.engine.client import TrainJob
    from curator.engine.errors import EngineError
    from curator.engine.messages import Trained

    folder = learned_folder(home) / order.version
    ratings = folder.with_name(f".{order.version}.jsonl")
    report, done = "", False
    try:
        try:
            lines = await asyncio.to_thread(rating_lines, order.labels, sources)
            _write(ratings, lines)  # in no thread, which would write on after a cancel
            current = learned_folder(home) / order.current if order.current else None
            if current is not None and not current.is_dir():
                current = None
            cache = learned_folder(home) / ".drafts"
            job = TrainJob(ratings, folder, order.seed, current, cache)
            if (wish := order.wish) is not None:
                own = home / "models" / wish.topics
                topics = str(own) if own.is_dir() else wish.topics
                job = replace(job, topics=topics, wanted=wish.weights, share=wish.share)
            await trainer.start()
            async with aclosing(trainer.train(job)) as answers:
                async for answer in answers:
                    if isinstance(answer, Trained):
                        report = answer.report
                    else:
                        on_progress(answer)
            if not report:
                raise EngineError("the training ended without a result")
            ratings.replace(folder / LABELS)
        finally:
            await trainer.close()
        done = True
    finally:  # whatever ends the wait for the trainer, a second cancel too
        ratings.unlink(missing_ok=True)
        if not done:
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
    return {
        "model": order.model,
        "labels": len(order.labels),
        "seed": order.seed,
        "current": order.current if current is not None else None,
        "topics": order.wish.told if order.wish else None,
        "figures": report,
    }


def _write(file: Path, lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(lines, "utf-8")
