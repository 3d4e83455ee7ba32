"""Sent once or not at all, whatever X and the machine do."""

import contextlib

import pytest

from curator.domain.outbox import after
from curator.net.x_errors import (
    Duplicate,
    Garbled,
    RateLimited,
    Refused,
    ServerTrouble,
    Unauthorised,
    Unpaid,
    Unreachable,
    Unsummoned,
    UsageCapped,
    XError,
)

UNKNOWN = [Unreachable("X did not answer in time"), Garbled("no JSON"), ServerTrouble("503")]


def test_an_approval_is_posted_after_the_time_to_undo(world):
    assert world.approve("m0a")["posts"] == {"m0a": "queued"}
    world.wait(19.9)
    assert world.texts == []
    world.wait(0.1)
    assert world.texts == ["It glows 0a."]
    assert (world.post().state, world.post().tweet) == ("posted", "1000")
    assert world.x.tweets[0].reply_to == "70"


def test_undone_in_time_it_never_leaves(world):
    world.approve("m0a")
    world.wait(10)
    assert world.say(undo=True)["posts"] == {"m0a": "withdrawn"}
    world.wait(1000)
    assert world.texts == []
    world.say(redo=True)
    world.wait(19)
    assert world.texts == []
    world.wait(1)
    assert world.texts == ["It glows 0a."]


def test_undone_too_late_it_says_so(world):
    world.approve("m0a")
    world.wait()
    answer = world.say(undo=True)
    assert "posted already" in answer["notice"]
    assert world.state() == "posted"
    world.say(redo=True)
    world.wait(1000)
    assert len(world.texts) == 1


def test_an_edit_in_time_changes_what_is_posted(world):
    world.approve("m0a")
    world.wait(19)
    world.say(sample_id="m0a", text="It shines.")
    world.wait(19)
    assert world.texts == []
    world.wait(1)
    assert world.texts == ["It shines."]
    assert "posted already" in world.say(sample_id="m0a", text="It burns.")["notice"]
    world.wait(1000)
    assert world.texts == ["It shines."]


def test_a_request_is_answered_once_and_the_second_waits(world):
    world.approve("m0a")
    answer = world.approve("m0b")
    assert answer["posts"] == {"m0b": "blocked"}
    assert "answered by another" in answer["notice"]
    world.say(sample_id="m0a", verdict=None)
    assert (world.state("m0a"), world.state("m0b")) == ("withdrawn", "queued")
    world.wait()
    assert world.texts == ["It glows 0b."]


def test_a_text_too_long_waits_for_its_edit(world):
    answer = world.approve("m0a", text="long " * 60)
    assert "20 characters too long" in answer["notice"]
    world.wait(100)
    assert (world.state(), world.texts) == ("blocked", [])
    world.say(sample_id="m0a", text="Short.")
    world.wait()
    assert world.texts == ["Short."]


def test_edited_to_be_too_long_it_is_held_back(world):
    world.approve("m0a")
    world.say(sample_id="m0a", text="long " * 60)
    world.wait(100)
    assert (world.state(), world.texts) == ("blocked", [])


@pytest.mark.parametrize(
    ("source", "publish", "reply_to"),
    [("mention", "x", "70"), ("timeline", "x", None), ("typed", "all", None)],
)
def test_a_reply_only_where_asked_for(make_world, source, publish, reply_to):
    world = make_world(source=source, publish=publish)
    world.approve("m0a")
    world.wait()
    assert [t.reply_to for t in world.x.tweets] == [reply_to]


@pytest.mark.parametrize(("source", "publish"), [("typed", "x"), ("mention", "none")])
def test_nothing_is_posted_where_nothing_is_wanted(make_world, source, publish):
    world = make_world(source=source, publish=publish)
    assert "posts" not in world.approve("m0a")
    world.wait(100)
    assert (world.texts, world.state()) == ([], None)


# What X may do


@pytest.mark.parametrize("error", UNKNOWN, ids=lambda e: type(e).__name__)
def test_nobody_heard_but_x_had_it(world, error):
    world.x.faults = [("after", error)]
    world.approve("m0a")
    world.wait()
    assert world.state() == "posted", "found by reading back"
    assert world.texts == ["It glows 0a."]


@pytest.mark.parametrize("error", UNKNOWN, ids=lambda e: type(e).__name__)
def test_nobody_heard_and_x_had_it_not(world, error):
    world.x.faults = [("before", error)]
    world.approve("m0a")
    world.wait()
    assert (world.state(), world.post().looked) == ("uncertain", 1)
    for _ in range(100):
        world.wait(60)
    assert (world.state(), world.post().looked, world.texts) == ("uncertain", 4, [])
    assert len(world.x.asked) == 4, "then a person is asked"


def test_what_shows_late_is_found_later(world):
    world.x.faults = [("after", UNKNOWN[0])]
    world.approve("m0a")
    hidden, world.x.own_posts = world.x.own_posts, lambda since: []
    world.wait()
    assert world.state() == "uncertain"
    world.x.own_posts = hidden
    world.wait(20)
    assert world.state() == "posted"


def test_an_error_of_the_program_is_an_unknown_end(world):
    world.x.faults = [("after", AttributeError("get"))]
    world.approve("m0a")
    world.wait()
    assert world.state() == "posted"
    assert len(world.texts) == 1


@pytest.mark.parametrize("error", [Unsummoned("X: not mentioned"), Refused("X: no")])
def test_a_refusal_is_final_and_in_x_s_own_words(world, error):
    world.x.faults = [("before", error)]
    world.approve("m0a")
    world.wait()
    world.wait(10_000)
    assert (world.state(), world.post().why) == ("rejected", str(error))
    assert world.texts == []


@pytest.mark.parametrize("error", [Unpaid("402"), UsageCapped("429"), Unauthorised("401")])
def test_it_stops_where_nothing_else_would_work_either(world, error):
    world.x.faults = [("before", error)]
    world.approve("m0a")
    world.approve("m1a")
    world.wait()
    world.wait(100_000)
    assert world.sender.stopped == str(error)
    assert [world.state("m0a"), world.state("m1a")] == ["queued", "queued"]
    assert world.post().why == str(error)
    assert world.sender.wake_at() is None
    world.sender.start_again()
    world.wait(0)
    assert sorted(world.texts) == ["It glows 0a.", "It glows 1a."]


def test_it_waits_until_x_says(world):
    reset = world.time.timestamp() + 500
    world.x.faults = [("before", RateLimited("429", reset))]
    world.approve("m0a")
    world.approve("m1a")
    world.wait(20)
    assert world.sender.wake_at() == after("2026-11-22T10:00:00.000Z", 500)
    world.wait(479)
    assert world.texts == []
    world.wait(1)
    assert len(world.texts) == 2


@pytest.mark.parametrize("reset", [None, 0.0, 1e300])
def test_it_waits_where_x_says_nothing_of_use(world, reset):
    world.x.faults = [("before", RateLimited("429", reset))] * 2
    world.approve("m0a")
    world.wait(20)
    assert world.state() == "queued"
    for _ in range(100):
        world.wait(2000)
    assert world.texts == ["It glows 0a."]


def test_without_a_connection_it_tries_again_by_itself(world):
    nobody = Unreachable("X can't be reached from here", unknown=False)
    world.x.faults = [("before", nobody)] * 3
    world.approve("m0a")
    world.wait(20)
    assert (world.state(), world.sender.trouble) == ("queued", str(nobody))
    waits = []
    while not world.texts:
        waits.append((world.sender.wake_at(), world.wait(1)))
    assert len({at for at, _ in waits}) == 3
    assert world.sender.trouble is None


# Duplicates


def test_a_duplicate_of_ours_is_found(world):
    world.x.knows_duplicates = True
    world.x.faults = [("after", UNKNOWN[0])]
    world.x.reading = [Unreachable("again")]
    world.approve("m0a")
    world.wait()
    assert world.state() == "uncertain"
    world.wait(100)
    assert world.state() == "posted"
    assert len(world.texts) == 1


def test_a_duplicate_of_what_was_before_is_rejected(world):
    world.x.knows_duplicates = True
    world.approve("m0a")
    world.wait()
    world.approve("m1a", text="It glows 0a.")
    world.wait()
    assert world.state("m1a") == "rejected"
    assert "duplicate" in world.post("m1a").why
    assert len(world.texts) == 1


def test_a_duplicate_that_can_t_be_read_back_is_uncertain(world):
    world.x.faults = [("before", Duplicate("X: duplicate"))]
    world.x.reading = [ServerTrouble("503")]
    world.approve("m0a")
    world.wait()
    assert world.state() == "uncertain"


def test_a_second_attempt_that_x_calls_a_duplicate_stays_uncertain(world):
    world.x.faults = [("before", UNKNOWN[0]), ("before", Duplicate("X: duplicate"))]
    world.approve("m0a")
    world.wait()
    data = {
        "request": "m0",
        "text": "It glows 0a.",
        "reply_to": "70",
        "due": world.judge.book.now(),
    }
    assert world.judge.book.take("m0a", "queued", **data)
    world.wait(0)
    assert (world.state(), world.post().attempts) == ("uncertain", 2)


# Order and money


def test_what_is_uncertain_is_looked_for_before_anything_else_leaves(world):
    world.x.faults = [("after", UNKNOWN[0])]
    world.x.reading = [Unreachable("no"), RateLimited("429", world.time.timestamp() + 600)]
    world.approve("m0a")
    world.approve("m1a")
    world.wait()
    world.wait(100)
    assert (world.state("m0a"), world.state("m1a")) == ("uncertain", "queued")
    world.wait(600)
    assert (world.state("m0a"), world.state("m1a")) == ("posted", "posted")


def test_only_what_is_newer_is_read_back(world):
    world.approve("m0a")
    world.wait()
    world.x.faults = [("after", UNKNOWN[0])]
    world.approve("m1a")
    world.wait()
    assert world.x.asked == ["1000"]


def test_a_duplicate_after_an_attempt_that_never_arrived_is_of_another_post(world):
    world.x.faults = [("before", RateLimited("429")), ("before", Duplicate("X: duplicate"))]
    world.approve("m0a")
    world.wait()
    world.wait(1000)
    assert (world.state(), world.post().may_be_out) == ("rejected", False)


@pytest.mark.parametrize("kind", [ServerTrouble, Garbled])
def test_trouble_on_the_way_to_a_token_is_waited_out(world, kind):
    error = kind("X has trouble of its own (503)")
    error.unknown = False  # it was of the token: nothing else was asked of X yet
    world.x.faults = [("before", error)]
    world.approve("m0a")
    world.wait()
    assert (world.state(), world.sender.trouble) == ("queued", str(error))
    world.wait(600)
    assert world.state() == "posted"


def test_without_an_account_it_is_a_rehearsal(world):
    world.account = None
    world.restart()
    world.approve("m0a")
    world.wait()
    assert (world.state(), world.texts) == ("dry", [])
    world.account = world.x
    world.restart()
    world.wait(1000)
    assert world.texts == [], "what was rehearsed is not sent by itself later"


# Crashes


@pytest.mark.parametrize("write", range(4))
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("fault", [None, "after", "before"])
def test_whichever_write_the_process_dies_at(world, killed, write, before, fault):
    if fault:
        world.x.faults = [(fault, UNKNOWN[0])]
    world.store.dying, world.store.dies_before = write, before
    with contextlib.suppress(killed):
        world.approve("m0a")
        world.wait()
    on_x = len(world.texts)
    approved = bool(world.store.events())
    world.restart()
    for _ in range(30):
        world.wait(100)
    assert approved == (world.state() is not None)
    assert len(world.texts) <= 1
    if approved:
        assert world.state() == ("posted" if world.texts else "uncertain")
        assert world.texts or on_x == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_x_answers(world, killed, when):
    world.x.faults = [(when, killed())]
    world.approve("m0a")
    with pytest.raises(killed):
        world.wait()
    assert world.state() == "sending"
    world.restart()
    assert world.state() == "uncertain"
    world.wait(0)
    assert world.state() == ("posted" if when == "after" else "uncertain")
    world.wait(10_000)
    assert len(world.texts) == (when == "after")


def test_every_error_of_x_is_met(world):
    kinds = {type(e) for e in UNKNOWN} | {Unsummoned, Refused, Unpaid, UsageCapped, Unauthorised}
    theirs = {e for e in XError.__subclasses__() if e.__module__ == XError.__module__}
    assert theirs == kinds | {RateLimited, Duplicate}
