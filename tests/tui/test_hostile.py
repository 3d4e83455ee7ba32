"""Text that wants to be more than text: nothing of it is obeyed, nothing breaks."""

import re
from dataclasses import replace

import pytest

from curator.domain.records import Request, Sample, Song

NASTY = (
    "[red]not red[/red] [/] [@click=app.quit]press[/] [bold",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    "left \u202eright\u202c \u2066iso\u2069 \u200b\u200d zero",
    "nul \x00 bell \x07 back \x08\x7f \x9b31m",
    "zalgo " + "e" + "\u0301" * 50,
    "家族 👩‍👩‍👧 🇩🇪 ＠ｗｉｄｅ",
    "lone \ud800 half",
    "x" * 100_000,
    "tab\tline\r\nfeed",
    "",
)
ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def asked():
    made = []
    for n, text in enumerate(NASTY):
        clean = text.encode("utf-8", "replace").decode()
        song = Song(clean[:500] or None, clean[:500] or None, (clean[:200].replace("\n", " "),), {})
        made.append(Request(f"R{n}", "not a time", clean[:20], clean, song, clean[:100] or None))
    return made


def painted(app):
    """Return all text that the compositor puts on the screen."""
    return "".join(
        segment.text for strip in app.screen._compositor.render_strips() for segment in strip
    )


@pytest.mark.parametrize("size", [(120, 40), (60, 16)])
async def test_nothing_on_the_screen_acts(stage, script, size):
    lines = tuple(text.encode("utf-8", "replace").decode() for text in NASTY)
    async with stage.open(asked=asked(), engine=script.Engine(lines), size=size, batch=10) as pilot:
        app = pilot.app
        for _ in NASTY:
            await script.settled(pilot)
            await pilot.press("j", "down", "end")
            await pilot.pause()
            assert not ACTED_ON.search(painted(app))
            assert len(app.review.slots) in (0, 10)
            await pilot.press("l")
        assert app.return_code is None
        assert len(app.desk.ledger.session.approved()) == 0


async def test_dialogs_with_such_text(stage, script):
    lines = tuple(text.encode("utf-8", "replace").decode() or "-" for text in NASTY)
    async with stage.open(asked=asked()[:7], engine=script.Engine(lines)) as pilot:
        app = pilot.app
        for _ in range(6):
            await script.settled(pilot)
            before = app.desk.ledger.song(app.review.request_id)
            await pilot.press("s")
            await pilot.pause()
            assert not ACTED_ON.search(painted(app))
            await pilot.press("ctrl+s")
            await pilot.pause()
            assert app.desk.ledger.song(app.review.request_id).artist == before.artist
            await pilot.press("j", "e")
            await pilot.pause()
            assert not ACTED_ON.search(painted(app))
            await pilot.press("escape", "y", "l")
        await pilot.press("slash", *script.typed("[red"), "enter")
        await script.settled(pilot)
        assert app.return_code is None


async def test_an_edit_left_untouched_is_no_edit(stage, script):
    async with stage.open(engine=script.Engine((NASTY[2],))) as pilot:
        app = pilot.app
        await pilot.press("e", "ctrl+s")
        await script.settled(pilot)
        card = app.review.slots[0].card
        assert card.judgement.text is None
        assert card.text == NASTY[2]


async def test_imported_samples_of_any_kind(stage, script):
    request = replace(script.requests()[0], id="R0")
    async with stage.open(asked=[request]) as pilot:
        app = pilot.app
        texts = [text.encode("utf-8", "replace").decode() for text in NASTY]
        app.desk.ledger.add(*script.imported("R0", texts))
        app.desk.ledger.add(Sample("odd", "R0", "", "\x00", "imported"))
        await pilot.press("l", "h", *["j"] * 15, "a")
        await script.settled(pilot)
        assert not ACTED_ON.search(painted(app))
