"""What the engine does about a process that crashes, or never gets going."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.engine.client import EngineError, Restarted
from curator.engine.messages import Done, FromWorker

Make = Callable[..., Any]


@pytest.mark.parametrize("rows", [0, 4, 8])
async def test_after_a_crash_the_rest_is_written_and_nothing_twice(make: Make, rows: int) -> None:
    engine = make(f"crash:{rows}:1")
    states = []
    engine.on_state = lambda: states.append(engine.state)
    await engine.start()
    events, later = await asyncio.gather(
        engine.all(engine.job("1", 9)), engine.all(engine.job("2", 2))
    )
    assert engine.texts(events) == engine.expected(0, 9)
    assert engine.texts(later) == engine.expected(0, 2)
    restarts = [i for i, event in enumerate(events) if isinstance(event, Restarted)]
    assert len(restarts) == 1
    assert len(engine.texts(events[: restarts[0]])) == rows
    reason = events[restarts[0]]
    assert isinstance(reason, Restarted)
    assert "killed" in reason.reason
    assert "the memory is full of songs" in reason.reason
    assert states == ["starting", "writing", "restarting", "writing", "ready"]


async def test_a_crash_after_the_last_row_completes_the_job(make: Make, tmp_path: Path) -> None:
    engine = make()
    await engine.start()
    supervisor = engine._supervisor
    take = supervisor._take

    def lose(message: FromWorker) -> None:
        if isinstance(message, Done):  # it was lost with the process
            os.kill(engine.pid or 0, signal.SIGKILL)
        else:
            take(message)

    supervisor._take = lose  # type: ignore[method-assign]
    events = await engine.all(engine.job("1", 1))
    assert engine.texts(events) == engine.expected(0, 1)
    assert isinstance(events[-1], Restarted)
    assert (tmp_path / "writes").stat().st_size == 1


async def test_several_crashes_of_one_job(make: Make) -> None:
    engine = make("crash:2:3", max_restarts=3)
    await engine.start()
    events = await engine.all(engine.job("1", 9))
    assert engine.texts(events) == engine.expected(0, 9)


async def test_a_job_that_keeps_crashing_is_given_up_and_the_next_is_written(
    make: Make, tmp_path: Path
) -> None:
    engine = make("poison:A", max_restarts=2)
    await engine.start()
    bad = asyncio.create_task(engine.all(engine.job("1")))
    await asyncio.sleep(0)
    good = asyncio.create_task(engine.all(engine.job("2", artist="B")))
    with pytest.raises(EngineError, match=r"killed.*3 times.*engine\.log"):
        await bad
    assert len(engine.texts(await good)) == 5
    assert engine.state == "ready"
    assert (tmp_path / "loads").stat().st_size == 4


async def test_a_crash_with_nothing_to_do_is_mended(
    make: Make, is_gone: Callable[[int], bool]
) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    while engine.state == "ready":
        await asyncio.sleep(0)
    await engine.wait_ready()
    assert engine.pid not in (None, first)
    assert is_gone(first)
    assert len(engine.texts(await engine.all(engine.job("1")))) == 5


async def test_a_job_that_is_asked_for_during_a_restart_is_written_once(
    make: Make, tmp_path: Path
) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    os.kill(engine.pid or 0, signal.SIGKILL)
    while engine.state != "restarting":
        await asyncio.sleep(0)
    assert len(engine.texts(await engine.all(engine.job("1")))) == 5
    assert (tmp_path / "writes").stat().st_size == 1


async def test_a_model_that_is_missing(make: Make, tmp_path: Path) -> None:
    engine = make("missing")
    await engine.start()
    waiting = asyncio.create_task(engine.all(engine.job("1")))
    with pytest.raises(EngineError, match=r"'missing'.*engine\.log"):
        await engine.wait_ready()
    assert engine.state == "failed"
    assert str(tmp_path / "engine.log") in engine.error
    with pytest.raises(EngineError, match="'missing'"):
        await waiting
    with pytest.raises(EngineError, match="'missing'"):
        await engine.all(engine.job("2"))
    assert engine.pid is None
    ready = await engine.switch("plain")  # and another one is not
    assert (ready.model, engine.state, engine.error) == ("plain", "ready", "")


async def test_a_process_that_dies_while_loading(make: Make, tmp_path: Path) -> None:
    engine = make("dies", max_restarts=2)
    await engine.start()
    waiting = asyncio.create_task(engine.all(engine.job("1")))
    with pytest.raises(EngineError, match=r"exit code 7: Illegal instruction.*engine\.log"):
        await engine.wait_ready()
    assert engine.state == "failed"
    with pytest.raises(EngineError, match="exit code 7"):
        await waiting
    assert (tmp_path / "loads").stat().st_size == 3
    assert "Illegal instruction" in (tmp_path / "engine.log").read_text()


async def test_a_command_that_does_not_exist(make: Make, tmp_path: Path) -> None:
    engine = make(command=[str(tmp_path / "nothing")])
    await engine.start()
    with pytest.raises(EngineError, match="can't be started"):
        await engine.wait_ready()


async def test_not_ready_in_time(make: Make) -> None:
    engine = make(command=[sys.executable, "-c", "import sys; sys.stdin.read()"])
    await engine.start()
    with pytest.raises(EngineError, match=r"not ready after 0\.05 seconds.*engine\.log"):
        await engine.wait_ready(timeout=0.05)
