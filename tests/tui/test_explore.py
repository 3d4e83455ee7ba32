"""Inside a sample: what is shown, what the keys do, what happens when the model does not answer."""

import asyncio

import pytest

from curator.domain.surprise import CLASSES
from curator.tui.screens.explore import ExploreScreen
from curator.tui.widgets.path_view import PathView
from curator.tui.widgets.token_text import TokenText
from curator.tui.widgets.word_panel import Bars, WordPanel


def lines(screen, kind):
    """Return what a widget shows, as text."""
    widget = screen.query_one(kind)
    return [strip.text.rstrip() for strip in widget._drawn]


@pytest.fixture
def inside(script):
    """Go inside the chosen sample and wait until everything is known of it."""

    async def go(pilot, *keys):
        await pilot.press("i", *keys)
        screen = pilot.app.screen
        await script.until(lambda: screen.look.shares and screen.way.is_read(screen.way.point))
        await pilot.pause()
        return screen

    return go


async def test_the_numbers_of_the_piece_under_the_cursor_are_said(stage, inside):
    async with stage.open() as pilot:
        screen = await inside(pilot)
        assert isinstance(screen, ExploreScreen)
        legend, numbers = lines(screen, WordPanel)
        assert all(f"{c.name} {c.bounds}" in legend for c in CLASSES)
        pieces = screen.look.surprise
        assert f"“{pieces[0][0]}”  {pieces[0][1]:.2f} nats" in numbers
        await pilot.press("right", "right")
        assert f"“{pieces[2][0].strip()}”  {pieces[2][1]:.2f} nats" in lines(screen, WordPanel)[1]
        await pilot.press("end", "right")
        assert f"{pieces[-1][1]:.2f} nats" in lines(screen, WordPanel)[1]
        await pilot.press("home", "left")
        assert f"{pieces[0][1]:.2f} nats" in lines(screen, WordPanel)[1]


async def test_the_question_is_about_the_text_as_it_stands_and_its_song(stage, script, inside):
    async with stage.open() as pilot:
        desk, card = pilot.app.desk, pilot.app.review.card
        desk.judging.edit(card.sample.id, "It hums.")
        await inside(pilot)
        kind, text, song = desk.engine.asked[0]
        assert (kind, text, song.title) == ("surprisal", "It hums.", "Lanterns")


async def test_bars_are_of_the_word_under_the_cursor(stage, inside):
    async with stage.open() as pilot:
        screen = await inside(pilot)
        await pilot.press("right")
        word = screen.look.shares[1]
        title, *rows = lines(screen, Bars)
        assert f"“{word[0].strip()}”" in title
        shown = " ".join(rows)
        for name, nats in word[1].items():
            assert f"{nats:+.2f}".replace("-", "−") in shown, name
        assert "energy 0.63" in shown
        assert "latent z" in shown


async def test_down_goes_by_lines_and_then_to_the_walk(stage, inside):
    async with stage.open(size=(60, 24)) as pilot:
        screen = await inside(pilot)
        await pilot.press("down")
        assert screen.part == "text"
        first_line = lines(screen, TokenText)[0]
        assert screen.look.pieces[screen.cursor].strip() not in first_line.split()[:1]
        await pilot.press("down", "down")
        assert screen.part == "walk"
        await pilot.press("up")
        assert screen.part == "text"


async def test_down_gets_to_the_walk_also_where_no_surprisals_are(stage, script):
    async with stage.open(size=(60, 24)) as pilot:
        pilot.app.desk.engine.refuses = {"surprisal": "the model broke"}
        await pilot.press("i")
        screen = pilot.app.screen
        await script.until(lambda: screen.look.surprise_error)
        await pilot.pause()
        assert len(lines(screen, TokenText)) > 1
        await pilot.press("down")
        assert screen.part == "walk"


async def test_of_a_very_long_text_only_the_beginning_is_weighed(stage, inside):
    async with stage.open() as pilot:
        screen = await inside(pilot)
        screen.look.shares = screen.look.shares[:3]
        screen.show_text()
        assert "nats that each added" in lines(screen, Bars)[0]
        await pilot.press("end")
        assert "weighed is only the beginning of so long a text" in lines(screen, Bars)[0]


async def test_walking(stage, script, inside):
    async with stage.open() as pilot:
        engine = pilot.app.desk.engine
        screen = await inside(pilot)
        view = screen.query_one(PathView)
        assert (view.facts.start.number, view.facts.end.number) == (1, 2)
        await pilot.press("tab", "right", "right")
        assert screen.way.point == 2
        await script.until(lambda: screen.way.next_unread(ahead=True) is None)
        await pilot.pause()
        path = lines(screen, PathView)
        assert "0.33" in path[2]
        assert "●" in path[2]
        assert "being written" not in path[2]
        assert any(screen.way.readings[2].text in line for line in path[3:])
        asked = len(engine.asked)
        await pilot.press("end", "left", "home", "left")
        assert screen.way.point == 0
        assert len(engine.asked) == asked  # what was written once is not written again
        points = {z for kind, z, _ in engine.asked if kind == "decode"}
        seeds = {seed for kind, _, seed in engine.asked if kind == "decode"}
        assert (len(points), len(seeds)) == (7, 1)


async def test_a_text_streams_in_and_is_called_off_when_left(stage, script):
    async with stage.open() as pilot:
        engine = pilot.app.desk.engine
        await pilot.press("i")
        screen = pilot.app.screen
        await script.until(lambda: screen.look.shares)
        engine.stop_at = {0: 1}
        engine.silent = False
        await pilot.press("tab", "right")
        await script.until(lambda: 1 in screen.way.readings)
        await pilot.pause()
        assert not screen.way.is_read(1)
        assert "being written" in lines(screen, PathView)[2]
        await pilot.press("left")
        assert screen.way.point == 0
        await pilot.press("right")
        engine.go_on()
        await script.until(lambda: screen.way.is_read(1))


async def test_no_key_waits_for_the_model(stage, script):
    async with stage.open() as pilot:
        engine = pilot.app.desk.engine
        engine.silent = True
        await pilot.press("i", "right", "down", "tab", "right", "enter", "o")
        screen = pilot.app.screen
        assert "the model is reading the text" in lines(screen, WordPanel)[0]
        await pilot.press("escape")
        assert pilot.app.screen is pilot.app.review
        await script.until(lambda: "surprisal" in {what[0] for what in engine.cancelled})


async def test_samples_are_written_first(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        app.desk.engine.stop_at = {5: 0.5, 6: 0, 7: 0, 8: 0, 9: 0}
        await pilot.press("g", "i")
        await script.until(lambda: app.desk.writing.current is not None)
        await asyncio.sleep(0.05)
        assert app.desk.engine.asked == []
        assert "written first" in lines(app.screen, WordPanel)[0]
        app.desk.engine.go_on()
        await script.until(lambda: app.screen.look.shares)


async def test_what_fails_says_why_and_the_rest_works(stage, script):
    async with stage.open() as pilot:
        engine = pilot.app.desk.engine
        engine.refuses = {
            "contributions": "ngram cannot tell what its conditions contribute",
            "decode": "ngram has no latent space",
        }
        await pilot.press("i")
        screen = pilot.app.screen
        await script.until(lambda: screen.look.shares_error and screen.way.error)
        await pilot.pause()
        assert "nats" in lines(screen, WordPanel)[1]
        assert "ngram cannot tell" in lines(screen, Bars)[0]
        assert "Only a model with a latent space" in " ".join(lines(screen, PathView))
        engine.refuses = {"surprisal": "the model broke"}
        await pilot.press("j")
        await script.until(lambda: screen.look.surprise_error)
        await pilot.pause()
        assert "the model broke" in lines(screen, WordPanel)[0]


async def test_after_a_failed_point_the_walk_is_seen_again(stage, script, inside):
    async with stage.open() as pilot:
        engine = pilot.app.desk.engine
        screen = await inside(pilot)
        engine.refuses = {"decode": "out of memory"}
        await pilot.press("tab")
        await script.until(lambda: screen.way.error)
        await pilot.pause()
        said = " ".join(lines(screen, PathView))
        assert "out of memory" in said
        assert "latent space" not in said
        engine.refuses = {}
        await pilot.press("right")
        await script.until(lambda: not screen.way.error and screen.way.readings)
        await script.until(lambda: "out of memory" not in " ".join(lines(screen, PathView)))


async def test_a_kept_point_is_a_sample_like_any_other(stage, script, inside):
    async with stage.open() as pilot:
        app = pilot.app
        screen = await inside(pilot, "tab", "right")
        way, request_id = screen.way, screen.request_id
        await pilot.press("enter", "enter")
        cards = app.desk.cards.of(request_id)
        assert len(cards) == 6  # once, however often enter is pressed
        sample = cards[-1].sample
        assert (cards[-1].number, sample.text) == (6, way.readings[1].text)
        assert (sample.z, sample.seed, sample.row) == (way.walk.points[1], way.walk.seed, 0)
        assert (sample.model, sample.weights) == ("cvae-small", "a1b2c3")
        assert "✓ kept" in lines(screen, PathView)[2]
        assert not any(card.judgement.verdict for card in cards)
        await pilot.press("escape")
        assert app.review.card.sample.id == sample.id
        await pilot.press("a")
        assert app.desk.ledger.session.judgement(sample.id).verdict == "approve"
        await pilot.press("left", "g")
        await script.settled(pilot)
        later = {card.sample.id: card.number for card in app.desk.cards.of(request_id)}
        assert later[sample.id] == 11  # behind the rows of the request's own


async def test_a_walk_that_starts_at_the_last_sample_survives_what_is_kept_of_it(
    stage, script, inside
):
    async with stage.open() as pilot:
        await pilot.press("end")
        screen = await inside(pilot, "tab", "right")
        await script.until(lambda: screen.way.next_unread(ahead=True) is None)
        way = screen.way
        assert (screen.card.number, screen.other.number) == (5, 1)
        await pilot.press("enter")
        await pilot.pause()
        assert (screen.way, screen.other.number) == (way, 1)
        assert "✓ kept" in lines(screen, PathView)[2]
        await pilot.press("right")
        assert "0.33" in lines(screen, PathView)[2]


async def test_j_and_o_choose_samples(stage, script, inside):
    async with stage.open() as pilot:
        review = pilot.app.review
        screen = await inside(pilot)
        await pilot.press("j", "j", "k")
        assert screen.card.number == 2
        numbers = []
        for _ in range(4):
            numbers.append(screen.other.number)
            await pilot.press("o")
        assert numbers == [3, 4, 5, 1]
        await pilot.press("q")
        assert review.card.number == 2


async def test_a_sample_alone_can_not_walk(stage, script):
    [request, *_] = script.requests()
    async with stage.open(asked=[request], batch=1) as pilot:
        await pilot.press("i")
        screen = pilot.app.screen
        await script.until(lambda: screen.look.shares)
        await pilot.press("tab", "right", "o", "enter", "end")
        assert "only one sample" in lines(screen, PathView)[0]


async def test_clicks(stage, script, inside):
    async with stage.open() as pilot:
        screen = await inside(pilot)
        await pilot.click(TokenText, offset=(8, 0))
        assert screen.cursor > 0
        [column] = [n for n, c in enumerate(lines(screen, PathView)[2]) if c == "●"]
        await pilot.click(PathView, offset=(column + 7, 2))
        assert (screen.part, screen.way.point) == ("walk", 1)
        await pilot.click(PathView, offset=(20, 1))
        assert screen.other.number == 3
        await script.until(lambda: screen.way.next_unread(ahead=True) is None)
        await pilot.pause()
        await pilot.click(PathView, offset=(20, 7))
        assert screen.way.point == 4
        await pilot.click(TokenText, offset=(3, 0))
        assert screen.part == "text"


async def test_there_has_to_be_a_sample(stage):
    async with stage.open(asked=[]) as pilot:
        await pilot.press("i")
        assert pilot.app.screen is pilot.app.review


async def test_the_palette_offers_what_works_here(stage, inside):
    from curator.tui.palette import DeskCommands

    async with stage.open() as pilot:
        screen = await inside(pilot)
        ids = {command.id for command, _ in DeskCommands(screen)._offered()}
        assert {"keep-point", "back", "theme", "leave"} <= ids
        assert not ids & {"approve", "explore", "new"}
        here = {command.id for command, _ in DeskCommands(pilot.app.review)._offered()}
        assert "explore" in here
        assert "keep-point" not in here


async def test_text_from_outside_does_nothing(stage, script, inside):
    lines_ = ["\x1b[31mred\x07 \u202eevil [bold]x[/] \n twice   spaced", *script.LINES[1:]]
    async with stage.open(engine=script.Engine(lines_)) as pilot:
        await inside(pilot, *["right"] * 5)
        await pilot.press("tab", "right", "tab", "end")
        svg = pilot.app.export_screenshot(simplify=True)
        assert "\x1b" not in svg
        assert "\u202e" not in svg
