"""A clock that the test moves, and an outbox with a post in each state."""

from datetime import timedelta

import pytest

from curator.tui.screens.outbox import OutboxScreen


class Time:
    """A clock that the test moves."""

    def __init__(self, script):
        self.now = script.requests_noon

    def __call__(self):
        return self.now

    def pass_by(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time(script):
    return Time(script)


@pytest.fixture
def later(time, pilot_pause):
    """Let time pass, and the sender do what is due then."""

    async def pass_by(pilot, seconds):
        time.pass_by(seconds)
        await pilot.app.desk.posting.work()
        await pilot_pause(pilot)

    return pass_by


@pytest.fixture
def pilot_pause(monkeypatch):
    """Let the screens follow soon; wait until they have.

    A pilot waits up to a second for twenty milliseconds in which nothing happens: ticks must leave
    it some.
    """
    monkeypatch.setattr("curator.tui.screens.going_out.TICK", 0.06)
    monkeypatch.setattr("curator.tui.screens.outbox.TICK", 0.06)

    async def pause(pilot):
        for _ in range(3):
            await pilot.pause(0.03)

    return pause


@pytest.fixture
def outbox(script, pilot_pause):
    """Open the outbox on a post in each state, at the one of this state."""

    async def open_at(pilot, state):
        script.fill_outbox(pilot.app.desk)
        await pilot.press("o")
        screen = pilot.app.screen
        assert isinstance(screen, OutboxScreen)
        screen.post_id = next(id for id in screen.ids if id.endswith(state))
        screen.show_all()
        await pilot_pause(pilot)
        return screen

    return open_at
