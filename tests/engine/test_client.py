"""The engine with a real process: the real worker around a writer that follows a script."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from curator.domain.records import Song
from curator.engine.client import (
    EngineCancelled,
    EngineClient,
    EngineError,
    Event,
    Restarted,
    WriteJob,
)
from curator.engine.protocol import Done, FromWorker, Tokens, Written

Make = Callable[..., EngineClient]


def job(name: str, n: int = 5, artist: str = "A", **more: int) -> WriteJob:
    return WriteJob(name, Song(artist, "T"), n, **({"seed": 3} | more))


async def write(engine: EngineClient, job: WriteJob) -> list[Event]:
    return [event async for event in engine.write(job)]


def texts(events: list[Event]) -> dict[int, str]:
    """Row → text, each row once."""
    rows = [event for event in events if isinstance(event, Written)]
    assert len({r.row for r in rows}) == len(rows)
    return {r.row: r.text for r in rows}


def expected(first_row: int, n: int, artist: str = "A", seed: int = 3) -> dict[int, str]:
    """Return what the scripted writer writes where nothing goes wrong."""
    rows = range(first_row, first_row + n)
    return {r: " ".join([f"{artist}/{seed}/{r}", *["la"] * ((r * 7 + seed) % 5)]) for r in rows}


async def begun(events: AsyncGenerator[Event, None]) -> None:
    """Wait until something is being written."""
    async for event in events:
        if isinstance(event, Tokens):
            return


def is_gone(pid: int) -> bool:
    """Whether there is no such process, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


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
    await write(engine, job("1"))
    await engine.close()
    assert states == ["starting", "ready", "writing", "ready", "stopped"]


async def test_rows_grow_and_then_are_written(make: Make) -> None:
    engine = make()
    await engine.start()  # and no waiting for the model
    events = await write(engine, job("1", first_row=2))
    rows = expected(2, 5)
    assert texts(events) == rows
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
        return texts(events)

    first, second = await asyncio.gather(follow(job("1", 3)), follow(job("2", 9, "B")))
    assert {t.split("/")[0] for t in first.values()} == {"A"}
    assert {t.split("/")[0] for t in second.values()} == {"B"}
    assert (len(first), len(second)) == (3, 9)
    assert order == sorted(order)


async def test_closing_the_iterator_stops_the_job(make: Make) -> None:
    engine = make("endless")
    await engine.start()
    async with contextlib.aclosing(engine.write(job("1"))) as events:
        await begun(events)
    assert len(texts(await write(engine, job("2", artist="short")))) == 5
    assert engine.state == "ready"


async def test_cancelling_the_task_stops_the_job(make: Make) -> None:
    engine = make("endless")
    await engine.start()
    events = engine.write(job("1"))
    await begun(events)

    async def rest() -> None:
        async with contextlib.aclosing(events):
            async for _ in events:
                pass

    task = asyncio.create_task(rest())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(texts(await write(engine, job("2", artist="short")))) == 5


async def test_a_queued_job_is_cancelled_before_it_began(make: Make, tmp_path: Path) -> None:
    engine = make("endless")
    await engine.start()
    first = engine.write(job("1"))
    await begun(first)
    queued = asyncio.create_task(write(engine, job("2")))
    third = asyncio.create_task(write(engine, job("3", artist="short")))
    await asyncio.sleep(0)
    queued.cancel()
    await asyncio.wait([queued])
    await first.aclose()
    assert len(texts(await third)) == 5
    assert (tmp_path / "writes").stat().st_size == 2


@pytest.mark.parametrize("rows", [0, 4, 8])
async def test_after_a_crash_the_rest_is_written_and_nothing_twice(make: Make, rows: int) -> None:
    engine = make(f"crash:{rows}:1")
    states = []
    engine.on_state = lambda: states.append(engine.state)
    await engine.start()
    events, later = await asyncio.gather(write(engine, job("1", 9)), write(engine, job("2", 2)))
    assert texts(events) == expected(0, 9)
    assert texts(later) == expected(0, 2)
    restarts = [i for i, event in enumerate(events) if isinstance(event, Restarted)]
    assert len(restarts) == 1
    assert len(texts(events[: restarts[0]])) == rows
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
    events = await write(engine, job("1", 1))
    assert texts(events) == expected(0, 1)
    assert isinstance(events[-1], Restarted)
    assert (tmp_path / "writes").stat().st_size == 1


async def test_several_crashes_of_one_job(make: Make) -> None:
    engine = make("crash:2:3", max_restarts=3)
    await engine.start()
    events = await write(engine, job("1", 9))
    assert texts(events) == expected(0, 9)


async def test_a_job_that_keeps_crashing_is_given_up_and_the_next_is_written(
    make: Make, tmp_path: Path
) -> None:
    engine = make("poison:A", max_restarts=2)
    await engine.start()
    bad = asyncio.create_task(write(engine, job("1")))
    await asyncio.sleep(0)
    good = asyncio.create_task(write(engine, job("2", artist="B")))
    with pytest.raises(EngineError, match=r"killed.*3 times.*engine\.log"):
        await bad
    assert len(texts(await good)) == 5
    assert engine.state == "ready"
    assert (tmp_path / "loads").stat().st_size == 4


async def test_a_crash_with_nothing_to_do_is_mended(make: Make) -> None:
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
    assert len(texts(await write(engine, job("1")))) == 5


async def test_a_job_that_is_asked_for_during_a_restart_is_written_once(
    make: Make, tmp_path: Path
) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    os.kill(engine.pid or 0, signal.SIGKILL)
    while engine.state != "restarting":
        await asyncio.sleep(0)
    assert len(texts(await write(engine, job("1")))) == 5
    assert (tmp_path / "writes").stat().st_size == 1


async def test_a_job_that_fails_says_why(make: Make) -> None:
    engine = make()
    await engine.start()
    with pytest.raises(EngineError, match="there is nothing to say about refuse"):
        await write(engine, job("1", artist="refuse"))
    assert len(texts(await write(engine, job("2")))) == 5


async def test_a_model_that_is_missing(make: Make, tmp_path: Path) -> None:
    engine = make("missing")
    await engine.start()
    waiting = asyncio.create_task(write(engine, job("1")))
    with pytest.raises(EngineError, match=r"'missing'.*engine\.log"):
        await engine.wait_ready()
    assert engine.state == "failed"
    assert str(tmp_path / "engine.log") in engine.error
    with pytest.raises(EngineError, match="'missing'"):
        await waiting
    with pytest.raises(EngineError, match="'missing'"):
        await write(engine, job("2"))
    assert engine.pid is None
    ready = await engine.switch("plain")  # and another one is not
    assert (ready.model, engine.state, engine.error) == ("plain", "ready", "")


async def test_a_process_that_dies_while_loading(make: Make, tmp_path: Path) -> None:
    engine = make("dies", max_restarts=2)
    await engine.start()
    waiting = asyncio.create_task(write(engine, job("1")))
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


async def test_garbage_before_and_between_the_messages_goes_to_the_log(
    make: Make, tmp_path: Path
) -> None:
    engine = make("chatty", "garbage", "flood")
    await engine.start()
    events = await write(engine, job("1", 20))
    assert texts(events) == expected(0, 20)
    await engine.close()
    older, newer = tmp_path / "engine.log.1", tmp_path / "engine.log"
    assert 0 < newer.stat().st_size <= 1_000_000
    assert 0 < older.stat().st_size <= 1_000_000
    assert b"\x1b" not in older.read_bytes() + newer.read_bytes()


async def test_what_libraries_print_is_kept_from_the_messages(make: Make, tmp_path: Path) -> None:
    engine = make("chatty")
    await engine.start()
    await write(engine, job("1", 1))
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
    assert texts(await write(engine, job("1", 3))) == dict.fromkeys(range(3), "x" * 1_000_000)
    text = "y" * 1_000_000
    assert await engine.surprisal(text, Song("A", "T")) == [(text, 1e6)]


async def test_the_latent_space(make: Make) -> None:
    engine = make()
    await engine.start()
    song = Song("A", "T")
    z = await engine.encode("abc", song)
    events = [e async for e in engine.decode([z, z], song, seed=1)]
    assert texts(events) == {0: "ha ha ha ", 1: "ha ha ha "}
    assert [e.z for e in events if isinstance(e, Written)][1].startswith("AACAPw")  # row 1 = 1.0


async def test_a_switch_comes_after_what_is_being_written(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    before = asyncio.create_task(write(engine, job("1", 9)))
    await asyncio.sleep(0)
    switching = asyncio.create_task(engine.switch("other"))
    await asyncio.sleep(0)
    after = asyncio.create_task(write(engine, job("2", 9)))
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
    assert {e.model for e in await write(engine, job("1")) if isinstance(e, Written)} == {"plain"}


async def test_after_a_crash_the_model_switched_to_is_loaded(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.switch("crash:1:1")
    events = await write(engine, job("1", 4))
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
    await write(engine, job("1"))
    assert engine.info is not None
    assert engine.info.model == "other"


async def test_closing_ends_the_process_and_what_is_open(make: Make) -> None:
    engine = make("endless")
    await engine.start()
    events = engine.write(job("1"))
    await begun(events)
    pid = engine.pid
    assert pid is not None
    await engine.close()
    assert is_gone(pid)
    with pytest.raises(EngineCancelled):
        async for _ in events:
            pass
    await engine.close()
    assert engine.state == "stopped"
    with pytest.raises(EngineError, match="not running"):
        await write(engine, job("2"))


async def test_a_process_that_does_not_end_is_killed(make: Make) -> None:
    engine = make(command=[sys.executable, "-c", "import time; time.sleep(1000)"])
    await engine.start()
    while engine.pid is None:
        await asyncio.sleep(0)
    pid = engine.pid
    await engine.close()
    assert is_gone(pid)


async def test_it_can_be_closed_before_it_was_started_and_started_again(make: Make) -> None:
    engine = make()
    await engine.close()
    await engine.start()
    await engine.close()  # the process may not even be there yet
    await engine.start()
    assert len(texts(await write(engine, job("1")))) == 5


async def test_an_interrupt_at_the_terminal_is_not_for_the_worker(make: Make) -> None:
    engine = make()
    await engine.start()
    await engine.wait_ready()
    assert engine.pid is not None
    assert os.getpgid(engine.pid) != os.getpgid(0)


async def test_the_worker_ends_when_its_desk_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    desk = tmp_path / "desk.py"
    desk.write_text(
        """
import asyncio, sys
from pathlib import Path
from curator.domain.records import Song
from curator.engine.client import EngineClient, WriteJob

async def main():
    command = [sys.executable, sys.argv[1], "alive"]
    engine = EngineClient(model="endless", log=Path(sys.argv[2]), command=command)
    await engine.start()
    async for event in engine.write(WriteJob("1", Song("A", "T"), 1, 1)):
        print(event, flush=True)

asyncio.run(main())
"""
    )
    script = Path(__file__).with_name("scripted_worker.py")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, desk, script, tmp_path / "log"),
        stdout=subprocess.PIPE,
        env=os.environ | {"SCRIPT": str(tmp_path)},
    )
    assert process.stdout is not None
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(alive, True)
    assert b"Tokens" in await process.stdout.readline()
    process.kill()
    await process.wait()
    # The pipe ends when the last process that holds it for writing does.
    assert await asyncio.to_thread(os.read, alive, 1) == b""
    os.close(alive)


def test_the_client_loads_neither_torch_nor_the_models() -> None:
    program = (
        "import sys, curator.engine.client\n"
        "heavy = {'torch', 'numpy', 'models', 'curator.engine.worker'} & sys.modules.keys()\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
