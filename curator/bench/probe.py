"""What is measured in a fresh process: `python -m curator.bench.probe NAME ARGUMENT…`.

Each prints one line when it has come to what is waited for, and ends with its stdin.
"""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path


def torch() -> None:
    """Import torch, the least that any writing costs."""
    import torch as library

    _say(library.__version__)


def first_sample(model: str, device: str, folder: str) -> None:
    """Start the engine and have one sample written; say its text.

    If another model writes than was asked for, why that is becomes the end of it.
    """
    from curator.domain.records import Song
    from curator.engine.client import EngineClient, WriteJob
    from curator.engine.messages import Written

    async def write() -> None:
        engine = EngineClient(
            model=model, device=device or None, log=Path(folder) / "first-sample.log"
        )
        await engine.start()
        if note := (await engine.wait_ready()).note:
            sys.exit(note)
        job = WriteJob("first", Song("Velvet Meridian", "Glass Orchard"), 1, seed=1)
        async for event in engine.write(job):
            if isinstance(event, Written):
                _say(event.text)
        await engine.close()

    asyncio.run(write())


def store(home: str) -> None:
    """Open the store in a data folder; say the seconds."""
    from curator.store import Store

    start = time.perf_counter()
    opened = Store.open(Path(home))
    _say(str(time.perf_counter() - start))
    del opened
    os._exit(0)  # closing would fold the journal


def desk(home: str, model: str, device: str) -> None:
    """Open the desk over a data folder, with its engine beside it; say the seconds."""
    from curator.config import Settings
    from curator.desk.desk import Desk
    from curator.engine.client import EngineClient

    async def opened() -> None:
        log = Path(home) / "logs" / "engine.log"
        engine = EngineClient(model=model, device=device or None, log=log)
        desk = Desk(Path(home), Settings(), engine)
        start = time.perf_counter()
        await desk.open()
        _say(str(time.perf_counter() - start))
        await engine.close()

    asyncio.run(opened())
    os._exit(0)


def parse(file: str) -> None:
    """Read a file of the store and parse it as JSON, the least that opening costs; say seconds."""
    gc.disable()
    start = time.perf_counter()
    data = Path(file).read_bytes()
    if file.endswith(".jsonl"):
        kept = [json.loads(line) for line in data.splitlines()]
    else:
        kept = [json.loads(data)]
    _say(str(time.perf_counter() - start))
    del kept


PROBES: dict[str, Callable[..., None]] = {
    probe.__name__.replace("_", "-"): probe for probe in (torch, first_sample, store, desk, parse)
}


def _say(line: str) -> None:
    print(line.replace("\n", " "), flush=True)


if __name__ == "__main__":
    PROBES[sys.argv[1]](*sys.argv[2:])
    sys.stdin.read()
