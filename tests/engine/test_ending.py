"""How the process ends: with the engine, with the desk, and not by itself."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.engine.client import EngineCancelled, EngineError

Make = Callable[..., Any]


async def test_closing_ends_the_process_and_what_is_open(
    make: Make, is_gone: Callable[[int], bool]
) -> None:
    engine = make("endless")
    await engine.start()
    events = engine.write(engine.job("1"))
    await engine.begun(events)
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
        await engine.all(engine.job("2"))


async def test_a_process_that_does_not_end_is_killed(
    make: Make, is_gone: Callable[[int], bool]
) -> None:
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
    assert len(engine.texts(await engine.all(engine.job("1")))) == 5


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
