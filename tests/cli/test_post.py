"""`curator post` and `curator outbox`: what is on X, what is said, and the exit code."""

import json

import pytest

from curator.domain.records import Request, Sample, Song
from curator.domain.steps import PostStep
from curator.store import Store
from tests.services.x import XService

AT = "2026-11-22T09:00:00.000Z"


@pytest.fixture
def service():
    with XService() as running:
        yield running


@pytest.fixture
def credentials(service, monkeypatch):
    keys = service.doors.planted
    monkeypatch.setenv("CURATOR_X_BASE_URL", service.url)
    monkeypatch.setenv("CURATOR_X_CONSUMER_KEY", keys.consumer_key)
    monkeypatch.setenv("CURATOR_X_CONSUMER_SECRET", keys.consumer_secret)
    monkeypatch.setenv("CURATOR_X_ACCESS_TOKEN", keys.access_token)
    monkeypatch.setenv("CURATOR_X_ACCESS_SECRET", keys.access_secret)


@pytest.fixture
def home(tmp_path, service, monkeypatch):
    """Two mentions, both answered by an approved sample, with no time to undo."""
    monkeypatch.setenv("CURATOR_UNDO_SECONDS", "0")
    with Store.open(tmp_path / "home") as store:
        for n in range(2):
            mention = service.mention(f"words on song {n}?")
            request = Request(f"r{n}", AT, "mention", "?", Song("A", "B"), "listener", mention.id)
            store.append(request, Sample(f"s{n}", f"r{n}", AT, f"It glows {n}.", "m")).result()
    return tmp_path / "home"


@pytest.fixture
def approve(run, home):
    def judge(*samples, **more):
        lines = [json.dumps({"sample_id": s, "verdict": "approve"} | more) for s in samples]
        return run("judge", "--home", home, input="\n".join(lines))

    return judge


def states(run, home, *options):
    ran = run("outbox", "--home", home, "--json", *options)
    assert ran.code == 0
    return {row["id"]: row["state"] for row in ran.json}


def test_approved_by_a_script_then_posted(run, home, approve, service, credentials):
    assert [a["posts"] for a in approve("s0", "s1").json] == [{"s0": "queued"}, {"s1": "queued"}]
    ran = run("post", "--home", home, "--once", "--json")
    assert ran.code == 0
    posts = service.own_posts()
    assert [p.plain for p in posts] == ["It glows 0.", "It glows 1."]
    assert [(row["state"], row["tweet"]) for row in ran.json] == [("posted", p.id) for p in posts]
    assert "$0.02 of $10.00 this month" in ran.err
    assert states(run, home) == {"s0": "posted", "s1": "posted"}
    again = run("post", "--home", home, "--once", "--json")
    assert (again.code, again.json, len(service.own_posts())) == (0, [], 2)


def test_what_a_crash_left_queued_without_its_approval_is_not_posted(
    run, home, approve, service, credentials
):
    approve("s0")
    run("judge", "--home", home, input=json.dumps({"undo": True}))
    steps = [
        PostStep("again", AT, "s0", "queued", {"request": "r0", "text": "It glows 0.", "due": AT,
                                               "reply_to": None, "price": 0.01, "reason": ""})
    ]  # fmt: skip
    with Store.open(home) as store:
        store.append(*steps).result()
    assert states(run, home) == {"s0": "queued"}
    ran = run("post", "--home", home, "--once", "--json")
    assert (ran.code, ran.json, service.own_posts()) == (0, [], [])
    assert states(run, home) == {"s0": "withdrawn"}


def test_without_credentials_it_is_a_rehearsal(run, home, approve, service):
    approve("s0")
    ran = run("post", "--home", home, "--once")
    assert ran.code == 0
    assert "curator auth x" in ran.err
    assert ran.out.startswith("dry")
    assert states(run, home) == {"s0": "dry"}
    assert service.calls == []


def test_what_is_not_due_yet_waits(run, home, approve, service, credentials, monkeypatch):
    monkeypatch.setenv("CURATOR_UNDO_SECONDS", "600")
    approve("s0")
    ran = run("post", "--home", home, "--once", "--json")
    assert (ran.code, ran.json) == (0, [])
    assert "1 post waiting" in ran.err
    assert run("outbox", "--home", home, "withdraw", "s0").out.startswith("withdrawn")
    assert states(run, home) == {"s0": "withdrawn"}


@pytest.mark.parametrize(
    ("fault", "state", "said"),
    [
        ("unsummoned", "rejected", "not been mentioned"),
        ("402", "queued", "stopped: there are no credits left"),
        ("usage-capped", "queued", "stopped: the month's usage of X is spent"),
        ("401", "queued", "stopped: X does not accept the keys"),
        ("429-no-reset", "queued", "for now: X wants fewer requests"),
        ("503", "uncertain", "1 of which nobody knows"),
    ],
)
def test_what_goes_wrong_is_said_and_ends_in_1(
    run, home, approve, service, credentials, fault, state, said
):
    approve("s0")
    service.fail("POST /2/tweets", fault)
    ran = run("post", "--home", home, "--once")
    assert ran.code == 1
    assert said in ran.out + ran.err
    assert states(run, home) == {"s0": state}
    for secret in service.doors.secrets():
        assert secret not in ran.out + ran.err


@pytest.mark.parametrize("fault", ["500-after", "dropped-body", "malformed", "dropped-after"])
def test_what_x_took_without_saying_so_is_found(run, home, approve, service, credentials, fault):
    approve("s0")
    service.fail("POST /2/tweets", fault)
    ran = run("post", "--home", home, "--once", "--json")
    assert [row["state"] for row in ran.json] == ["uncertain", "posted"]
    assert ran.code == 0
    assert len(service.own_posts()) == 1


def test_the_curator_decides_what_nobody_knows(run, home, approve, service, credentials):
    approve("s0", "s1")
    service.fail("POST /2/tweets", "503", "503")
    assert run("post", "--home", home, "--once").code == 1
    assert states(run, home, "--state", "uncertain") == {"s0": "uncertain", "s1": "uncertain"}
    assert run("outbox", "--home", home, "again", "s0").out.startswith("queued")
    named = run("outbox", "--home", home, "posted", "s1", "https://x.com/me/status/99")
    assert named.out.startswith("posted")
    ran = run("post", "--home", home, "--once", "--json")
    assert (ran.code, [row["id"] for row in ran.json]) == (0, ["s0"])
    assert len(service.own_posts()) == 1
    refused = run("outbox", "--home", home, "give-up", "s1")
    assert (refused.code, "it is posted" in refused.err) == (1, True)


def test_listing_needs_no_lock_and_takes_only_states(run, home, approve):
    approve("s0")
    with Store.open(home):
        assert states(run, home) == {"s0": "queued"}
        assert run("post", "--home", home, "--once").code == 3
        assert run("outbox", "--home", home, "withdraw", "s0").code == 3
    assert run("outbox", "--home", home, "--state", "sent").code == 2


def test_likes_come_out_with_the_labels(run, home, approve, service, credentials):
    approve("s0")
    run("post", "--home", home, "--once")
    with Store.open(home) as store:
        from curator.desk.books import StoreBook

        StoreBook(store).take("s0", "counted", likes=12)
    rows = run("export", "--home", home, "--format", "jsonl").json
    assert [(row["sample_id"], row["likes"]) for row in rows] == [("s0", 12)]
