"""Deciding goes on to the next request, wherever the one that was decided on went."""

from dataclasses import replace

import pytest

from curator.domain.records import Song


@pytest.fixture
def eight(script):
    """Requests 0 to 7."""
    base = script.requests()[0]
    songs = [Song(f"Artist {n}", f"Title {n}", ("pop",), {}, "file") for n in range(8)]
    return [replace(base, id=f"R{n}", song=song) for n, song in enumerate(songs)]


async def at_third(pilot, script, filter):
    """Go to request 3 with a filter kept."""
    if filter:
        await pilot.press("slash", *script.typed(filter), "enter")
        await script.settled(pilot)
    await pilot.press("right", "right", "right")
    await script.settled(pilot)
    assert pilot.app.review.request_id == "R3"


@pytest.mark.parametrize("filter", ["", "state:open"])
@pytest.mark.parametrize("keys", [["a"], ["space"], [*"xxxxx", "right"]])
async def test_the_next_one_is_that_behind_it(stage, script, eight, keys, filter):
    async with stage.open(asked=eight) as pilot:
        await at_third(pilot, script, filter)
        await pilot.press(*keys)
        await script.settled(pilot)
        assert pilot.app.review.request_id == "R4"


async def test_the_one_before_a_request_that_left_is_still_that(stage, script, eight):
    async with stage.open(asked=eight) as pilot:
        await at_third(pilot, script, "state:open")
        await pilot.press(*"xxxxx", "left")
        await script.settled(pilot)
        assert pilot.app.review.request_id == "R2"


async def test_approving_again_what_an_earlier_sitting_approved_goes_on_behind_it(
    stage, script, eight
):
    async with stage.open(asked=eight) as pilot:
        await at_third(pilot, script, "")
        await pilot.press("a")
        await script.settled(pilot)
    async with stage.open() as pilot:
        await pilot.press("u")
        await script.settled(pilot)
        assert pilot.app.review.request_id == "R3"
        await pilot.press("a")
        await script.settled(pilot)
        assert pilot.app.review.request_id == "R4"


async def test_putting_off_goes_round_all_that_are_put_off(stage, script, eight):
    async with stage.open(asked=eight[:3]) as pilot:
        seen = []
        for _ in range(6):
            await pilot.press("space")
            await script.settled(pilot)
            seen.append(pilot.app.review.request_id)
        assert seen == ["R1", "R2", "R0", "R1", "R2", "R0"]


async def test_what_is_approved_is_not_put_off_and_that_is_said(stage, script, eight):
    async with stage.open(asked=eight[:3]) as pilot:
        app = pilot.app
        await pilot.press("a", "left", "space")
        await script.settled(pilot)
        assert app.review.request_id == "R1"
        assert app.desk.queue.state("R0") == "approved"
        assert app.review.query_one("#status").facts.text == (
            "Artist 0 – Title 0 is approved already, so it is not put off"
        )
