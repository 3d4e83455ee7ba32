"""Opening, failing, empty, refused: what the screen says when it is not a usual day."""

import asyncio
import threading
from pathlib import Path

import pytest

from curator.engine.client import Restarted
from curator.engine.messages import Tokens, Written
from curator.store import (
    Store,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreReadOnly,
    StoreTooNew,
)
from curator.tui.app import CuratorApp


def plate(app):
    return "\n".join(strip.text for strip in app.review.query_one("#plate")._drawn)


def header(app):
    return app.review.query_one("#header")._drawn[0].text


def said(app):
    return app.review.query_one("#status").facts.text


async def test_the_first_paint_waits_for_nothing(stage, script):
    """Not even for the desk's code: what makes the desk is called after it."""
    made = threading.Event()

    def make():
        made.wait(20)
        return script.make_desk(stage.home)

    app = CuratorApp(make, theme="curator-light")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.theme == "curator-light"
        assert not app.is_ready
        drawn = app.screen.query_one("#plate")._drawn
        assert "Opening the desk" in "".join(strip.text for strip in drawn)
        await pilot.press("a", "x", "u", "n", "question_mark")
        made.set()
        await script.until(lambda: app.is_ready and app.desk.is_open)


async def test_while_the_store_is_opened_keys_do_no_harm(stage, script, monkeypatch):
    app = stage.app()
    monkeypatch.setattr(app.desk, "open", asyncio.Event().wait)
    async with app.run_test(size=(120, 40)) as pilot:
        await script.until(lambda: app.is_ready and app.screen is app.review)
        await pilot.pause()
        assert "Opening the desk" in plate(app)
        await pilot.press("a", "x", "u", "n", "g", "slash", "e")
        assert app.screen is app.review
        await pilot.press("question_mark", "escape", "ctrl+q")
        assert app.return_code == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreLocked(Path("home"), "process 7"), 3),
        (StoreDamaged(Path("journal-1.jsonl"), 3, "no JSON"), 4),
        (StoreTooNew(Path("curator.json"), "format 9"), 1),
        (StoreReadOnly("the folder is read-only"), 1),
        (StoreError("something else"), 1),
    ],
)
async def test_a_store_that_cannot_be_opened_says_why(stage, script, monkeypatch, error, code):
    app = stage.app()

    async def refuse():
        raise error

    monkeypatch.setattr(app.desk, "open", refuse)
    async with app.run_test():
        await script.until(lambda: app.return_code is not None)
    assert app.return_code == code
    assert app.last_words == f"curator: {error}"


async def test_a_second_desk_on_the_same_folder_is_told_so(stage, script):
    async with stage.open():
        second = stage.app()
        async with second.run_test():
            await script.until(lambda: second.return_code is not None)
        assert second.return_code == 3
        assert "in use by" in second.last_words


async def test_an_empty_desk_says_what_to_do(stage):
    async with stage.open(asked=[]) as pilot:
        app = pilot.app
        assert "Nothing to judge" in plate(app)
        assert "curator import FILE" in plate(app)
        await pilot.press(
            "a", "x", "e", "g", "y", "t", "s", "space", "r", "b", "3", "l", "j", "end"
        )
        assert app.review.request_id is None


async def test_a_request_without_a_song(stage, script):
    chatter = [r for r in script.requests() if not r.song.known]
    async with stage.open(asked=chatter) as pilot:
        app = pilot.app
        assert "No song was found" in plate(app)
        await pilot.press("g")
        assert "s names it" in said(app)
        await pilot.press("space")
        assert "the only one left" in said(app)


async def test_the_engine_in_all_its_states(stage, script):
    engine = script.Engine()
    engine.stop_at = dict.fromkeys(range(5), 0)
    async with stage.open(engine=engine) as pilot:
        app = pilot.app
        await pilot.press("escape")
        await script.settled(pilot)
        assert "No samples yet" in plate(app)
        for state, words in (
            ("starting", "being loaded"),
            ("restarting", "started again"),
            ("failed", "no such model"),
        ):
            engine.move(state, "no such model" if state == "failed" else "")
            await pilot.pause()
            await pilot.pause()
            assert words in plate(app)
        assert "the model failed" in header(app)
        await pilot.press("g")
        assert "no such model" in said(app)
        engine.move("ready")
        await pilot.press("g")
        await script.until(lambda: app.desk.writing.growing or app.review.slots)


async def test_an_error_of_the_engine_is_said_and_judging_goes_on(stage, script):
    engine = script.Engine()
    async with stage.open(engine=engine) as pilot:
        app = pilot.app
        engine.fail = "out of memory"
        await pilot.press("g")
        await script.settled(pilot)
        assert said(app) == "out of memory"
        await pilot.press("a")
        assert app.desk.queue.state("0REQUEST0") == "approved"


async def test_writing_is_counted_and_timed(stage, script, monkeypatch):
    engine = script.Engine()
    engine.stop_at = {2: 0.5, 3: 0, 4: 0}
    async with stage.open(engine=engine) as pilot:
        app = pilot.app
        assert "writing 2/5" in header(app)
        monkeypatch.setattr(app.review._estimate, "left", lambda *_: 7.4)
        app.review.on_text_grew(None)
        await script.until(lambda: not app.review.pauses.is_later("stream"))
        await pilot.pause()
        assert "writing 2/5, 7 s left" in header(app)
        engine.go_on()
        await script.settled(pilot)
        assert app.review.time_left is None


async def test_a_restart_of_the_engine_begins_the_rows_again(stage, script):
    class Crashing(script.Engine):
        async def write(self, job):
            yield Tokens(job.id, {"0": "half a"})
            yield Restarted("killed")
            for row in range(job.first_row, job.first_row + job.n):
                yield Written(job.id, row, f"text {row}", 3, 0.01, "", "")

    async with stage.open(engine=Crashing()) as pilot:
        assert [s.card.text for s in pilot.app.review.slots] == [f"text {n}" for n in range(5)]


async def test_a_disk_that_refuses_is_shown_until_it_takes_all(stage, script, monkeypatch):
    monkeypatch.setattr("curator.desk.keeper.RETRY_SECONDS", 0.02)
    async with stage.open() as pilot:
        app = pilot.app
        full = True
        append = Store.append

        def refuse(self, *records):
            if full:
                raise StoreError("no space left on the disk")
            return append(self, *records)

        monkeypatch.setattr(Store, "append", refuse)
        sample = app.review.card.sample.id
        await pilot.press("4", "x")
        await script.until(lambda: app.review.query_one("#banner").facts)
        await pilot.pause()
        banner = app.review.query_one("#banner")
        assert "no space left" in banner._drawn[0].text
        assert "2 records" in " ".join(strip.text for strip in banner._drawn)
        assert "2 not saved yet" in header(app)
        assert app.desk.ledger.session.judgement(sample).verdict == "reject"
        full = False
        await script.settled(pilot)
        await pilot.pause()
        assert banner.facts is None
        assert banner.size.height == 0
        assert "not saved" not in header(app)


async def test_what_the_disk_never_takes_is_named_at_the_end(stage, script, monkeypatch):
    monkeypatch.setattr("curator.desk.keeper.RETRY_SECONDS", 0.02)
    async with stage.open() as pilot:
        app = pilot.app

        def refuse(self, *records):
            raise StoreError("no space left on the disk")

        with monkeypatch.context() as patch:
            patch.setattr(Store, "append", refuse)
            await pilot.press("4", "q")
            assert "still to be written" in "\n".join(
                strip.text for strip in app.screen.query_one("#figures")._drawn
            )
            close = app.desk.ledger.keeper.close
            patch.setattr(app.desk.ledger.keeper, "close", lambda: close(0.1))
            await pilot.press("z")
            await script.until(lambda: app.return_code is not None)
    assert app.return_code == 1
    assert "curator import /" in app.last_words


async def test_too_small_says_so_and_comes_back(stage):
    async with stage.open(size=(50, 12)) as pilot:
        app = pilot.app
        await pilot.pause()
        cover = app.review.query_one("#too-small")
        assert cover.display
        assert cover.region.size == (50, 12)
        await pilot.press("a")
        assert app.desk.queue.state("0REQUEST0") == "approved"
        for size in ((60, 16), (1, 1), (80, 24), (300, 90)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert cover.display == (size[0] < 60)
        assert app.review.query_one("#cards").display


async def test_ages_go_on(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        assert app.review.query_one("#song").facts.when == "2m ago"
        app.desk.ledger._clock = lambda: script.requests_noon.replace(hour=15)
        app.review._pass_time()
        assert app.review.query_one("#song").facts.when == "3h ago"
