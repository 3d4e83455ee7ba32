"""Keys that come all at once, as over a slow line: each is what it would be alone."""

import pytest
from textual import events
from textual.keys import key_to_character
from textual.widgets import TextArea

from curator.tui.screens.sitting import SittingScreen
from curator.tui.widgets.filter_line import FilterLine


def at_once(app, *keys):
    """Give the app keys before it can act on the first of them."""
    for key in keys:
        app.post_message(events.Key(key, key_to_character(key)))


@pytest.mark.parametrize("key", ["ctrl+s", "enter"])
async def test_what_is_typed_right_before_saving_is_saved(stage, script, key):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        at_once(app, "o", "h", "y", key)
        await script.until(lambda: app.review.editor is None)
        await script.settled(pilot)
        assert app.review.card.text.endswith("stands in it.ohy")
        assert app.review.card.judgement.text == app.review.card.text


@pytest.mark.parametrize("key", ["ctrl+s", "enter"])
async def test_a_key_right_behind_saving_is_the_desk_s(stage, script, key):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        at_once(app, "o", "h", key, "a")
        await script.until(lambda: app.desk.tally.counts()[1])
        (judged,) = app.desk.ledger.session.approved()
        assert app.desk.ledger.session.judgement(judged).text.endswith("stands in it.oh")


async def test_nothing_typed_right_before_leaving_is_lost(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        sample = app.review.card.sample.id
        at_once(app, "o", "h", "y", "ctrl+q")
        await script.until(lambda: isinstance(app.screen, SittingScreen))
        draft = app.desk.ledger.session.judgement(sample).draft
        assert draft.endswith("stands in it.ohy")
        await pilot.pause()


async def test_saved_right_before_leaving_it_is_saved(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        sample = app.review.card.sample.id
        at_once(app, "o", "h", "y", "enter", "ctrl+q")
        await script.until(lambda: isinstance(app.screen, SittingScreen))
        await pilot.pause()
        assert app.desk.ledger.session.judgement(sample).text.endswith("stands in it.ohy")


async def test_a_paste_right_before_saving_is_saved(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        app.post_message(events.Paste(" and  on"))
        at_once(app, "enter")
        await script.until(lambda: app.review.editor is None)
        await script.settled(pilot)
        assert app.review.card.text.endswith("stands in it. and on")


@pytest.mark.parametrize("again", [False, True])
async def test_keys_right_behind_edit_judge_nothing(stage, script, again):
    async with stage.open() as pilot:
        app = pilot.app
        if again:
            await pilot.press("e", "escape")
            await script.settled(pilot)
        at_once(app, "e", "a", "x")
        await script.until(lambda: app.review.editor is not None)
        await script.settled(pilot)
        assert app.desk.tally.counts() == (0, 0, 0, 0)
        assert app.review.request_id == "0REQUEST0"
        assert app.review.editor.text.endswith("stands in it.ax")


async def test_keys_right_behind_the_filter_s_are_typed_there(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "slash", "j", "a", "z", "z")
        await script.until(lambda: isinstance(app.focused and app.focused.parent, FilterLine))
        await script.settled(pilot)
        assert app.desk.tally.counts() == (0, 0, 0, 0)
        assert app.review.filter_line.text == "jazz"


@pytest.mark.parametrize(("key", "before"), [("t", ""), ("n", ""), ("s", "Night Ferry")])
async def test_keys_right_behind_a_dialog_s_are_typed_there(stage, script, key, before):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, key, "a", "x", "y")
        await script.until(lambda: app.screen is not app.review and app.focused is not None)
        await pilot.pause()
        field = app.focused
        text = field.text if isinstance(field, TextArea) else field.value
        assert text == f"{before}axy"
        assert app.desk.tally.counts() == (0, 0, 0, 0)


async def test_a_paste_right_behind_edit_is_in_the_text(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "e")
        app.post_message(events.Paste(" pasted"))
        await script.until(lambda: app.review.editor is not None)
        await script.settled(pilot)
        assert app.review.editor.text.endswith("stands in it. pasted")


async def test_a_key_right_behind_quit_judges_nothing(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "q", "a")
        await script.until(lambda: app.return_code is not None)
        assert app.desk.tally.counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_a_key_right_behind_the_filter_is_the_desk_s(stage, script, key):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "slash", "n", "i", "g", key, "x")
        await script.until(lambda: app.desk.tally.counts()[2])
        await script.settled(pilot)
        line = app.review.filter_line
        assert (line and line.text) == ("nig" if key == "enter" else None)
        assert app.focused is None


async def test_a_filter_that_is_not_understood_keeps_what_is_typed_behind_it(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        at_once(app, "slash", *"mood", "colon", "s", "enter", "x")
        await script.until(lambda: app.review.filter_line and len(app.review.filter_line.text) > 6)
        await script.settled(pilot)
        assert app.review.filter_line.text == "mood:sx"
        assert app.desk.tally.counts() == (0, 0, 0, 0)


async def test_a_key_right_behind_leaving_the_text_is_the_desk_s(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        at_once(app, "e", "o", "h", "escape", "x")
        await script.until(lambda: app.desk.tally.counts()[2])
        draft = app.desk.ledger.session.judgement(sample).draft
        assert draft.endswith("stands in it.oh")


async def test_a_key_in_a_terminal_that_lost_the_focus_is_still_the_text_s(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e")
        app.post_message(events.AppBlur())
        await pilot.pause()
        at_once(app, "o", "h")
        await script.settled(pilot)
        assert app.review.editor.text.endswith("stands in it.oh")
