"""What is open is closed once, however often that is asked for, and by every key that should."""

import pytest

from curator.tui.pauses import caught_up
from curator.tui.screens.sitting import SittingScreen
from tests.tui.test_bursts import at_once


async def test_the_key_that_accepts_closes_the_help(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("question_mark", "ctrl+s")
        await script.settled(pilot)
        assert app.screen is app.review


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (["question_mark"], ["q", "q"]),
        (["t", "f"], ["enter", "enter"]),
        (["q"], ["escape", "escape", "escape"]),
    ],
)
async def test_what_is_closed_twice_takes_nothing_else_away(stage, script, opening, closing):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press(*opening)
        await pilot.pause()
        assert app.screen is not app.review
        at_once(app, *closing)
        await script.until(lambda: len(app.screen_stack) < 3)
        await script.settled(pilot)
        assert app.screen is app.review
        await pilot.press("x")
        assert app.desk.tally.counts() == (1, 0, 1, 0)


async def test_what_is_chosen_twice_in_the_palette_is_done_once(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "ctrl+p", *script.typed("next sample"))
        await pilot.pause(0.3)
        await pilot.press("down")
        at_once(app, "enter", "enter")
        await script.until(lambda: len(app.screen_stack) < 3)
        await script.settled(pilot)
        assert app.screen is app.review
        assert app.review.at == 1


async def test_asked_to_leave_twice_it_leaves(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "ctrl+q", "ctrl+q")
        await script.until(lambda: app.return_code is not None)
    assert not app.desk.is_open


async def test_how_to_leave_is_read_in_a_narrow_terminal_too(stage, script):
    async with stage.open(size=(60, 24)) as pilot:
        await pilot.press("q")
        await script.until(lambda: isinstance(pilot.app.screen, SittingScreen))
        await pilot.pause()
        figures = pilot.app.screen.query_one("#figures")
        assert figures.parent.region.contains_region(figures.region)
        assert "esc goes back." in " ".join(" ".join(s.text for s in figures._drawn).split())


@pytest.mark.parametrize("keys", [("q", "x", "j", "o", "escape"), ("ctrl+q", "a", "a", "e")])
async def test_keys_behind_those_that_leave_do_no_harm(stage, script, keys):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, *keys)
        await script.until(lambda: app.return_code is not None)
    assert not app.desk.is_open


async def test_a_page_that_has_ended_is_not_waited_for(stage):
    async with stage.open() as pilot:
        screen = pilot.app.screen
    await caught_up(screen)
