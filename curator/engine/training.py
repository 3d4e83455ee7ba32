"""A training in the worker: from a file of ratings to a folder, with its progress told."""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curator.engine.messages import Progress, Train
from models.writer import Conditions, Vector, Writer

FRAMES_A_SECOND = 5
NICENESS = 10
"""A training steps back behind the writing, which the curator waits for."""


def train(
    request: Train,
    writer: Writer,
    send: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Learn, and return the report as JSON. Raises InterruptedError, and what `learn` raises."""
    from models.learning import LearnProgress, LearnSettings, learn  # torch comes with it

    _step_back()
    lines = Path(request.ratings).read_text("utf-8").split("\n")
    ratings = [_rating(json.loads(line), writer) for line in lines if line]
    told: list[tuple[float, str]] = [(-float("inf"), "")]

    def on_progress(now: LearnProgress) -> None:
        tick, phase = told[-1]
        if now.phase != phase or clock() >= tick + 1 / FRAMES_A_SECOND:
            told[-1] = (clock(), now.phase)
            left = None if now.eta is None else round(now.eta, 1)
            send(Progress(request.id, now.phase, now.done, now.total, left, now.detail))

    report = learn(
        ratings,
        writer,
        LearnSettings(
            seed=request.seed,
            cache=Path(request.cache) if request.cache else None,
            topics=_topics(request.topics) if request.topics else None,
            topic_weights={int(topic): weight for topic, weight in request.wanted.items()},
            topic=request.share if request.topics else 0.0,
            human=1.0 - request.share if request.topics else 1.0,
        ),
        Path(request.folder),
        current=Path(request.current) if request.current else None,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return json.dumps(_plain(report), separators=(",", ":"))


def _topics(name: str) -> Path:
    """Return the folder of a set of topics: the one named, or the one that ships under the name."""
    from models.library import SHIPPED
    from models.topics import DESCRIPTION

    places = (Path(name), SHIPPED / name)
    return next((place for place in places if (place / DESCRIPTION).is_file()), places[0])


def _step_back() -> None:
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))


def _rating(line: Mapping[str, Any], writer: Writer) -> Any:
    """Return a rating; where another model wrote its text, that one's z says nothing here."""
    from models.learning import Rating

    ours = line["weights"] in writer.kin
    song = line["about"]
    return Rating(
        text=line["text"],
        conditions=Conditions(
            song["artist"], song["title"], tuple(song["genres"]), dict(song["features"])
        ),
        value=line["liked"],
        weight=line["weight"],
        z=_unpack(line["z"]) if ours and line["z"] else None,
        logprob=line["logprob"] if ours else None,
        song=line["song"],
        id=line["id"],
    )


def _unpack(packed: str) -> Vector:
    return np.frombuffer(base64.b64decode(packed, validate=True), "<f4").astype(np.float32)


def _plain(value: Any) -> Any:
    """Return a report as JSON holds it."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
