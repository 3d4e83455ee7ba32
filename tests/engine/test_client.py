"""The engine with a real process: the real worker around a writer that follows a script."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.domain.records import Song
from curator.engine.client import EngineError, Restarted, TrainJob, WriteJob
from curator.engine.messages import Progress, Tokens, Trained, Written

Make = Callable[..., Any]


async def test_starting_returns_at_once_and_the_model_is_told_when_loaded(make: Make) -> None:
    engine = make()
    states = []
    engine.on_state = lambda: states.append(engine.state)
    assert (engine.state, engine.info) == ("stopped", None)
    await engine.start()
    assert (engine.state, engine.info) == ("starting", None)
    ready = await engine.wait_ready()
    assert (ready.model, ready.weights, ready.device) == ("plain", "hash of plain", "cpu")
    assert engine.info == ready
    await engine.all(engine.job("1"))
    await engine.close()
    assert states == ["starting", "ready", "writing", "ready", "stopped"]


async def test_rows_grow_and_then_are_written(make: Make) -> None:
    engine = make()
    await engine.start()  # and no waiting for the model
    events = await engine.all(engine.job("1", first_row=2))
    rows = engine.expected(2, 5)
    assert engine.texts(events) == rows
    assert isinstance(events[0], Tokens)
    done: set[int] = set()
    for event in events:
        if isinstance(event, Written):
            done.add(event.row)
            assert (event.weights, event.model) == ("hash of plain", "plain")
        elif isinstance(event, Tokens):
            assert not done & {int(row) for row in event.rows}
            assert all(rows[int(row)].startswith(text) for row, text in event.rows.items())


async def test_two_jobs_at_once_are_written_one_after_the_other(make: Make) -> None:
    engine = make()
    await engine.start()
    order: list[str] = []

    async def follow(job: WriteJob) -> dict[int, str]:
        events = []
        async for event in engine.write(job):
            assert not isinstance(event, Restarted)
            assert event.id == job.id
            order.append(event.id)
            events.append(event)
        return engine.texts(events)

    first, second = await asyncio.gather(
        follow(engine.job("1", 3)), follow(engine.job("2", 9, "B"))
    )
    assert {t.split("/")[0] for t in first.values()} == {"A"}
    assert {t.split("/")[0] for t in second.values()} == {"B"}
    assert (len(first), len(second)) == (3, 9)
    assert order == sorted(order)


async def test_closing_the_iterator_stops_the_job(make: Make) -> None:
    engine = make("endless")
    await engine.start()
    async with contextlib.aclosing(engine.write(engine.job("1"))) as events:
        await engine.begun(events)
    assert len(engine.texts(await engine.all(engine.job("2", artist="short")))) == 5
    assert engine.state == "ready"


async def test_cancelling_the_task_stops_the_job(make: Make) -> None:
    engine = make("endless")
    await engine.start()
    events = engine.write(engine.job("1"))
    await engine.begun(events)

    async def rest() -> None:
        async with contextlib.aclosing(events):
            async for _ in events:
                pass

    task = asyncio.create_task(rest())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(engine.texts(await engine.all(engine.job("2", artist="short")))) == 5


async def test_a_queued_job_is_cancelled_before_it_began(make: Make, tmp_path: Path) -> None:
    engine = make("endless")
    await engine.start()
    first = engine.write(engine.job("1"))
    await engine.begun(first)
    queued = asyncio.create_task(engine.all(engine.job("2")))
    third = asyncio.create_task(engine.all(engine.job("3", artist="short")))
    await asyncio.sleep(0)
    queued.cancel()
    await asyncio.wait([queued])
    await first.aclose()
    assert len(engine.texts(await third)) == 5
    assert (tmp_path / "writes").stat().st_size == 2


async def test_a_job_that_fails_says_why(make: Make) -> None:
    engine = make()
    await engine.start()
    with pytest.raises(EngineError, match="there is nothing to say about refuse"):
        await engine.all(engine.job("1", artist="refuse"))
    assert len(engine.texts(await engine.all(engine.job("2")))) == 5


async def test_garbage_before_and_between_the_messages_goes_to_the_log(
    make: Make, tmp_path: Path
) -> None:
    engine = make("chatty", "garbage", "flood")
    await engine.start()
    events = await engine.all(engine.job("1", 20))
    assert engine.texts(events) == engine.expected(0, 20)
    await engine.close()
    older, newer = tmp_path / "engine.log.1", tmp_path / "engine.log"
    assert 0 < newer.stat().st_size <= 1_000_000
    assert 0 < older.stat().st_size <= 1_000_000
    assert b"\x1b" not in older.read_bytes() + newer.read_bytes()


async def test_what_libraries_print_is_kept_from_the_messages(make: Make, tmp_path: Path) -> None:
    engine = make("chatty")
    await engine.start()
    await engine.all(engine.job("1", 1))
    await engine.close()
    said = (tmp_path / "engine.log").read_text()
    assert "a library says hello 0" in said
    assert "and its C part too" in said
    assert "not a message" not in said


async def test_what_is_no_message_is_named_in_the_log(make: Make, tmp_path: Path) -> None:
    engine = make("plain", "garbage")
    await engine.start()
    await engine.wait_ready()
    await engine.close()
    said = (tmp_path / "engine.log").read_text()
    assert "Hello, I am a library." in said
    assert "exceed the limit" in said


async def test_lines_of_a_megabyte(make: Make) -> None:
    engine = make("long")
    await engine.start()
    assert engine.texts(await engine.all(engine.job("1", 3))) == dict.fromkeys(
        range(3), "x" * 1_000_000
    )
    text = "y" * 1_000_000
    assert await engine.surprisal(text, Song("A", "T")) == [(text, 1e6)]


async def test_the_latent_space(make: Make) -> None:
    engine = make()
    await engine.start()
    song = Song("A", "T")
    z = await engine.encode("abc", song)
    events = [e async for e in engine.decode([z, z], song, seed=1)]
    assert engine.texts(events) == {0: "ha ha ha ", 1: "ha ha ha "}
    assert [e.z for e in events if isinstance(e, Written)][1].startswith("AACAPw")  # row 1 = 1.0


async def test_a_model_that_can_not_tell_says_so(make: Make) -> None:
    engine = make()
    await engine.start()
    with pytest.raises(EngineError, match="cannot tell what its conditions contribute"):
        await engine.contributions("A text.", Song("A", "T"))
    assert await engine.surprisal("A text.", Song("A", "T")) == [("A", 1.0), ("text.", 5.0)]


async def test_a_switch_comes_after_what_is_being_written(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    before = asyncio.create_task(engine.all(engine.job("1", 9)))
    await asyncio.sleep(0)
    switching = asyncio.create_task(engine.switch("other"))
    await asyncio.sleep(0)
    after = asyncio.create_task(engine.all(engine.job("2", 9)))
    assert (await switching).model == "other"
    assert engine.info is not None
    assert engine.info.model == "other"
    assert {e.model for e in await before if isinstance(e, Written)} == {"plain"}
    assert {e.model for e in await after if isinstance(e, Written)} == {"other"}


async def test_a_switch_that_fails_leaves_the_model(make: Make) -> None:
    engine = make()
    await engine.start()
    with pytest.raises(EngineError, match="there is no model 'missing'"):
        await engine.switch("missing")
    assert engine.state == "ready"
    assert {e.model for e in await engine.all(engine.job("1")) if isinstance(e, Written)} == {
        "plain"
    }


async def test_after_a_crash_the_model_switched_to_is_loaded(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.switch("crash:1:1")
    events = await engine.all(engine.job("1", 4))
    assert any(isinstance(event, Restarted) for event in events)
    assert {e.model for e in events if isinstance(e, Written)} == {"crash:1:1"}


async def test_a_switch_nobody_waits_for_is_carried_out(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    switching = asyncio.create_task(engine.switch("other"))
    await asyncio.sleep(0)
    switching.cancel()
    await asyncio.wait([switching])
    await engine.all(engine.job("1"))
    assert engine.info is not None
    assert engine.info.model == "other"


def test_the_client_loads_neither_torch_nor_the_models() -> None:
    program = (
        "import sys, curator.engine.client\n"
        "heavy = {'torch', 'numpy', 'models', 'curator.engine.worker'} & sys.modules.keys()\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_worker_says_how_many_threads_there_are_before_torch_is_loaded() -> None:
    program = (
        "import sys, curator.engine.worker\n"
        "sys.exit('torch is loaded' if 'torch' in sys.modules else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_a_training_ends_with_its_report(make: Make, tmp_path: Path) -> None:
    engine = make()
    await engine.start()
    job = TrainJob(tmp_path / "ratings.jsonl", tmp_path / "v1", 3)
    told = [answer async for answer in engine.train(job)]
    assert [type(answer) for answer in told] == [Progress, Trained]
    assert isinstance(told[-1], Trained)
    assert told[-1].report == '{"seed": 3}'
    assert engine.state == "ready"


async def test_a_training_that_is_left_is_stopped(make: Make, tmp_path: Path) -> None:
    engine = make("endless")
    await engine.start()
    training = engine.train(TrainJob(tmp_path / "ratings.jsonl", tmp_path / "v1", 3))
    assert isinstance(await anext(training), Progress)
    await training.aclose()
    events = await engine.all(engine.job("short", 2, artist="short"))
    assert len(engine.texts(events)) == 2
