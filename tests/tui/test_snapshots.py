"""Pictures of the screens, compared with those that were looked at and found good.

`pytest tests/tui/test_snapshots.py --snapshot-update` renews them; look at them afterwards.
"""

import asyncio
from pathlib import Path

import pytest

SIZES = [(120, 40), (80, 24)]
THEMES = ["curator-dark", "curator-light"]
looks = pytest.mark.parametrize(
    ("size", "theme"),
    [(size, theme) for size in SIZES for theme in THEMES],
    ids=[f"{w}x{h}-{theme[8:]}" for w, h in SIZES for theme in THEMES],
)


@looks
async def test_a_sitting(stage, script, look, size, theme):
    songs = [request for request in script.requests() if request.song.known]
    engine = script.Engine()
    engine.stop_at = {1: 0.6, 2: 0.95, 3: 0.2, 4: 0}
    async with stage.open(size=size, theme=theme, engine=engine, asked=songs) as pilot:
        app = pilot.app
        await look(pilot, "streaming")
        engine.go_on()
        await script.settled(pilot)
        await pilot.press("x", "4", "j", "5", "b", "j", "2", "w", "k")
        await script.settled(pilot)
        await look(pilot, "judged")
        await pilot.press("e", "end", *["backspace"] * 8, *script.typed("about to leave."))
        await look(pilot, "editing")
        await pilot.press("enter", "question_mark")
        await look(pilot, "help")
        await pilot.press("escape", "s", "tab", "tab", "end", *script.typed(", sky"))
        await look(pilot, "song")
        await pilot.press("escape", "n", *script.typed("Slow Comet - Ember Road"), "enter")
        await pilot.press(*script.typed("what a lovely day"))
        readings = app.screen.query_one("#readings")
        await script.until(lambda: [r[0] for r in readings.facts][1:] == ["what a lovely day"])
        await look(pilot, "new")
        await pilot.press("escape", "a", "l", "slash", *script.typed("moss"))
        await script.settled(pilot)
        await look(pilot, "filter")
        await pilot.press("escape", *"aaaa")
        await script.settled(pilot)
        app.desk.judging.stopwatch.total = 754.0
        app.review.show_all()
        await look(pilot, "finished")
        await pilot.press("q")
        await look(pilot, "sitting")


@looks
async def test_posting(stage, script, look, size, theme, monkeypatch):
    asked = script.requests()[1:3]
    async with stage.open(size=size, theme=theme, account=script.X(), asked=asked) as pilot:
        app = pilot.app
        monkeypatch.setattr(app.desk.posting._sending, "work", script.nothing)
        await look(pilot, "to-be-posted")
        await pilot.press("a", "left")
        await script.settled(pilot)
        await look(pilot, "going-out")
        await pilot.press("o")
        script.fill_outbox(app.desk)
        await script.until(lambda: len(app.screen.ids) > 1)
        await pilot.press("home", "j", "k")
        await look(pilot, "outbox")


@looks
async def test_nothing_posted(stage, look, size, theme):
    async with stage.open(size=size, theme=theme, asked=[]) as pilot:
        await pilot.press("o")
        await look(pilot, "outbox-empty")


@looks
async def test_empty(stage, look, size, theme):
    async with stage.open(size=size, theme=theme, asked=[]) as pilot:
        await look(pilot, "empty")


@looks
async def test_opening(stage, script, look, size, theme, monkeypatch):
    stage.home = Path("/home/ann/curator")
    app = stage.app(theme=theme)
    monkeypatch.setattr(app.desk, "open", asyncio.Event().wait)
    async with app.run_test(size=size) as pilot:
        await script.until(lambda: app.is_ready and app.screen is app.review)
        await look(pilot, "opening")


async def test_wide(stage, look):
    async with stage.open(size=(200, 60)) as pilot:
        await pilot.press("j", "3", "l", "l")
        await look(pilot, "wide")


async def test_smallest(stage, look):
    async with stage.open(size=(60, 16)) as pilot:
        await pilot.press("j", "e", "end", "backspace")
        await look(pilot, "smallest")


@pytest.mark.parametrize(
    ("size", "theme"), [((120, 40), "curator-dark"), ((80, 24), "curator-light")],
    ids=["120x40-dark", "80x24-light"],
)  # fmt: skip
async def test_inside_a_sample(stage, script, look, size, theme):
    [request, *_] = script.requests()
    async with stage.open(size=size, theme=theme, asked=[request]) as pilot:
        await pilot.press("j", "i")
        screen = pilot.app.screen
        await script.until(lambda: screen.look.shares and screen.way.is_read(0))
        await pilot.press("right", "right")
        await look(pilot, "text")
        await pilot.press("tab", "right", "right")
        await script.until(lambda: screen.way.next_unread(ahead=True) is None)
        await pilot.press("enter")
        await script.settled(pilot)
        await look(pilot, "walk")
