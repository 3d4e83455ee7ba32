"""What the pages beside Review share: a header, a banner and a status line that stay true."""

import pytest

from curator.desk.changes import Noticed
from curator.store import Store, StoreError

PAGES = pytest.mark.parametrize("key", ["o", "L", "i"])


def line(app, widget):
    return " ".join(strip.text.strip() for strip in app.screen.query_one(widget)._drawn)


async def follow(pilot):
    """Let the page follow what the desk told."""
    for _ in range(3):
        await pilot.pause(0.03)


@PAGES
async def test_what_was_said_fades_and_an_error_stays(stage, key, monkeypatch):
    monkeypatch.setattr("curator.tui.screens.telling.SAID_FOR", 0.01)
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press(key)
        for severity, left in (("information", ""), ("error", "X is gone")):
            app.desk.ledger.tell(Noticed("X is gone", severity))
            await follow(pilot)
            assert app.screen.query_one("#status").facts.text == left


@PAGES
async def test_the_header_follows_the_model_the_judging_and_the_posts(stage, script, key):
    async with stage.open(account=script.X()) as pilot:
        app = pilot.app
        await pilot.press(key)
        assert app.screen is not app.review
        app.desk.engine.move("failed", "no such model")
        await follow(pilot)
        assert "the model failed" in line(app, "#header")
        app.desk.engine.move("ready")
        request, other = script.requests()[0], script.requests()[2]
        sample = app.desk.ledger.samples(request.id)[0]
        app.desk.judging.reject(sample.id)
        await follow(pilot)
        assert "1 judged" in line(app, "#header")
        app.desk.judging.reject(app.desk.ledger.samples(other.id)[0].id)
        await follow(pilot)
        assert "2 judged" in line(app, "#header")
        script.fill_outbox(app.desk, [s for s in script.POSTS if s[0] == "uncertain"])
        await follow(pilot)
        assert "1 uncertain" in line(app, "#header")


@PAGES
async def test_a_disk_that_refuses_is_shown_until_it_takes_all(stage, script, key, monkeypatch):
    monkeypatch.setattr("curator.desk.keeper.RETRY_SECONDS", 0.02)
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press(key)

        def refuse(self, *records):
            raise StoreError("no space left on the disk")

        with monkeypatch.context() as patch:
            patch.setattr(Store, "append", refuse)
            app.desk.judging.reject(app.desk.ledger.samples("0REQUEST0")[0].id)
            await script.until(lambda: app.screen.query_one("#banner").facts)
            await follow(pilot)
            assert "no space left" in line(app, "#banner")
            assert "1 not saved yet" in line(app, "#header")
        await script.settled(pilot)
        await follow(pilot)
        assert app.screen.query_one("#banner").size.height == 0
        assert "not saved" not in line(app, "#header")


async def test_ages_go_on_where_no_post_is_on_its_way(stage, script, monkeypatch):
    monkeypatch.setattr("curator.tui.screens.beside.AGE_PAUSE", 0.02)
    async with stage.open() as pilot:
        app = pilot.app
        script.fill_outbox(app.desk, [s for s in script.POSTS if s[0] == "posted"])
        await pilot.press("o")
        await follow(pilot)
        assert "posted 30m ago" in line(app, "#post")
        app.desk.ledger._clock = lambda: script.requests_noon.replace(hour=15)
        await follow(pilot)
        assert "posted 3h ago" in line(app, "#post")
