"""From the approving key to X, with the network in another thread."""

import asyncio
import json
from datetime import timedelta

import pytest

from curator.desk.changes import OutboxChanged
from curator.desk.queueing import NotAllowed
from curator.domain.outbox import Outbox
from curator.net.credentials import CredentialsError
from curator.net.x_errors import Refused, Unpaid, Unsummoned
from curator.store import Store, StoreError
from tests.desk.posting.helpers import SlowX, let_pass, notices, sent, state
from tests.publishing.fake_x import FakeX


async def test_approving_queues_and_time_sends(desk, x, until):
    desk.judging.approve("m0a")
    row = desk.posting.row("m0a")
    assert (row.post.state, row.post.text, row.post.reply_to) == ("queued", "It glows 0a.", "70")
    assert (row.post.price, row.can) == (0.01, ("send_now", "withdraw"))
    assert 10 < row.seconds <= 20
    assert row.request.id == "m0"
    assert any(isinstance(c, OutboxChanged) for c in desk.heard)
    let_pass(desk)
    await until(lambda: state(desk) == "posted")
    assert [t.text for t in x.tweets] == ["It glows 0a."]
    assert desk.posting.spent == 0.01


async def test_an_approval_and_its_post_are_one_transaction(desk, until, tmp_path):
    desk.judging.approve("m0a")
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    (journal,) = tmp_path.glob("journal-*.jsonl")
    lines = [json.loads(line)["ops"] for line in journal.read_text().splitlines()]
    (line,) = [ops for ops in lines if any(table == "events" for table, _, _ in ops)]
    assert [table for table, _, _ in line] == ["events", "posts"]


async def test_keys_never_wait_for_x(desks, until):
    x = SlowX()
    desk = await desks(x)
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(x.asking.is_set)
    assert state(desk) == "sending"
    desk.judging.approve("m1a")
    desk.history.undo()
    assert state(desk, "m1a") == "withdrawn"
    desk.history.undo()
    assert "the approval is taken back, but it is being sent" in notices(desk)
    x.let_go.set()
    await until(lambda: state(desk) == "posted")


async def test_what_is_being_sent_is_on_the_disk_before(desks, until, tmp_path):
    x = SlowX()
    desk = await desks(x)
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(x.asking.is_set)
    stored = Outbox(Store.open(tmp_path, write=False).posts())
    assert stored.post("m0a").state == "sending"
    x.let_go.set()


async def test_nothing_leaves_while_the_disk_refuses(desk, x, until, monkeypatch):
    desk.judging.approve("m0a")
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    store = desk.ledger.store
    real = store.append

    def full(*records):
        raise StoreError("the disk is full")

    monkeypatch.setattr("curator.desk.keeper.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(store, "append", full)
    let_pass(desk)
    await until(lambda: state(desk) == "sending")
    await asyncio.sleep(0.05)
    assert x.tweets == []
    monkeypatch.setattr(store, "append", real)
    await until(lambda: state(desk) == "posted")
    assert len(x.tweets) == 1


async def test_left_in_the_middle_it_is_looked_for_at_the_next_start(desks, until, monkeypatch):
    monkeypatch.setattr("curator.desk.sending._PATIENCE", 0.01)
    slow = SlowX()
    desk = await desks(slow)
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(slow.asking.is_set)
    desk.judging.approve("m1a")
    await desk.close()
    slow.let_go.set()
    await until(lambda: slow.tweets)
    calm = FakeX()
    calm.tweets = slow.tweets
    again = await desks(calm)
    await until(lambda: state(again) == "posted")
    assert again.posting.row("m0a").post.why == "found by reading back"
    assert state(again, "m1a") == "queued"
    let_pass(again, 60)
    await until(lambda: state(again, "m1a") == "posted")
    assert len(calm.tweets) == 2


async def test_what_waited_while_nobody_was_here_can_be_undone_first(desks, x, until):
    desk = await desks(x)
    desk.judging.approve("m0a")
    await desk.close()
    later = await desks(x)
    later.ledger._clock.time += timedelta(days=1)
    await later.close()
    again = await desks(x)
    assert again.posting.row("m0a").seconds > 10
    again.history.undo()
    assert (state(again), x.tweets) == ("withdrawn", [])


async def test_undo_after_posting_says_what_can_be_done(desk, until):
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: state(desk) == "posted")
    desk.history.undo()
    assert state(desk) == "posted"
    assert any("posted already: only on X can it be deleted" in text for text in notices(desk))


async def test_the_plan_is_known_before(desk):
    plan = desk.posting.plan("m0", "It glows.")
    assert (plan.kind, plan.price, plan.reply_to) == ("reply", 0.01, "70")
    assert desk.posting.plan("m3", "It glows.").kind == "none"
    desk.judging.approve("m0a")
    assert desk.posting.plan("m0", "It glows.").kind == "blocked"
    assert desk.posting.plan("m0", "It glows.", "m0a").kind == "reply"


async def test_without_credentials_it_is_a_rehearsal_and_says_so(desks, until):
    desk = await desks()
    assert "curator auth x" in desk.posting.dry
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: state(desk) == "dry")


async def test_the_settings_can_ask_for_a_rehearsal(desks, x, until):
    desk = await desks(x, dry_run=True)
    assert "as the settings say" in desk.posting.dry
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: state(desk) == "dry")
    assert x.tweets == []


@pytest.mark.parametrize("error", [CredentialsError("half of them"), RuntimeError("s3cret")])
async def test_credentials_that_can_t_be_read_rehearse_nothing(desks, until, error):
    def broken():
        raise error

    desk = await desks(broken)
    await until(lambda: desk.posting.stopped)
    assert "s3cret" not in desk.posting.stopped
    desk.judging.approve("m0a")
    let_pass(desk)
    await asyncio.sleep(0.05)
    assert (state(desk), desk.posting.dry) == ("queued", None)


# What the curator can do


async def test_send_now_and_withdraw(desk, x, until):
    desk.judging.approve("m0a")
    desk.judging.approve("m1a")
    desk.posting.send_now("m0a")
    desk.posting.withdraw("m1a")
    await until(lambda: state(desk) == "posted")
    assert state(desk, "m1a") == "withdrawn"
    assert desk.posting.row("m1a").can == ("again",)
    desk.posting.again("m1a")
    assert state(desk, "m1a") == "queued"
    for action in (desk.posting.send_now, desk.posting.withdraw, desk.posting.give_up):
        with pytest.raises(NotAllowed, match="posted"):
            action("m0a")
    with pytest.raises(NotAllowed, match="no post"):
        desk.posting.withdraw("nobody")


async def test_a_refused_reply_can_become_a_plain_post(desk, x, until):
    await sent(desk, x, until, Unsummoned("X: not mentioned"))
    await until(lambda: "not posted: X: not mentioned" in notices(desk))
    assert desk.posting.row("m0a").can == ("again", "plain", "posted_as", "give_up")
    desk.posting.again("m0a", plain=True)
    assert desk.posting.row("m0a").post.price == 0.015
    desk.posting.send_now("m0a")
    await until(lambda: state(desk) == "posted")
    assert x.tweets[0].reply_to is None


async def test_stopped_it_goes_on_when_told(desk, x, until):
    x.faults = [("before", Unpaid("there are no credits left"))]
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: desk.posting.stopped)
    await until(lambda: "posting stopped: there are no credits left" in notices(desk))
    assert state(desk) == "queued"
    desk.posting.start_again()
    await until(lambda: state(desk) == "posted")


async def test_rows_begin_with_what_needs_a_hand(desk, x, until):
    await sent(desk, x, until, Refused("X: no"))
    desk.judging.approve("m1a")
    desk.judging.approve("m2a")
    desk.posting.send_now("m2a")
    await until(lambda: state(desk, "m2a") == "posted")
    rows = desk.posting.rows()
    assert [(r.post.id, r.post.state) for r in rows] == [
        ("m1a", "queued"),
        ("m0a", "rejected"),
        ("m2a", "posted"),
    ]
    assert [r.post.id for r in desk.posting.rows("posted", "queued")] == ["m1a", "m2a"]


async def test_likes_are_read_back_later(desk, x, until):
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: state(desk) == "posted")
    x.likes = {"1000": 7}
    let_pass(desk, 7300)
    await until(lambda: desk.posting.row("m0a").post.likes == 7)
    x.likes = {}
    let_pass(desk, 90_000)
    await until(lambda: desk.posting.row("m0a").post.counted_at > "2026-01-02")
    assert desk.posting.row("m0a").post.likes == 7, "what X does not show is not nought"
