"""The client of X against its stand-in: both dialects, every fault, and the specification."""

import random
import socket

import pytest

from curator.net.x import X
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
from curator.net.x_keys import OAuth1Keys
from tests.services.checking import specification
from tests.services.x import XService

POST = "POST /2/tweets"
MENTIONS = "GET /2/users/:id/mentions"
PATHS = (
    "/2/tweets",
    "/2/users/me",
    "/2/users/{id}/mentions",
    "/2/users/{id}/timelines/reverse_chronological",
    "/2/users/{id}/tweets",
)


def test_mentions_come_newest_first_over_pages_with_their_price(service, x):
    posts = [service.mention(f"song {n}") for n in range(230)]
    pages = list(x.mentions())
    assert [len(page.tweets) for page in pages] == [100, 100, 30]
    assert [t.id for page in pages for t in page.tweets] == [p.id for p in reversed(posts)]
    assert [page.more for page in pages] == [True, True, False]
    assert pages[0].newest == posts[-1].id
    assert pages[0].oldest == posts[130].id
    assert sum(page.dollars for page in pages) == pytest.approx(service.dollars() - 0.010)


def test_only_what_is_between_is_read(service, x):
    posts = [service.mention(f"song {n}") for n in range(9)]
    (page,) = x.mentions(posts[2].id, until_id=posts[6].id)
    assert [t.id for t in page.tweets] == [p.id for p in reversed(posts[3:6])]
    (newest,) = x.mentions(newest=True)
    assert newest.newest == posts[-1].id
    assert len(newest.tweets) == 5


def test_an_empty_page_costs_nothing_and_has_no_ends(service, x):
    service.fail(MENTIONS, "empty")
    service.mention("song")
    (page,) = x.mentions()
    assert (page.tweets, page.newest, page.oldest, page.dollars) == ((), None, None, 0)


def test_what_a_post_is_about_is_read_in_either_dialect(service, x):
    asked = service.mention("what about https://example.com/a?b=1&c=2 <3 & more", "Ann_e")
    answer = service.post("deephypebot", "thanks @Ann_e", reply_to=asked.id)
    service.mention("again", "Ann_e", reply_to=answer.id)
    service.mention("look", "bo", quotes=asked.id)
    service.mention("first words", "bo")
    edited = service.mention("second words", "bo", edits=list(service.network.posts)[-1])
    service.mention("long " * 80, "cy")
    ((long, second, first, quote, thread, whole),) = [p.tweets for p in x.mentions()]
    assert whole.text == "@deephypebot what about https://example.com/a?b=1&c=2 <3 & more"
    assert (whole.author_name, whole.reply_to, whole.conversation) == ("Ann_e", None, asked.id)
    assert (thread.reply_to, thread.reply_to_author) == (answer.id, service.owner.id)
    assert thread.conversation == asked.id
    assert quote.quotes == asked.id
    assert first.edit_of is None
    assert second.edit_of == first.id
    assert second.id == edited.id
    assert long.text == "@deephypebot " + "long " * 80
    assert whole.mentioned == ("deephypebot",)


def test_the_timeline_leaves_reposts_out(service, x):
    service.owner.follows.add(service.network.user("dj").id)
    song = service.post("dj", "new song")
    service.post("dj", "RT", reposts=song.id)
    (page,) = x.timeline()
    assert [t.id for t in page.tweets] == [song.id]
    assert page.dollars == pytest.approx(0.005 + 0.010)


def test_names_are_not_paid_for_when_they_are_not_wanted(service, keys):
    service.mention("song")
    (page,) = X(keys, base_url=service.url, names=False).mentions()
    assert page.tweets[0].author_name is None
    assert page.tweets[0].author_id
    assert page.dollars == pytest.approx(0.001)


def test_a_reply_is_found_again_among_the_own_posts(service, x):
    asked = service.mention("song?", "ann")
    id = x.post("a <b> & https://example.com/long/way", asked.id)
    (own,) = x.own_posts()
    assert own.id == id
    assert own.reply_to == asked.id
    assert own.text == "@ann a <b> & https://example.com/long/way"
    assert x.own_posts(id) == []


def test_likes_are_read_in_either_dialect_and_missing_ones_are_unknown(service, x):
    ids = [x.post(f"post {n}") for n in range(120)]
    service.network.posts[ids[0]].likes = 7
    found = x.lookup([*ids, "5"])
    assert len(found) == 120
    assert (found[ids[0]].likes, found[ids[0]].reposts) == (7, 0)
    from curator.net.x_tweets import read_metrics

    assert read_metrics({"public_metrics": {"like_count": 3}}).reposts is None
    assert read_metrics({}).likes is None


@pytest.mark.parametrize(
    ("fault", "error", "unknown", "made"),
    [
        ("timeout-before", Unreachable, True, 0),
        ("timeout-after", Unreachable, True, 1),
        ("dropped-before", Unreachable, True, 0),
        ("dropped-after", Unreachable, True, 1),
        ("dropped-body", Unreachable, True, 1),
        ("drip", Unreachable, True, 1),
        ("503", ServerTrouble, True, 0),
        ("500-after", ServerTrouble, True, 1),
        ("malformed", Garbled, True, 1),
        ("text", Garbled, True, 1),
        ("list", Refused, False, 0),
        ("401", Unauthorised, False, 0),
        ("402", Unpaid, False, 0),
        ("403", Refused, False, 0),
        ("429", RateLimited, False, 0),
        ("429-no-reset", RateLimited, False, 0),
        ("usage-capped", UsageCapped, False, 0),
        ("duplicate", Duplicate, False, 0),
        ("unsummoned", Unsummoned, False, 0),
    ],
)
def test_every_failure_of_a_post_says_whether_it_may_have_happened(
    service, keys, fault, error, unknown, made
):
    # Only where time runs out is it short, so that a busy machine fails no test.
    patience = 0.5 if fault in ("timeout-before", "timeout-after", "drip") else 30.0
    quick = X(keys, base_url=service.url, timeout=patience)
    service.fail(POST, fault)
    with pytest.raises(XError) as caught:
        quick.post("a song")
    assert type(caught.value) is error
    assert caught.value.unknown is unknown
    assert len(service.own_posts()) == made
    assert service.count(POST) == 1
    assert "Duplicate" not in str(caught.value)
    if fault.startswith("429"):
        assert (caught.value.reset is None) == (fault == "429-no-reset")
    assert X(keys, base_url=service.url, timeout=30.0).post("another song")


def test_what_never_left_is_known_not_to_have_happened(keys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        X(keys, base_url=f"http://127.0.0.1:{port}").post("a song")
    assert not caught.value.unknown


def test_rules_of_x_are_told_in_its_words(service, x):
    x.post("once")
    with pytest.raises(Duplicate, match="duplicate content"):
        x.post("once")
    stranger = service.post("stranger", "no mention here")
    with pytest.raises(Unsummoned, match="not been mentioned"):
        x.post("hello", stranger.id)


def test_an_answer_of_another_shape_is_garbled_not_a_crash(service, x, monkeypatch):
    from tests.services.service import Answer

    x.me()
    for body in ([], 3, None, {}, {"data": 5}, {"data": {"id": "x"}}, {"data": {"id": None}}):
        monkeypatch.setattr(service, "_routed", lambda *_, body=body: Answer(201, body))
        with pytest.raises(Garbled):
            x.post("song")
        if body != {"data": {"id": "x"}}:
            with pytest.raises(Garbled):
                list(x.mentions())
    monkeypatch.setattr(
        service,
        "_routed",
        lambda *_: Answer(200, {"data": [None, 3, {"id": 5, "text": "t"}, {"id": "6"}]}),
    )
    (page,) = x.mentions()
    assert [t.id for t in page.tweets] == ["5"]


def test_redirects_are_not_followed(service, x, monkeypatch):
    from tests.services.service import Answer

    elsewhere = {"Location": "http://127.0.0.1:9/"}
    monkeypatch.setattr(service, "answer", lambda *_: Answer(307, None, elsewhere))
    with pytest.raises(Refused):
        x.post("song")
    assert len(service.calls) == 1


@pytest.mark.parametrize("many", [60, pytest.param(500, marks=pytest.mark.soak)])
def test_mixed_requests_and_their_answers_are_as_specified(many):
    checker = specification("x-openapi-2.166.json", PATHS)
    rng = random.Random(5)
    with XService() as service:
        planted = service.doors.planted
        x = X(
            OAuth1Keys(
                planted.consumer_key,
                planted.consumer_secret,
                planted.access_token,
                planted.access_secret,
            ),
            base_url=service.url,
        )
        service.owner.follows.add(service.network.user("dj").id)
        refusals = ("401", "402", "403", "429", "usage-capped", "duplicate", "unsummoned", "503")
        while len(service.calls) < many:
            number = len(service.calls)
            asked = service.mention(
                f"song {number} https://example.com/{number}", f"fan{number % 9}"
            )
            service.post("dj", f"now playing {number}")
            if rng.random() < 0.2:
                service.fail(POST, rng.choice(refusals))
            try:
                match rng.randrange(6):
                    case 0:
                        list(x.mentions(since_id=str(int(asked.id) - 40_000_000)))
                    case 1:
                        list(x.timeline(str(int(asked.id) - 20_000_000)))
                    case 2:
                        x.own_posts(str(int(asked.id) - 40_000_000))
                    case 3:
                        x.lookup([post.id for post in service.own_posts()[-9:]] or ["1"])
                    case 4:
                        x.post(f"number {number} & <friends> 🎵")
                    case _:
                        x.post(f"reply {number}", asked.id)
            except XError:
                continue
        # Every request is checked; of the answers, which are the stand-in's own, every fifth.
        wrong = [
            fault
            for number, call in enumerate(service.calls)
            for fault in checker.faults_of(call, answers=number % 5 == 0)
        ]
    assert wrong == []
