import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from curator.engine.client import EngineClient

PATIENCE = 60  # seconds after which a test that hangs fails


@pytest.fixture(autouse=True)
def _never_hang() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError(f"nothing happened for {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
async def make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., EngineClient]]:
    """Make engines whose worker is the real one around a scripted writer; close them after."""
    monkeypatch.setenv("SCRIPT", str(tmp_path))
    script = Path(__file__).with_name("scripted_worker.py")
    engines: list[EngineClient] = []

    def begin(model: str = "plain", *flags: str, **options: object) -> EngineClient:
        command = [sys.executable, str(script), *flags]
        settings = {"log": tmp_path / "engine.log", "command": command, "backoff": 0.01}
        engine = EngineClient(model=model, **(settings | options))  # type: ignore[arg-type]
        engines.append(engine)
        return engine

    yield begin
    for engine in engines:
        await engine.close()
