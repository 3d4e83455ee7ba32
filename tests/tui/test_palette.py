"""The palette offers what can be done where it is opened, and nothing else."""

import pytest
from textual.widgets import OptionList


async def offered(pilot):
    """Open the palette; return the names of what it offers."""
    await pilot.press("ctrl+p")
    await pilot.pause(0.3)
    options = pilot.app.screen.query_one(OptionList).options
    return {str(option.prompt).splitlines()[0].split("  [")[0] for option in options}


async def test_at_the_desk_it_offers_what_the_desk_can_do(stage):
    async with stage.open() as pilot:
        assert {"approve", "reject", "edit", "outbox", "quit"} <= await offered(pilot)


@pytest.mark.parametrize("key", ["e", "slash"])
async def test_while_something_is_typed_the_desk_s_own_actions_are_left_out(stage, key):
    async with stage.open() as pilot:
        await pilot.press(key)
        assert await offered(pilot) == {"themes", "quit"}


async def test_in_a_dialog_it_offers_what_the_dialog_can_do(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("t", *script.typed("warm"))
        assert await offered(pilot) == {"done", "cancel", "quit"}
        await pilot.press(*script.typed("done"))
        await pilot.pause(0.3)
        await pilot.press("enter")
        await script.until(lambda: app.review.card.judgement.tags == ("warm",))
