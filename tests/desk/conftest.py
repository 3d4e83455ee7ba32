"""A real desk with a real store; only the model is replaced by one that follows a script."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from curator.config import Settings
from curator.desk.desk import Desk
from curator.engine.client import EngineError
from curator.engine.messages import Ready, Tokens, Written


class ScriptedEngine:
    """Writes "<title> sounds like row <n>.", one row after the other.

    From row `held_from` on it waits for `gate`.
    """

    def __init__(self):
        self.info = Ready("load", "scripted", "hash", ["hash"], "cpu", 0.0)
        self.state = "stopped"
        self.error = ""
        self.on_state = None
        self.jobs = []
        self.cancelled = []
        self.fail = None
        self.gate = asyncio.Event()
        self.held_from = None

    async def start(self):
        self.state = "ready"

    async def close(self):
        self.state = "stopped"

    async def write(self, job):
        self.jobs.append(job)
        if self.fail:
            raise EngineError(self.fail)
        try:
            for row in range(job.first_row, job.first_row + job.n):
                await asyncio.sleep(0)
                text = f"{job.song.title} sounds like row {row}."
                yield Tokens(job.id, {str(row): text[: len(text) // 2]})
                if self.held_from is not None and row >= self.held_from:
                    await self.gate.wait()
                yield Written(job.id, row, text, 6, 0.01, "", "", "scripted", "hash")
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled.append(job.id)
            raise


class Clock:
    """A clock that goes on by a second at each look."""

    def __init__(self):
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
async def desks(tmp_path):
    """Open desks on one folder, one after the other; all are closed at the end."""
    opened = []

    async def make(account=None, **settings):
        engine = ScriptedEngine()
        values = {"curator": "ann", "batch": 3, "ahead": 1} | settings
        desk = Desk(
            tmp_path,
            Settings(**values),
            engine,
            clock=Clock(),
            tick=lambda: 0.0,
            account=account if callable(account) else lambda: account,
        )
        desk.heard = []
        desk.listen(desk.heard.append)
        await desk.open()
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        if desk.is_open:
            await desk.close()


@pytest.fixture
async def desk(desks):
    return await desks()


async def until(condition, patience=5.0):
    """Wait until `condition()` holds; the test fails when it never does."""
    async with asyncio.timeout(patience):
        while not condition():
            await asyncio.sleep(0.005)
    return condition()


@pytest.fixture(name="until")
def until_fixture():
    return until
