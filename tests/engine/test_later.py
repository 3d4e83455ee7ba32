"""An engine that is made when it starts."""

import threading

import pytest

from curator.engine.later import LaterEngine


class Made:
    def __init__(self):
        self.thread = threading.current_thread()
        self.on_state = None
        self.state, self.info, self.error = "ready", "info", "no error"
        self.calls = []

    async def start(self):
        self.calls.append("start")
        self.on_state()

    async def write(self, job):
        yield job

    async def close(self):
        self.calls.append("close")


async def test_it_stands_for_the_engine_once_that_is_made():
    made, told = [], []

    def make():
        made.append(Made())
        return made[-1]

    later = LaterEngine(make)
    later.on_state = lambda: told.append(later.state)
    await later.close()
    assert (later.state, later.info, later.error, made) == ("stopped", None, "", [])
    with pytest.raises(RuntimeError):
        later.write("job")
    await later.start()
    await later.start()
    [engine] = made
    assert engine.thread is not threading.main_thread()
    assert told == ["ready", "ready"]
    assert (later.state, later.info, later.error) == ("ready", "info", "no error")
    assert [event async for event in later.write("job")] == ["job"]
    await later.close()
    assert engine.calls == ["start", "start", "close"]
