"""Typing a filter: where it leaves the curator, the keys and the queue."""

import pytest

from curator.tui.keys import FOOTER
from curator.tui.widgets.key_bar import hint_of

START = "0REQUEST2"
"""The request that the curator is on: one of Ada Moss's."""


async def typed(pilot, script, text, *keys):
    """Type a filter so slowly that each letter is used."""
    await pilot.press("slash")
    for key in script.typed(text):
        await pilot.press(key)
        await script.settled(pilot)
    await pilot.press(*keys)
    await script.settled(pilot)


def plate(app):
    return "\n".join(
        "".join(text for text, _ in line) for line in app.review.query_one("#plate").facts
    )


def footer(app):
    return app.review.query_one("#keys").facts


async def test_a_request_that_passes_is_stayed_with_or_come_back_to(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("right", "right")
        await typed(pilot, script, "state:o")
        assert app.review.request_id is None
        await pilot.press("p", "e", "n")
        await script.settled(pilot)
        assert app.review.request_id == START
        await pilot.press("enter")
        await script.settled(pilot)
        assert app.review.request_id == START


async def test_escape_goes_back_to_where_one_was(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("right", "right")
        await typed(pilot, script, "nobody", "escape")
        assert app.review.request_id == START


async def test_once_kept_escape_stays_where_one_is(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("right", "right")
        await typed(pilot, script, "state:open", "enter", "left", "escape")
        assert len(app.desk.queue.ids()) == 6
        assert app.review.request_id == "0REQUEST1"


@pytest.mark.parametrize("width", [120, 70])
@pytest.mark.parametrize("tabs", [0, 1])
async def test_the_queue_is_shown_or_hidden_again_as_it_was(stage, script, width, tabs):
    async with stage.open(size=(width, 24)) as pilot:
        side = pilot.app.review.query_one("#side")
        await pilot.press(*["tab"] * tabs)
        await pilot.pause()
        before = side.display
        assert before == ((width == 120) != bool(tabs))
        await pilot.press("slash")
        await pilot.pause()
        assert side.display
        await pilot.press("escape")
        await pilot.pause()
        assert side.display == before


async def test_a_queue_that_was_hidden_with_the_filter_kept_stays_hidden(stage, script):
    async with stage.open() as pilot:
        side = pilot.app.review.query_one("#side")
        await typed(pilot, script, "moss", "enter", "tab", "escape")
        assert not pilot.app.desk.queue.filter.terms
        assert not side.display


async def test_a_click_on_a_request_keeps_the_filter_and_keys_judge_again(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "state:open")
        await pilot.click("#queue", offset=(8, 2))
        await script.settled(pilot)
        second = app.desk.queue.ids()[1]
        assert app.review.request_id == second
        await pilot.press("x")
        assert app.review.filter_line.text == "state:open"
        assert app.desk.tally.counts()[2] == 1
        assert app.review.request_id == second


async def test_a_click_on_a_sample_does_too(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "state:open")
        await pilot.click("#cards", offset=(20, 4))
        await script.settled(pilot)
        assert app.review.at == 1
        await pilot.press("x")
        assert app.review.filter_line.text == "state:open"
        assert app.review.slots[1].card.judgement.verdict == "reject"


async def test_a_click_leaves_a_filter_that_is_not_understood(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "mood:sad")
        await pilot.click("#queue", offset=(8, 2))
        await script.settled(pilot)
        assert app.review.filter_line is None
        assert app.review.request_id == "0REQUEST1"
        assert app.focused is None


async def test_the_footer_follows_a_click_into_the_line(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "moss", "enter")
        await pilot.click("#filter-line")
        await pilot.pause()
        assert footer(app) == tuple(hint_of(name, {}) for name in FOOTER["filtering"])
        await pilot.press("escape")
        await pilot.pause()
        assert footer(app) == tuple(hint_of(name, {}) for name in FOOTER["judging"])


async def test_when_all_that_match_are_judged_it_says_that(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "lanterns", "enter", "a")
        assert len(app.desk.queue.ids()) == 1
        assert app.review.request_id is None
        assert "All that match the filter are judged" in plate(app)
        await pilot.press("escape")
        await script.settled(pilot)
        assert app.review.request_id == "0REQUEST1"


async def test_a_click_beside_an_edit_leaves_it_the_focus_while_a_filter_is_kept(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await typed(pilot, script, "moss", "enter", "e")
        await script.settled(pilot)
        field = app.review.editor
        await pilot.click(offset=(field.region.x - 3, field.region.y))
        await script.settled(pilot)
        await pilot.press("Z")
        assert "Z" in field.text
