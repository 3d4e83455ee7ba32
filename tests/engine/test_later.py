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

    async def decode(self, z, song, **how):
        yield z, song, how

    async def encode(self, text, song):
        return "encoded", text, song

    async def surprisal(self, text, song):
        return "surprisal", text, song

    async def contributions(self, text, song, *, z):
        return "contributions", text, song, z

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


async def test_questions_are_passed_on():
    later = LaterEngine(Made)
    with pytest.raises(RuntimeError):
        await later.surprisal("text", "song")
    await later.start()
    how = {"seed": 1, "temperature": None, "top_p": 0.9}
    assert [e async for e in later.decode(["z"], "song", seed=1)] == [(["z"], "song", how)]
    assert await later.encode("text", "song") == ("encoded", "text", "song")
    assert await later.surprisal("text", "song") == ("surprisal", "text", "song")
    asked = await later.contributions("text", "song", z="z")
    assert asked == ("contributions", "text", "song", "z")
