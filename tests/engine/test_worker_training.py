"""A training in the worker: its progress, its report, why it failed, and that it can be stopped."""

import base64
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from curator.engine import training
from curator.engine.messages import (
    Cancel,
    Cancelled,
    Failed,
    Load,
    Message,
    Progress,
    Ready,
    Train,
    Trained,
)
from curator.engine.protocol import from_line, to_line
from curator.engine.worker import serve
from models.learning import TooFew

WRITER = SimpleNamespace(name="w", weights_hash="hash", kin=("kin", "hash"), device="cpu")


@pytest.mark.parametrize(("weights", "known"), [("kin", True), ("hash", True), ("other", False)])
def test_a_rating_has_its_z_where_a_model_of_kin_wrote_it(weights: str, known: bool) -> None:
    song = {"artist": "A", "title": "B", "genres": [], "features": {}}
    z = base64.b64encode(np.arange(2, dtype="<f4").tobytes()).decode()
    line = {"text": "Drums.", "about": song, "liked": 1.0, "weight": 1.0, "song": "s", "id": "1"}
    rating = training._rating(line | {"weights": weights, "z": z, "logprob": -3.0}, WRITER)  # type: ignore[arg-type]
    assert (rating.z is not None, rating.logprob) == (known, -3.0 if known else None)


def test_a_training_tells_how_it_goes_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def train(
        request: Train,
        writer: object,
        send: Callable[[Progress], None],
        should_stop: Callable[[], bool],
    ) -> str:
        if request.folder == "quick":
            return '{"generator": true}'
        if request.folder == "poor":
            raise TooFew("too few labels to know: 3 of 20")
        send(Progress(request.id, "drafts", 1, 2))
        pause = threading.Event()
        while not should_stop():
            pause.wait(0.001)
        raise InterruptedError

    monkeypatch.setattr(training, "train", train)
    theirs, ours = os.pipe()
    answers, out = os.pipe()
    stdin: io.RawIOBase = os.fdopen(ours, "wb", buffering=0)
    stdout = os.fdopen(answers, "rb")
    pipes = os.fdopen(theirs, "rb"), os.fdopen(out, "wb")
    thread = threading.Thread(target=lambda: serve(lambda *_: WRITER, *pipes), daemon=True)  # type: ignore[arg-type, return-value]
    thread.start()

    def say(message: Message) -> None:
        stdin.write(to_line(message))

    def hear() -> Message:
        return from_line(stdout.readline())

    say(Load("load", "w"))
    assert isinstance(hear(), Ready)
    say(Train("1", "ratings", "quick", 1))
    assert hear() == Trained("1", '{"generator": true}')
    say(Train("2", "ratings", "slow", 1))
    assert hear() == Progress("2", "drafts", 1, 2)
    say(Cancel("2"))
    assert hear() == Cancelled("2")
    say(Train("3", "ratings", "poor", 1))
    assert hear() == Failed("3", "too few labels to know: 3 of 20")  # and no name of a class
    stdin.close()
    thread.join(20)
    assert not thread.is_alive()
    stdout.close()
    pipes[1].close()


def test_wanted_topics_reach_the_learning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ratings = tmp_path / "r.jsonl"
    heard: list[Any] = []
    ratings.write_text("")

    def learn(*given: Any, **_: object) -> object:
        heard.append(given[2])
        return {}

    monkeypatch.setattr("models.learning.learn", learn)
    monkeypatch.setattr(training, "_step_back", lambda: None)
    for request in (
        Train("1", str(ratings), "f", 1, "", "", "/topics", {"8": 1.0, "3": -0.5}, 0.4),
        Train("2", str(ratings), "f", 1),
        Train("3", str(ratings), "f", 1, "", "", "topics", {"8": 1.0}, 0.4),
    ):
        training.train(request, WRITER, lambda _: None, lambda: False)  # type: ignore[arg-type]
    mixed, plain, shipped = heard
    assert (shipped.topics / "topics.json").is_file()
    assert (mixed.topics, mixed.topic_weights) == (Path("/topics"), {8: 1.0, 3: -0.5})
    assert (mixed.human, mixed.topic) == (0.6, 0.4)
    assert (plain.topics, plain.human, plain.topic) == (None, 1.0, 0.0)
