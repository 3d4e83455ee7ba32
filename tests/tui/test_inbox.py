"""Requests that come from X while the curator judges, and secrets that never reach the screen."""

import logging

import pytest

from curator.config import Settings
from curator.desk.desk import Desk
from curator.net.x import X
from curator.net.x_keys import OAuth1Keys
from curator.tui.app import CuratorApp
from tests.services.x import XService

MENTIONS = "GET /2/users/:id/mentions"


@pytest.fixture
def service():
    with XService() as running:
        running.patience = 2.0  # of its clients, in seconds
        yield running


@pytest.fixture
def app(tmp_path, service, script):
    planted = service.doors.planted
    keys = OAuth1Keys(
        planted.consumer_key, planted.consumer_secret, planted.access_token, planted.access_secret
    )

    def x():
        return X(keys, base_url=service.url, timeout=service.patience)

    settings = Settings(curator="ann", x_poll_seconds=60, undo_seconds=0)
    desk = Desk(tmp_path / "home", settings, script.Engine(), account=x, reading=x)
    return CuratorApp(lambda: desk)


async def polled(app, until):
    await until(lambda: app.desk.polling.waits_until is not None)


async def poll(app, until):
    app.desk.polling.waits_until = None
    app.desk.polling.start_again()
    await polled(app, until)


async def test_what_arrives_moves_neither_the_request_nor_the_sample(app, service, script):
    async with app.run_test(size=(120, 40)) as pilot:
        await script.until(lambda: app.is_ready and app.desk.is_open)
        await polled(app, script.until)
        app.desk.asking.take(script.requests()[:3])
        await script.settled(pilot)
        await pilot.press("right", "down")
        await script.settled(pilot)
        before = (app.review.request_id, app.review.at)
        for n in range(150):
            service.mention(f"Velvet Meridian - Glass Orchard {n}", "ann")
        await poll(app, script.until)
        await script.settled(pilot)
        assert len(app.desk.queue.ids()) == 153
        assert (app.review.request_id, app.review.at) == before
        assert len(app.desk.ledger.requests) == 153


async def test_a_silent_x_keeps_no_key_waiting(app, service, script):
    service.patience = 60.0
    service.fail_always(MENTIONS, "timeout-before")
    async with app.run_test(size=(120, 40)) as pilot:
        await script.until(lambda: app.is_ready and app.desk.is_open)
        app.desk.asking.take(script.requests()[:3])
        await script.settled(pilot)
        await script.until(lambda: service.count(MENTIONS) == 1)
        await pilot.press("x", "right", "4", "a")
        await script.settled(pilot)
        assert app.desk.polling.waits_until is None  # X has not answered all the while
        assert app.desk.sitting().judged == 2


async def test_no_secret_is_in_anything_that_was_written_or_shown(app, service, script, tmp_path):
    log = tmp_path / "home" / "logs" / "everything.log"
    log.parent.mkdir(parents=True)
    handler = logging.FileHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    pictures = []
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await script.until(lambda: app.is_ready and app.desk.is_open)
            await polled(app, script.until)
            service.mention("Velvet Meridian - Glass Orchard", "ann")
            await poll(app, script.until)
            await script.settled(pilot)
            await pilot.press("a")
            await script.until(lambda: service.own_posts())
            for fault in ("503", "malformed", "list", "timeout-after", "402", "401"):
                service.fail(MENTIONS, fault)
                await poll_or_stop(app, script.until)
                await pilot.pause()
                pictures.append(app.export_screenshot())
            await pilot.press("o")
            await pilot.pause()
            pictures.append(app.export_screenshot())
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    [reply] = service.own_posts()
    assert reply.reply_to is not None
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    everything = "\n".join([*pictures, *(path.read_text("utf-8", "replace") for path in files)])
    assert log.stat().st_size > 0
    assert "Velvet Meridian" in everything
    assert not [secret for secret in service.doors.secrets() if secret in everything]


async def poll_or_stop(app, until):
    polling = app.desk.polling
    polling.waits_until = None
    polling.stopped = None
    polling.start_again()
    await until(lambda: polling.waits_until is not None or polling.stopped)
