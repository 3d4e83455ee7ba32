"""Editing in place: diff, length, drafts that survive."""

import asyncio
import shutil

from textual.events import Key, Paste

from curator.domain.session import Session
from curator.store import Store
from curator.tui.messages import CardsChanged
from curator.tui.widgets.editor import DiffFacts, DiffView, Editor
from curator.tui.wording import editable


def diff_of(app):
    strips = app.review.query_one(DiffView)._drawn
    return "\n".join(strip.text.rstrip() for strip in strips)


async def type_into(pilot, script, text):
    await pilot.press(*script.typed(text))


async def test_typing_shows_diff_and_length_and_types_no_commands(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e", "up", "home")
        await type_into(pilot, script, "ax ")
        await pilot.pause()
        assert app.review.editor.text.startswith("ax The guitars")
        assert "1 word in" in diff_of(app)
        assert "84 of 280" in diff_of(app)
        assert app.review.query_one("#preview").facts.text.startswith("ax The guitars")
        assert app.desk.tally.counts() == (0, 0, 0, 0)
        assert app.review.request_id == "0REQUEST0"


async def test_saving_keeps_the_text_and_the_original(stage, script):
    for key in ("ctrl+s", "enter"):
        async with stage.open() as pilot:
            app = pilot.app
            await pilot.press("home", "e", "end", "backspace", "exclamation_mark", key)
            await script.settled(pilot)
            card = app.review.card
            assert app.review.editor is None
            assert card.text.endswith("stands in it!")
            assert card.judgement.text == card.text
            assert card.sample.text.endswith("stands in it.")
            await pilot.press("u")
            assert app.review.slots[0].card.text.endswith("it.")


async def test_escape_keeps_the_draft_and_e_goes_on_with_it(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("j", "e", "end")
        await type_into(pilot, script, " oh")
        await pilot.press("escape")
        await script.settled(pilot)
        card = app.review.card
        assert card.judgement.draft == card.sample.text + " oh"
        assert card.judgement.text is None
        await pilot.press("k", "j", "e")
        assert app.review.editor.text.endswith(" oh")
        await pilot.press("ctrl+s")
        await script.settled(pilot)
        assert app.review.card.text.endswith(" oh")
        assert app.review.card.judgement.draft is None


async def test_going_back_to_what_stands_leaves_no_draft(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e", "end")
        await type_into(pilot, script, "x")
        await pilot.press("backspace", "escape")
        await script.settled(pilot)
        assert app.review.card.judgement.draft is None


async def test_back_to_the_text_as_written(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e", "up", "home")
        await type_into(pilot, script, "Oh ")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert app.review.editor.text == app.review.card.sample.text
        assert "as it was written" in diff_of(app)
        await pilot.press("ctrl+z")
        assert app.review.editor.text.startswith("Oh ")


async def test_approving_takes_the_draft(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        await pilot.press("e", "end")
        await type_into(pilot, script, " oh")
        await pilot.press("escape", "a")
        now = app.desk.ledger.session.judgement(sample)
        assert (now.verdict, now.text[-3:], now.draft) == ("approve", " oh", None)


async def test_an_empty_text_is_not_kept(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e", "ctrl+end", "ctrl+u", "ctrl+u", "ctrl+s")
        assert app.review.editor is not None
        assert "empty" in app.review.query_one("#status").facts.text


async def test_typing_is_journalled_while_it_goes_on(stage, script, tmp_path):
    """What a killed process leaves on disk holds the draft."""
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        await pilot.press("e", "end")
        await type_into(pilot, script, " never lost")
        await script.until(lambda: not app.review.pauses.is_later("draft"))
        await script.settled(pilot)
        assert app.review.editor is not None
        shutil.copytree(stage.home, tmp_path / "after")
    with Store.open(tmp_path / "after", write=False) as store:
        draft = Session(store.events()).judgement(sample).draft
    assert draft.endswith(" never lost")


async def test_a_draft_is_gone_on_with_after_a_restart(stage, script):
    async with stage.open() as pilot:
        await pilot.press("e", "end")
        await type_into(pilot, script, " tomorrow")
        await pilot.press("ctrl+q", "y")
        await pilot.pause(0.1)
    async with stage.open() as pilot:
        await pilot.press("e")
        assert pilot.app.review.editor.text.endswith(" tomorrow")


async def test_resizing_in_the_middle_of_an_edit(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("j", "e", "end")
        await type_into(pilot, script, " and on")
        for size in ((80, 24), (60, 16), (200, 60), (40, 10), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            editor = app.review.editor
            assert editor.text.endswith(" and on")
            assert app.focused is not None
            if size != (40, 10):
                cards = app.review.query_one("#cards")
                assert editor.region.y == cards.region.y + cards.place_of(app.review.key)
                assert cards.region.contains_region(editor.region) or size == (60, 16)
        await pilot.press("ctrl+s")
        await script.settled(pilot)
        assert app.review.card.text.endswith(" and on")


async def test_clicking_elsewhere_leaves_the_editor(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("e", "end")
        await type_into(pilot, script, " half")
        await pilot.click("#queue", offset=(5, 2))
        await script.settled(pilot)
        assert app.review.editor is None
        assert app.review.request_id == "0REQUEST1"
        first = app.desk.cards.of("0REQUEST0")[0]
        assert first.judgement.draft.endswith(" half")


async def test_samples_that_come_in_do_not_disturb_the_edit(stage, script):
    engine = script.Engine()
    engine.stop_at = {1: 0.3, 2: 0.5, 4: 0.1}
    async with stage.open(engine=engine) as pilot:
        app = pilot.app
        await pilot.press("e", "end")
        await type_into(pilot, script, " mine")
        engine.go_on()
        await script.until(lambda: all(s.card for s in app.review.slots))
        await pilot.pause()
        assert app.review.editor.text.endswith(" mine")
        assert app.review.at == 0


async def test_what_comes_in_while_the_editor_is_made_does_not_disturb_it(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        app.post_message(Key("e", "e"))
        async with asyncio.timeout(60):
            while app.focused is None:
                app.review.post_message(CardsChanged(app.review.request_id))
                await asyncio.sleep(0)
        await script.settled(pilot)
        assert app.review.editor.text.endswith("stands in it.")


def test_what_cannot_be_seen_is_left_out_of_an_edit():
    assert editable("a\u202eb\x1b[31mc\x00") == ("ab[31mc", True)
    assert editable("a\n b") == ("a b", False) or editable("a\n b")[0] == "a b"
    assert editable("fine 👩‍👩‍👧") == ("fine 👩‍👩‍👧", False)
    assert len(editable("x" * 100_000)[0]) == 5000


def test_the_diff_is_told_apart_without_colours():
    lines = DiffView().lines(DiffFacts("one two three", "one 2 three"), 40)
    _, body = list(lines)
    assert [(text.strip(), ink) for text, ink in body if ink != "muted"] == [
        ("two", "removed"),
        ("2", "added"),
    ]


async def test_removed_words_are_struck_and_added_ones_underlined(stage):
    async with stage.open() as pilot:
        await pilot.press("e")
        diff = pilot.app.review.query_one(DiffView)
        assert diff.ink("removed").strike
        assert diff.ink("added").underline
        assert isinstance(pilot.app.review.editor, Editor)


async def test_undoing_a_saved_edit_brings_no_half_typed_draft_back(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        await type_into(pilot, script, " half")
        app.review.keep_draft()
        await type_into(pilot, script, " and whole")
        await pilot.press("enter")
        await script.settled(pilot)
        assert app.review.card.text.endswith("half and whole")
        await pilot.press("u")
        assert app.review.card.judgement.draft is None
        await pilot.press("a")
        assert app.review.slots == [] or app.review.request_id != "0REQUEST0"
        (judged,) = app.desk.ledger.session.approved()
        assert app.desk.ledger.session.judgement(judged).text is None


async def test_an_editor_that_lost_the_focus_is_gone_on_with_and_no_letter_judges(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("slash", "t", "enter")
        await script.settled(pilot)
        await pilot.press("home", "e", "end", "shift+tab", "escape")
        await script.settled(pilot)
        await pilot.press("a", "x")
        assert app.desk.tally.counts() == (0, 0, 0, 0)
        await pilot.press("e")
        await type_into(pilot, script, "!!")
        assert app.review.editor.text.endswith("!!")


async def test_an_emptied_draft_is_none(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        await type_into(pilot, script, "!!")
        await pilot.press("enter", "e", "f7", "backspace", "escape")
        await script.settled(pilot)
        assert app.review.card.judgement.draft is None
        await pilot.press("a")
        (judged,) = app.desk.ledger.session.approved()
        assert app.desk.ledger.session.judgement(judged).text.endswith("it.!!")


async def test_what_a_draft_would_post_is_seen_before_and_said_after(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("home", "e", "end")
        app.post_message(Paste(" la" * 80 + " "))
        await type_into(pilot, script, "la")
        await pilot.press("escape")
        await script.settled(pilot)
        assert app.review.query_one("#preview").facts.text.endswith(" la la la")
        assert app.review.query_one("#preview").facts.length.left < 0
        await pilot.press("a")
        assert "characters too long to post" in app.review.query_one("#status").facts.text
