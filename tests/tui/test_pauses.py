"""What is called in a while is called, however late the machine is."""

from types import SimpleNamespace

import pytest
from textual.app import App

from curator.tui.pauses import Pauses


@pytest.fixture
async def pauses():
    async with App().run_test() as pilot:
        yield Pauses(pilot.app)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 0.01])
async def test_it_comes_even_if_it_is_due_before_it_is_waited_for(pauses, script, seconds):
    called = []
    pauses.later("face", seconds, lambda: called.append(pauses.is_later("face")))
    assert pauses.is_later("face")
    assert not called
    await script.until(lambda: called)
    assert called == [False]


async def test_what_is_said_again_is_called_once(pauses, script):
    called = []
    for n in range(3):
        pauses.later("face", 0.0, lambda n=n: called.append(n))
    pauses.later("stream", 0.01, lambda: called.append("stream"))
    await script.until(lambda: "stream" in called)
    assert called == [2, "stream"]


async def test_what_is_taken_back_is_not_called(pauses, script):
    called = []
    pauses.later("face", 0.0, lambda: called.append("face"))
    pauses.later("stream", 0.01, lambda: called.append("stream"))
    pauses.not_later("face")
    pauses.not_later("never said")
    await script.until(lambda: called)
    assert called == ["stream"]


async def test_nothing_is_called_of_what_is_gone(script):
    called, node = [], SimpleNamespace(call_next=lambda run: run(), display=False)
    pauses = Pauses(node)
    for here in (False, True):
        node.display = here
        pauses.later("face", 0.0, lambda here=here: called.append(here))
        await script.until(lambda: not pauses.is_later("face"))
    assert called == [True]
