"""New requests, the song, tags, the filter, help, the palette, leaving."""

import pytest
from textual import events
from textual.widgets import Input

from curator.config import load_settings
from curator.tui.genres import complete, labels, split
from curator.tui.screens.help import HelpScreen
from curator.tui.screens.new_request import NewRequest, Readings
from curator.tui.screens.sitting import SittingScreen
from curator.tui.screens.song import SongDialog
from curator.tui.widgets.slider import Slider


def text_of(widget):
    return "\n".join(strip.text for strip in widget._drawn)


# New requests


async def test_typed_lines_become_requests(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("n", *script.typed("Slow Comet - Ember Road"), "enter")
        await pilot.press(*script.typed("what a day"))
        readings = app.screen.query_one(Readings)
        await script.until(lambda: len(readings.facts) == 2)
        assert readings.facts[0][1] == "Slow Comet – Ember Road"
        await pilot.pause()
        assert "no song found" in text_of(readings)
        await pilot.press("ctrl+s")
        await script.until(lambda: len(app.desk.ledger.requests) == 8)
        await script.settled(pilot)
        assert app.review.request_id == "0REQUEST0"


async def test_a_single_one_is_turned_to(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("n", *script.typed("Slow Comet - Ember Road"), "ctrl+s")
        await script.until(lambda: len(app.desk.ledger.requests) == 7)
        await script.settled(pilot)
        assert app.desk.ledger.song(app.review.request_id).artist == "Slow Comet"
        assert len(app.review.slots) == 5


async def test_it_may_be_closed_while_what_was_typed_is_read(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("n", *script.typed("Slow Comet - Ember Road"))
        dialog = app.screen
        await pilot.press("escape")
        await script.until(lambda: app.screen is app.review and not dialog.is_running)
        await dialog._read_lines()  # as if its thread had taken so long


async def test_nothing_typed_is_said_and_escape_keeps_the_text(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("n", "ctrl+s")
        assert isinstance(app.screen, NewRequest)
        await pilot.press(*script.typed("Slow"), "escape", "n")
        assert app.screen.text == "Slow"
        await pilot.press("escape")
        assert len(app.desk.ledger.requests) == 6


async def test_what_is_typed_and_not_taken_in_is_there_the_next_time(stage, script):
    async with stage.open() as pilot:
        await pilot.press("n")
        await pilot.press(*script.typed("Foo - Bar"))
        await pilot.press("ctrl+q")
        await pilot.pause()
        lines = text_of(pilot.app.screen.query_one("#figures"))
        assert "1 line of new requests" in " ".join(lines.split())
        await pilot.press("x")
    async with stage.open() as pilot:
        await pilot.press("n")
        assert pilot.app.screen.text == "Foo - Bar"
        await pilot.press("ctrl+s")
        await script.settled(pilot)
        await pilot.press("n")
        assert pilot.app.screen.text == ""
    assert not (stage.home / "asked.txt").exists()


async def test_typing_is_written_aside_while_it_goes_on(stage, script):
    async with stage.open() as pilot:
        await pilot.press("n")
        await pilot.press(*script.typed("Foo"))
        file = stage.home / "asked.txt"
        await script.until(file.exists)
        assert file.read_text("utf-8") == "Foo"


async def test_what_is_pasted_at_the_desk_is_looked_over_first(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        app.post_message(events.Paste("a – b\nx\x1b[31m – y\u202e"))
        await script.until(lambda: isinstance(app.screen, NewRequest))
        assert app.desk.tally.counts() == (0, 0, 0, 0)
        await script.until(lambda: len(app.screen.query_one(Readings).facts) == 2)


# The song


async def test_a_song_is_named_and_written_for(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("l", "l", "l", "l")
        assert app.review.situation == "no song"
        await pilot.press("s", *script.typed("Ada Moss"), "tab", *script.typed("Slack Water"))
        await pilot.press("tab", *script.typed("tech"))
        await pilot.pause(0.05)
        await pilot.press("right", *script.typed(", dream p"))
        await pilot.pause(0.05)
        await pilot.press("right", "tab", "right", "right", "down", *"0.9")
        await pilot.press("ctrl+s")
        await script.settled(pilot)
        song = app.desk.ledger.song("0REQUEST4")
        assert (song.artist, song.title) == ("Ada Moss", "Slack Water")
        assert song.genres == ("techno", "dream pop")
        assert song.features == {"danceability": 0.55, "energy": 0.9}
        assert song.source == "curator"
        assert len(app.review.slots) == 5
        await pilot.press("u")
        assert not app.desk.ledger.song("0REQUEST4").known


async def test_a_wrong_number_is_not_taken(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("s")
        slider = app.screen.query_one("#feature-energy", Slider)
        slider.focus()
        await pilot.press("7", "ctrl+s")
        assert isinstance(app.screen, SongDialog)
        assert slider.has_focus
        await pilot.press("backspace", "delete", "ctrl+s")
        await script.settled(pilot)
        assert "energy" not in app.desk.ledger.song("0REQUEST0").features


async def test_escape_changes_nothing(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        before = app.desk.ledger.song("0REQUEST0")
        await pilot.press("s", *script.typed("xyz"), "escape")
        assert app.desk.ledger.song("0REQUEST0") == before


async def test_a_corrected_name_marks_what_was_written_before(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("s", *script.typed("!"), "ctrl+s")
        await script.settled(pilot)
        assert app.review.card.stale
        assert app.desk.ledger.song("0REQUEST0").artist == "Night Ferry!"


async def test_sliders_by_mouse(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("s")
        slider = app.screen.query_one("#feature-valence", Slider)
        await pilot.click(slider, offset=(17, 0))
        assert slider.value == 0.0
        await pilot.click(slider, offset=(17 + slider._bar_width() - 1, 0))
        assert slider.value == 1.0


@pytest.mark.parametrize("size", [(60, 16), (72, 24), (80, 24)])
async def test_every_slider_can_be_reached_and_shows_its_value(stage, size):
    async with stage.open(size=size) as pilot:
        app = pilot.app
        await pilot.press("s")
        panel = app.screen.query_one("#panel")
        for slider in app.screen.query(Slider):
            slider.focus()
            await pilot.pause()
            assert panel.region.contains_region(slider.region)
            number = "" if slider.value is None else f"{slider.value:.{slider.scale.digits}f}"
            assert (
                f"{number or 'unknown'} {slider.scale.unit}".strip() in slider.render_line(0).text
            )


def test_genres_come_from_the_models_data():
    assert {"techno", "dream pop", "rock"} <= set(labels())


def test_lists_are_completed_at_their_end():
    known = ("dream pop", "drone", "dub")
    assert complete("dr", known) == "dream pop"
    assert complete("dub, dro", known) == "dub, drone"
    assert complete("dream pop, d", known) == "dream pop, drone"
    assert complete("dub,", known) is None
    assert complete("zz", known) is None
    assert split(" a,b ,, a") == ("a", "b")


# Tags


async def test_tags(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("t", *script.typed("#warm, late night"), "enter")
        await script.settled(pilot)
        assert app.review.card.judgement.tags == ("warm", "late night")
        await pilot.press("j", "t", *script.typed("wa"))
        await pilot.pause(0.05)
        await pilot.press("right", "ctrl+s")
        await script.settled(pilot)
        assert app.review.card.judgement.tags == ("warm",)


# The filter


async def test_the_filter_shows_what_passes_and_escape_shows_all(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("a", "slash", *script.typed("state:approved"), "enter")
        await script.settled(pilot)
        assert list(app.desk.queue.ids()) == ["0REQUEST0"]
        assert app.review.request_id == "0REQUEST0"
        assert app.focused is None
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.desk.queue.ids()) == 6
        assert app.review.filter_line is None


async def test_a_filter_that_is_not_understood_says_what_is(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("slash", *script.typed("mood:sad"))
        await script.settled(pilot)
        note = app.review.query_one("#filter-note")
        assert "state:" in note.facts[0]
        assert len(app.desk.queue.ids()) == 6
        await pilot.press("enter")
        assert isinstance(app.focused, Input)


async def test_a_filter_without_matches_says_so(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("slash", *script.typed("nobody"), "enter")
        await script.settled(pilot)
        assert app.review.request_id is None
        assert "Nothing matches" in text_of(app.review.query_one("#plate"))
        await pilot.press("escape")
        await script.settled(pilot)
        assert app.review.request_id == "0REQUEST0"


async def test_letters_are_only_letters_while_filtering(stage, script):
    async with stage.open() as pilot:
        await pilot.press("slash", *script.typed("axu12"), "up", "ctrl+z")
        assert pilot.app.desk.tally.counts() == (0, 0, 0, 0)
        assert pilot.app.review.filter_line.text == "axu12"


# Help, palette, theme, queue


async def test_help_shows_the_keys_as_they_are_set(stage):
    async with stage.open(keymap={"approve": "v"}) as pilot:
        app = pilot.app
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        table = text_of(app.screen.query_one("#key-table"))
        assert "v              Approve the sample" in table
        assert "How judging is meant" in text_of(app.screen.query_one("#guidelines"))
        await pilot.press("question_mark")
        assert app.screen is app.review


async def test_the_palette_finds_and_runs_any_action(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        await pilot.press("ctrl+p", *script.typed("worst"))
        await pilot.pause(0.3)
        await pilot.press("enter")
        await script.until(lambda: app.desk.ledger.session.judgement(sample).rank == "worst")


async def test_the_theme_is_remembered(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("ctrl+t")
        assert app.theme == "curator-light"
        await script.until(lambda: load_settings(stage.home).theme == "curator-light")


@pytest.mark.parametrize("spoilt", ["theme = \n", None])
async def test_a_theme_that_can_t_be_kept_is_said_and_no_reason_to_fail(stage, script, spoilt):
    async with stage.open() as pilot:
        config = stage.home / "config.toml"
        config.unlink(missing_ok=True)
        if spoilt is None:
            config.mkdir()
        else:
            config.write_text(spoilt, "utf-8")
        before = pilot.app.theme
        await pilot.press("ctrl+t")
        status = pilot.app.review.query_one("#status")
        await script.until(lambda: "not kept for the next time" in status.facts.text)
        assert pilot.app.theme != before
        assert pilot.app.is_running


async def test_an_unknown_theme_is_no_reason_to_fail(stage):
    async with stage.open(theme="no-such-theme") as pilot:
        assert pilot.app.theme == "curator-dark"


async def test_tab_shows_and_hides_the_queue(stage):
    async with stage.open() as pilot:
        side = pilot.app.review.query_one("#side")
        await pilot.press("tab")
        assert not side.display
        await pilot.press("tab")
        assert side.display
        await pilot.resize_terminal(70, 24)
        await pilot.press("tab")
        assert not side.display


# Leaving


async def test_leaving_shows_the_sitting_and_any_key_leaves(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("x", "a")
        await script.settled(pilot)
        await pilot.press("q")
        assert isinstance(app.screen, SittingScreen)
        await pilot.pause()
        figures = text_of(app.screen.query_one("#figures"))
        assert "2  judged" in figures
        assert "1  approved" in figures
        assert "Everything is on disk" in figures
        await pilot.press("escape")
        assert app.screen is app.review
        await pilot.press("q", "z")
        await script.until(lambda: app.return_code is not None)
    assert app.return_code == 0
    assert not app.desk.is_open
