import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from curator.domain.records import Song
from curator.engine.client import EngineClient, Event, WriteJob
from curator.engine.messages import Tokens, Written

PATIENCE = 120  # seconds after which a test that hangs fails


@pytest.fixture(autouse=True)
def _never_hang() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError(f"nothing happened for {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


class ScriptedEngine(EngineClient):
    """The engine that ships, its worker the real one around a scripted writer."""

    def job(self, name: str, n: int = 5, artist: str = "A", **more: int) -> WriteJob:
        return WriteJob(name, Song(artist, "T"), n, **({"seed": 3} | more))

    async def all(self, job: WriteJob) -> list[Event]:
        """Write a job to its end."""
        return [event async for event in self.write(job)]

    async def begun(self, events: AsyncGenerator[Event, None]) -> None:
        """Wait until something is being written."""
        async for event in events:
            if isinstance(event, Tokens):
                return

    def texts(self, events: list[Event]) -> dict[int, str]:
        """Return row → text, having seen to it that no row came twice."""
        rows = [event for event in events if isinstance(event, Written)]
        assert len({r.row for r in rows}) == len(rows)
        return {r.row: r.text for r in rows}

    def expected(self, first_row: int, n: int) -> dict[int, str]:
        """Return what the scripted writer writes for `job` where nothing goes wrong."""
        rows = range(first_row, first_row + n)
        return {r: " ".join([f"A/3/{r}", *["la"] * ((r * 7 + 3) % 5)]) for r in rows}


@pytest.fixture
async def make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., ScriptedEngine]]:
    """Make engines whose model is a script, close them after."""
    monkeypatch.setenv("SCRIPT", str(tmp_path))
    script = Path(__file__).with_name("scripted_worker.py")
    engines: list[ScriptedEngine] = []

    def begin(model: str = "plain", *flags: str, **options: object) -> ScriptedEngine:
        command = [sys.executable, str(script), *flags]
        settings = {"log": tmp_path / "engine.log", "command": command, "backoff": 0.01}
        engine = ScriptedEngine(model=model, **(settings | options))  # type: ignore[arg-type]
        engines.append(engine)
        return engine

    yield begin
    for engine in engines:
        await engine.close()


@pytest.fixture
def is_gone() -> Callable[[int], bool]:
    """Whether there is no such process, not even a zombie."""

    def look(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return look
