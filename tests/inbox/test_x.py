"""Requests from X: which posts are requests, each stored once, whatever fails in between."""

import random
import tracemalloc
from itertools import count

import pytest

from curator.domain.steps import Mark
from curator.inbox.polling import LONGEST, OverBudget, Pace, Poller, streams_of
from curator.inbox.x import Place, Reader, fold, wanted
from curator.net.x import X
from curator.net.x_errors import RateLimited, ServerTrouble, Unreachable, XError
from curator.net.x_keys import OAuth1Keys
from curator.net.x_tweets import Account, Page, Tweet
from curator.store import Store
from tests.services.x import XService

MENTIONS = "GET /2/users/:id/mentions"
ME = Account("7", "deephypebot")


def tweet(id, **more):
    return Tweet(**{"id": str(id), "text": "@deephypebot a song", "author_id": "9"} | more)


@pytest.mark.parametrize(
    ("post", "yes"),
    [
        (tweet(1), True),
        (tweet(1, quotes="5"), True),
        (tweet(1, author_id=ME.id), False),
        (tweet(1, author_id=None, author_name=ME.username), False),
        (tweet(1, repost=True), False),
        (tweet(2, edit_of="1"), False),
        (tweet(2, reply_to="1", conversation="1"), False),
    ],
)
def test_own_posts_reposts_edits_and_thread_replies_are_no_requests(post, yes):
    assert wanted(post, ME) is yes


class Shelf:
    """A store that a reader fills, and a clock."""

    def __init__(self, store, x, **settings):
        self.store = store
        self.x = x
        self.numbers = count(1)
        self.month = "2026-11"
        self.settings = {"streams": ("mentions",), "budget": 1000.0} | settings

    def poller(self):
        """A poller as a new process would make it."""
        streams = self.settings["streams"]
        return Poller(
            self.x,
            streams,
            fold(self.store.marks()),
            budget=self.settings["budget"],
            has=lambda source, ref: self.store.request_by_ref(source, ref) is not None,
            parse=lambda text: (),
            new_id=lambda: f"{next(self.numbers):08}",
            stamp=lambda: f"{self.month}-22T09:00:00.000Z",
        )

    def poll(self, poller=None, **how):
        found = 0
        for arrived in (poller or self.poller()).round(**how):
            self.store.append(*arrived.requests, arrived.mark).result()
            found += len(arrived.requests)
        return found

    def refs(self):
        return [request.ref for request in self.store.requests()]


def client(service, **more):
    planted = service.doors.planted
    return X(
        OAuth1Keys(
            planted.consumer_key,
            planted.consumer_secret,
            planted.access_token,
            planted.access_secret,
        ),
        base_url=service.url,
        **more,
    )


@pytest.fixture(params=["tweet", "post"])
def service(request):
    with XService(dialect=request.param) as running:
        yield running


@pytest.fixture
def shelf(service, tmp_path):
    with Store.open(tmp_path / "home") as store:
        yield Shelf(store, client(service))


def test_the_first_start_takes_nothing_old_and_all_that_is_new(service, shelf):
    for n in range(30):
        service.mention(f"old {n}")
    assert shelf.poll() == 0
    assert shelf.poll() == 0
    new = [service.mention(f"new {n}") for n in range(3)]
    assert shelf.poll() == 3
    assert shelf.refs() == [post.id for post in new]
    assert shelf.poll() == 0


def test_a_first_start_where_nobody_has_asked_yet(service, shelf):
    assert shelf.poll() == 0
    post = service.mention("first ever")
    assert shelf.poll() == 1
    assert shelf.refs() == [post.id]


def test_from_the_start_takes_what_is_there(service, shelf):
    posts = [service.mention(f"old {n}") for n in range(150)]
    assert shelf.poll(from_start=True) == 150
    assert sorted(shelf.refs()) == [post.id for post in posts]


def test_the_old_ones_can_be_taken_later(service, shelf):
    posts = [service.mention(f"old {n}") for n in range(3)]
    shelf.poll()
    posts.append(service.mention("new"))
    assert shelf.poll() == 1
    assert shelf.poll(from_start=True) == 3
    assert sorted(shelf.refs()) == [post.id for post in posts]
    assert shelf.poll() == 0


def test_what_is_stored_says_who_asked_for_what(service, shelf):
    shelf.poll()
    post = service.mention("play <this> & that", "ann")
    shelf.poll()
    (request,) = shelf.store.requests()
    assert (request.source, request.ref, request.author) == ("mention", post.id, "ann")
    assert request.text == "@deephypebot play <this> & that"
    assert request.at == "2026-11-01T09:00:01.000Z"


def test_the_timeline_and_the_mentions_bring_a_post_once(service, shelf):
    shelf.settings["streams"] = streams_of("both")
    service.owner.follows.add(service.network.user("dj").id)
    shelf.poll()
    service.post("dj", "now playing")
    service.mention("a song", "dj")
    assert shelf.poll() == 2
    assert sorted(r.source for r in shelf.store.requests()) == ["mention", "timeline"]
    assert streams_of("timeline") == ("timeline",)


def test_a_mark_goes_to_disk_with_the_last_page_only(service, shelf):
    shelf.poll()
    begun = fold(shelf.store.marks())
    for n in range(250):
        service.mention(f"song {n}")
    service.fail(MENTIONS, "none", "none", "503")
    with pytest.raises(ServerTrouble):
        shelf.poll()
    assert len(shelf.refs()) == 200
    assert fold(shelf.store.marks()).since == begun.since
    assert shelf.poll() == 50
    assert fold(shelf.store.marks()).since != begun.since


def test_after_a_failure_what_was_paid_for_is_not_read_again(service, shelf):
    shelf.poll()
    for n in range(250):
        service.mention(f"song {n}")
    poller = shelf.poller()
    before = service.dollars()
    service.fail(MENTIONS, "none", "503", "none", "malformed", "empty", "none")
    for _ in range(3):
        try:
            shelf.poll(poller)
        except XError:
            continue
    assert len(set(shelf.refs())) == len(shelf.refs()) == 250
    # The page that was taken but could not be read was charged, and is read a second time.
    assert service.dollars() - before == pytest.approx(0.300 + 0.04)


def test_a_page_that_is_not_stored_is_read_again(service, shelf):
    shelf.poll()
    service.mention("song")
    poller = shelf.poller()
    for _ in poller.round():
        break  # the disk refuses
    assert shelf.poll(poller) == 1
    assert shelf.poll(poller) == 0


def test_reading_stops_when_the_month_s_money_is_spent(service, shelf):
    shelf.settings["budget"] = 0.10
    shelf.poll()
    for n in range(150):
        service.mention(f"song {n}")
    with pytest.raises(OverBudget, match="x_monthly_dollars"):
        shelf.poll()
    asked = service.count(MENTIONS)
    with pytest.raises(OverBudget):
        shelf.poll()
    assert service.count(MENTIONS) == asked
    shelf.month = "2026-12"
    shelf.poll()
    assert len(shelf.refs()) == 150


def test_what_is_counted_is_what_x_charges(service, shelf):
    for n in range(230):
        service.mention(f"song {n}", f"fan{n % 40}")
    shelf.poll(from_start=True)
    marks = fold(shelf.store.marks())
    assert marks.dollars["2026-11"] == pytest.approx(service.dollars() - 0.010)  # for `me`


def test_a_page_that_comes_empty_against_the_promise_is_asked_for_again():
    pages = {
        None: [Page((tweet(9), tweet(8)), "9", "8", True), Page((), None, None, False)],
        "8": [Page((tweet(7),), "7", "7", False)],
    }

    class Scripted:
        def me(self):
            return ME

        def mentions(self, since_id=None, *, until_id=None, newest=False):
            return iter(pages[until_id])

    reader = Reader(
        Scripted(),
        "mentions",
        fold([Mark("m", "2026-11-01", f"x:mentions:{ME.id}", "5")]),
        has=lambda *_: False,
        parse=lambda _: (),
        new_id=lambda: "id",
        stamp=lambda: "2026-11-01",
    )
    refs = [request.ref for arrived in reader.read() for request in arrived.requests]
    assert refs == ["8", "9", "7"]
    assert Place().since is None


def test_the_pace_follows_x_and_slows_down_after_failures():
    pace = Pace(60)
    assert pace.after_success() == 60
    assert pace.after_failure(RateLimited("", 1300.0), 1000.0) == 301
    assert pace.after_failure(RateLimited("", 1.0), 1000.0) == 1
    assert pace.after_failure(RateLimited("", 10.0**12), 1000.0) == LONGEST + 1
    pace.after_success()
    waits = [pace.after_failure(ServerTrouble(""), 0.0) for _ in range(20)]
    assert waits[:5] == [60, 120, 240, 480, 900]
    assert max(waits) == LONGEST
    assert pace.after_failure(RateLimited(""), 0.0) == LONGEST
    assert pace.after_failure(OverBudget(""), 0.0) == 3600
    assert pace.after_success() == 60


FAULTS = (
    "timeout-before",
    "timeout-after",
    "dropped-before",
    "dropped-after",
    "dropped-body",
    "503",
    "500-after",
    "malformed",
    "text",
    "list",
    "429",
    "429-no-reset",
    "empty",
    "renamed",
    "drip",
)


def patiently(shelf, poller):
    """Poll where nothing is to fail; a machine that is busy may still be too slow for once."""
    for _ in range(20):
        try:
            return shelf.poll(poller)
        except Unreachable:
            continue
    raise AssertionError("X is not to be reached")


@pytest.mark.parametrize("many", [300, pytest.param(5000, marks=pytest.mark.soak)])
def test_a_day_in_bursts_with_every_fault_stores_each_request_once(tmp_path, many):
    rng = random.Random(many)
    with XService(keep_calls=False) as service, Store.open(tmp_path / "home") as store:
        shelf = Shelf(store, client(service, timeout=0.25, names=False))
        expected, failures, needed = [], 0, []
        poller = shelf.poller()
        patiently(shelf, poller)
        tracemalloc.start()
        while len(expected) < many:
            for _ in range(rng.choice((1, 3, 40, 250))):
                asked = service.mention(f"song {len(expected)} " + "x" * rng.randrange(200))
                expected.append(asked.id)
                if rng.random() < 0.1:
                    service.mention("in a thread", reply_to=asked.id)
            service.fail(MENTIONS, *rng.choices((*FAULTS, *["none"] * 8), k=3))
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(4):
                try:
                    shelf.poll(poller)
                    break
                except XError:
                    failures += 1
            if rng.random() < 0.1:
                poller = shelf.poller()  # the program was started anew
            needed.append(tracemalloc.get_traced_memory()[1] - before)
        while service.faults_left():
            try:
                shelf.poll(poller)
            except XError:
                failures += 1
        patiently(shelf, poller)
        tracemalloc.stop()
        assert sorted(shelf.refs()) == expected
        assert failures > many / 200
        # What a round needs for itself is a few pages, however much there is already.
        assert max(needed) < 8_000_000
