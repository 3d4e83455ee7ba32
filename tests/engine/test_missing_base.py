"""A model whose base is not here: the small one writes meanwhile, and that is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.engine.answering import SMALL
from curator.engine.client import EngineError, TrainJob
from curator.engine.messages import Trained


async def test_the_small_model_writes_where_the_base_is_missing(make: Callable[..., Any]) -> None:
    engine = make("baseless")
    await engine.start()
    ready = await engine.wait_ready()
    assert ready.model == SMALL
    assert ready.note == f"the base is not here; `pull` fetches it. {SMALL} writes meanwhile"
    assert engine.texts(await engine.all(engine.job("1"))) == engine.expected(0, 5)


async def test_a_model_that_is_here_needs_no_note(make: Callable[..., Any]) -> None:
    engine = make()
    await engine.start()
    assert (await engine.wait_ready()).note == ""


async def test_the_small_model_is_not_trained_for_another(
    make: Callable[..., Any], tmp_path: Path
) -> None:
    engine = make("baseless")
    await engine.start()
    job = TrainJob(tmp_path / "ratings.jsonl", tmp_path / "v1", 3)
    with pytest.raises(EngineError, match=r"^the base is not here; `pull` fetches it$"):
        _ = [answer async for answer in engine.train(job)]
    await engine.switch("plain")
    assert isinstance([answer async for answer in engine.train(job)][-1], Trained)
