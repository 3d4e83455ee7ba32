"""Requests arrive at the desk while the curator works."""

import asyncio
import threading

import pytest

from curator.config import Settings
from curator.desk.changes import Noticed, QueueChanged
from curator.desk.desk import Desk
from curator.inbox.x import fold
from curator.net.credentials import CredentialsError
from curator.net.x import X
from curator.net.x_keys import OAuth1Keys
from tests.services.x import XService

MENTIONS = "GET /2/users/:id/mentions"


@pytest.fixture
def service():
    with XService() as running:
        yield running


@pytest.fixture
async def make(tmp_path, service, until):
    planted = service.doors.planted
    keys = OAuth1Keys(
        planted.consumer_key, planted.consumer_secret, planted.access_token, planted.access_secret
    )
    opened = []

    async def desk(connect=None, **settings):
        def x():
            return X(keys, base_url=service.url, timeout=2.0)

        made = Desk(
            tmp_path / "home",
            Settings(**{"curator": "ann", "x_poll_seconds": 60} | settings),
            _Engine(),
            reading=connect or x,
        )
        made.heard = []
        made.listen(made.heard.append)
        await made.open()
        opened.append(made)
        return made

    yield desk
    for one in opened:
        if one.is_open:
            await one.close()


class _Engine:
    """Never writes."""

    state, error, info, on_state = "ready", "", None, None

    async def start(self):
        pass

    async def close(self):
        pass

    async def write(self, job):
        await asyncio.Event().wait()
        yield


async def waits(desk, until):
    await until(lambda: desk.polling.waits_until is not None, 20)


async def ask_again(desk, until):
    desk.polling.waits_until = None
    desk.polling.start_again()
    await waits(desk, until)


async def test_new_requests_come_into_the_queue_behind_what_is_there(make, service, until):
    desk = await make()
    (typed,) = desk.asking.typed("Velvet Meridian - Glass Orchard")
    await waits(desk, until)
    posts = [service.mention(f"song {n}", "bo") for n in range(3)]
    desk.heard.clear()
    await ask_again(desk, until)
    requests = [desk.ledger.requests[id] for id in desk.queue.ids()]
    assert [r.ref for r in requests] == [None, *(post.id for post in posts)]
    assert desk.queue.place(typed.id) == 0
    assert QueueChanged() in desk.heard
    assert desk.polling.arrived == 3
    assert desk.polling.spent == pytest.approx(service.dollars() - 0.010)


async def test_the_first_look_takes_nothing_and_says_so(make, service, until):
    service.mention("old")
    desk = await make(x_stream="both")
    await waits(desk, until)
    said = [c.text for c in desk.heard if isinstance(c, Noticed)]
    assert [text.partition(" on X")[0] for text in said] == [
        "new mentions",
        "new posts of the timeline",
    ]
    assert desk.ledger.requests == {}


async def test_requests_and_mark_are_on_disk_together_and_known_the_next_time(make, service, until):
    desk = await make()
    await waits(desk, until)
    for n in range(3):
        service.mention(f"song {n}")
    await ask_again(desk, until)
    await desk.close()
    again = await make()
    await waits(again, until)
    assert len(again.ledger.requests) == 3
    marks = again.ledger.store.marks()
    assert fold(marks).since == {f"x:mentions:{service.owner.id}": list(service.network.posts)[-1]}
    assert again.polling.spent == pytest.approx(0.001 * 3 + 0.01)


async def test_nothing_waits_for_a_slow_x(make, service, until):
    service.fail_always(MENTIONS, "timeout-before")
    desk = await make()
    await until(lambda: service.count(MENTIONS) == 1)
    turns = 0
    async with asyncio.timeout(1.0):
        while turns < 100:
            await asyncio.sleep(0)
            turns += 1
    async with asyncio.timeout(1.5):
        await desk.close()


async def test_what_is_waited_out_is_said_once_and_ends_by_itself(make, service, until):
    service.fail(MENTIONS, "503", "429")
    desk = await make()
    await waits(desk, until)
    assert desk.polling.trouble
    await ask_again(desk, until)
    notices = [c for c in desk.heard if isinstance(c, Noticed) and c.severity == "warning"]
    assert len(notices) == 1
    await ask_again(desk, until)
    assert desk.polling.trouble is None


@pytest.mark.parametrize("fault", ["401", "402", "usage-capped"])
async def test_what_needs_a_person_stops_until_it_is_started_again(make, service, until, fault):
    service.fail(MENTIONS, fault)
    desk = await make(x_poll_seconds=1)
    await until(lambda: desk.polling.stopped)
    assert [c.severity for c in desk.heard if isinstance(c, Noticed)] == ["error"]
    assert desk.polling.waits_until is None
    await ask_again(desk, until)
    assert desk.polling.stopped is None


async def test_started_again_it_asks_with_the_keys_that_there_are_by_then(make, service, until):
    asked = []

    def connect():
        planted = service.doors.planted
        secret = planted.access_secret if asked else "revoked"
        asked.append(secret)
        keys = OAuth1Keys(
            planted.consumer_key, planted.consumer_secret, planted.access_token, secret
        )
        return X(keys, base_url=service.url, timeout=2.0)

    desk = await make(connect)
    await until(lambda: desk.polling.stopped)
    assert "401" in desk.polling.stopped
    desk.polling.start_again()
    await waits(desk, until)
    assert desk.polling.stopped is None
    assert len(asked) == 2


async def test_without_money_it_waits_for_the_next_month(make, service, until):
    desk = await make(x_monthly_dollars=0)
    await waits(desk, until)
    assert "x_monthly_dollars" in desk.polling.trouble
    assert desk.polling.stopped is None
    assert service.count(MENTIONS) == 0


async def test_without_credentials_there_is_nothing_to_say(make, until):
    desk = await make(lambda: None)
    await until(lambda: desk.polling.absent)
    assert not [c for c in desk.heard if isinstance(c, Noticed)]


async def test_a_broken_keyring_or_client_stops_polling_and_not_the_desk(make, until):
    def locked():
        raise CredentialsError("the keyring is locked")

    desk = await make(locked)
    await until(lambda: desk.polling.stopped)
    assert desk.polling.stopped == "the keyring is locked"

    def defect():
        raise KeyError("at-secret-in-an-exception")

    desk.polling._connect = defect
    desk.polling.start_again()
    await until(lambda: desk.polling.stopped)
    assert desk.polling.stopped == "reading X failed (KeyError)"


async def test_never_is_never(make, service):
    desk = await make(x_poll_seconds=0)
    await asyncio.sleep(0)
    assert service.calls == []
    assert not [t for t in threading.enumerate() if t.name == "poll X"]
    assert desk.polling.spent == 0
