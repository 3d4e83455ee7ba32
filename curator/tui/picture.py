"""The README's picture: the real desk with the shipped model, on a few of the example requests.

`python -m curator.tui.picture OUT.svg` takes it. Ids and time are fixed, and a request's seed
follows from its id, so that the same weights make the same picture.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from curator.config import Settings
from curator.desk.desk import Desk
from curator.domain.parsing import parse
from curator.domain.records import Request, Song
from curator.engine.client import EngineClient
from curator.tui.app import CuratorApp

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SIZE = (120, 40)
PATIENCE = 120.0
"""Seconds that the model may take."""


def example_requests(count: int) -> list[Request]:
    """Return the first of the examples that ship, with ids and times that never change."""
    text = (resources.files("curator") / "examples" / "requests.jsonl").read_text("utf-8")
    made = []
    for number, line in enumerate(text.splitlines()[:count]):
        row = json.loads(line)
        found = parse(row["text"])
        song = Song(
            row.get("artist") or found.artist,
            row.get("title") or found.title,
            tuple(row.get("genres") or ()),
            row.get("features") or {},
            "file",
        )
        at = (NOON - timedelta(minutes=7 * (count - number))).isoformat().replace("+00:00", "Z")
        made.append(
            Request(f"PICTURE{number:019}", at, "file", row["text"], song, row.get("author"))
        )
    return made


async def picture(home: Path) -> str:
    """Return the desk in the middle of a sitting as SVG. Raises TimeoutError without a model."""
    settings = Settings(curator="ann", batch=5, ahead=1)
    engine = EngineClient(model=settings.model, log=home / "logs" / "engine.log", device="cpu")
    desk = Desk(home, settings, engine, clock=lambda: NOON, tick=lambda: 0.0)
    app = CuratorApp(desk)
    async with app.run_test(size=SIZE) as pilot:

        async def written(request_id: str) -> None:
            async with asyncio.timeout(PATIENCE):
                while len(desk.ledger.samples(request_id)) < settings.batch:
                    await pilot.pause(0.05)

        await _until(lambda: desk.is_open)
        requests = example_requests(16)
        desk.asking.take(requests)
        await written(requests[0].id)
        await pilot.press("x", "4", "a")
        await written(requests[1].id)
        await written(requests[2].id)
        await pilot.press("down", "5", "b", "up", "2", "down")
        await _until(lambda: desk.ledger.keeper is not None and not desk.ledger.keeper.unsaved)
        app.review.say("")  # what was said last fades after a while, sooner or later than this
        await pilot.pause(0.5)
        svg = app.export_screenshot(title="curator")
    return re.sub(r"terminal-\d+", "terminal", svg)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - it is the screen that is waited for
            await asyncio.sleep(0.02)


def main(out: Path) -> None:
    """Take the picture and write it to `out`."""
    with tempfile.TemporaryDirectory() as home:
        svg = asyncio.run(picture(Path(home)))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(svg + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
