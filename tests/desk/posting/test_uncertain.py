"""Posts of which nobody knows, and what is judged while they are being sent."""

import pytest

from curator.desk.queueing import NotAllowed
from curator.domain.steps import PostStep
from curator.net.x_errors import Duplicate, RateLimited, Refused, Unreachable
from curator.store import Store
from tests.desk.posting.helpers import SlowX, let_pass, notices, sent, state


async def test_what_is_uncertain_can_be_looked_for_named_or_given_up(desk, x, until):
    lost = Unreachable("X did not answer in time")
    x.reading = [Unreachable("again"), None, None]
    await sent(desk, x, until, lost, ends="uncertain")
    assert "again" not in desk.posting.row("m0a").can
    with pytest.raises(NotAllowed, match="looked for first"):
        desk.posting.again("m0a")
    desk.posting.start_again()
    await until(lambda: desk.posting.row("m0a").post.looked == 1)
    assert desk.posting.row("m0a").can == ("look_for", "posted_as", "again", "give_up")
    desk.posting.look_for("m0a")
    await until(lambda: desk.posting.row("m0a").post.looked == 2)
    with pytest.raises(NotAllowed, match="number"):
        desk.posting.posted_as("m0a", "https://x.com/me")
    desk.posting.posted_as("m0a", "https://x.com/me/status/1234?s=20")
    assert (state(desk), desk.posting.row("m0a").post.tweet) == ("posted", "1234")
    desk.posting.start_again()
    await sent(desk, x, until, lost, post="m1a", ends="uncertain")
    with pytest.raises(NotAllowed, match="another post"):
        desk.posting.posted_as("m1a", "https://x.com/me/status/1234")
    await until(lambda: desk.posting.row("m1a").post.looked)
    desk.posting.give_up("m1a")
    assert state(desk, "m1a") == "given up"


@pytest.mark.parametrize(
    "said",
    [
        "https://x.com/me/status/1900000000000003333/photo/1",
        "https://twitter.com/me/statuses/1900000000000003333/",
        "https://x.com/i/web/status/1900000000000003333?s=20#m",
        " 1900000000000003333 ",
    ],
)
async def test_the_id_is_found_wherever_it_is_in_the_address(desk, x, until, said):
    x.reading = [Unreachable("again")] * 9
    await sent(desk, x, until, Unreachable("X did not answer in time"), ends="uncertain")
    for wrong in ("1", "12345", "https://x.com/me/photo/1", "https://x.com/me/status/19a"):
        with pytest.raises(NotAllowed, match="behind /status/"):
            desk.posting.posted_as("m0a", wrong)
    desk.posting.posted_as("m0a", said)
    assert desk.posting.row("m0a").post.tweet == "1900000000000003333"


async def test_given_up_before_anybody_has_looked_it_may_still_be_the_answer(desk, x, until):
    x.reading = [Refused("X: reading is not for this app")] * 9
    await sent(desk, x, until, Unreachable("X did not answer in time"), ends="uncertain")
    desk.posting.give_up("m0a")
    desk.judging.approve("m0b")
    assert state(desk, "m0b") == "blocked"
    desk.posting.start_again()
    desk.judging.approve("m1a")  # and it keeps no other waiting
    let_pass(desk, 1000)
    await until(lambda: state(desk, "m1a") == "posted")
    with pytest.raises(NotAllowed, match="another post"):
        desk.posting.again("m0b")
    x.reading = []
    desk.posting.look_for("m0a")
    await until(lambda: desk.posting.row("m0a").post.looked)
    desk.posting.give_up("m0a")  # now it is known that it is not out
    assert "look_for" not in desk.posting.row("m0a").can
    desk.posting.again("m0b")
    assert state(desk, "m0b") == "queued"


async def test_a_plain_post_that_may_be_out_stays_one(desk, x, until):
    await sent(desk, x, until, Refused("X: not to this one"))
    desk.posting.again("m0a", plain=True)
    x.faults = [("before", Unreachable("X did not answer in time"))]
    let_pass(desk)
    await until(lambda: state(desk) == "uncertain" and desk.posting.row("m0a").post.looked)
    desk.posting.again("m0a")
    assert desk.posting.row("m0a").post.reply_to is None


async def test_an_approval_that_is_taken_back_while_x_says_not_now_is_no_post(desks, until):
    x = SlowX()
    desk = await desks(x)
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(x.asking.is_set)
    desk.history.undo()
    desk.judging.approve("m0b")
    assert state(desk, "m0b") == "blocked"  # the other may be out in a moment
    x.faults = [("before", RateLimited("429"))]
    x.let_go.set()
    await until(lambda: state(desk) == "withdrawn")
    assert state(desk, "m0b") == "queued"
    let_pass(desk, 3600)
    await until(lambda: state(desk, "m0b") == "posted")
    assert [t.text for t in x.tweets] == ["It glows 0b."]


async def test_an_edit_while_x_says_not_now_is_what_goes_out(desks, until):
    x = SlowX()
    desk = await desks(x)
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(x.asking.is_set)
    desk.judging.edit("m0a", "It shines.")
    x.faults = [("before", RateLimited("429"))]
    x.let_go.set()
    await until(lambda: state(desk) == "queued")
    let_pass(desk, 3600)
    await until(lambda: state(desk) == "posted")
    assert [t.text for t in x.tweets] == ["It shines."]


async def test_what_a_crash_left_queued_without_its_approval_is_withdrawn(desks, x, tmp_path):
    steps = [
        PostStep(f"s{n}", "2026-01-01T00:00:00.000Z", "m0a", kind, data)
        for n, (kind, data) in enumerate(
            [
                ("queued", {"request": "m0", "text": "It glows 0a.", "reply_to": "70",
                            "price": 0.01, "reason": "", "due": "2026-01-01T00:00:00.000Z"}),
                ("sending", {}),
                ("moved", {"due": "2026-01-01T00:00:00.000Z"}),
            ]
        )
    ]  # fmt: skip
    with Store.open(tmp_path) as store:
        store.append(*steps).result()
    desk = await desks(x)
    assert state(desk) == "withdrawn"


async def test_a_defect_stops_the_sender_with_a_word_and_the_desk_can_be_left(
    desk, x, until, monkeypatch
):
    def broken(since_id=None):
        raise LookupError("a bug")

    monkeypatch.setattr(x, "own_posts", broken)
    x.faults = [("after", Unreachable("X did not answer in time"))]
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: desk.posting.stopped)
    assert desk.posting.stopped == "sending failed (LookupError)"
    monkeypatch.undo()
    desk.posting.start_again()
    await until(lambda: state(desk) == "posted")  # it goes on, and finds it
    assert len(x.tweets) == 1


async def test_a_defect_while_a_duplicate_is_looked_for_leaves_nothing_being_sent(
    desk, x, until, monkeypatch
):
    def broken(since_id=None):
        raise LookupError("a bug")

    monkeypatch.setattr(x, "own_posts", broken)
    x.faults = [("before", Duplicate("X: duplicate"))]
    desk.judging.approve("m0a")
    let_pass(desk)
    await until(lambda: desk.posting.stopped)
    assert state(desk) == "uncertain"


async def test_a_second_try_of_what_may_be_on_x_keeps_its_text(desk, x, until):
    await sent(desk, x, until, Unreachable("X did not answer in time"), ends="uncertain")
    await until(lambda: desk.posting.row("m0a").post.looked)
    desk.judging.edit("m0a", "It shines.")
    desk.posting.again("m0a")
    assert desk.posting.row("m0a").post.text == "It glows 0a."
    desk.judging.edit("m0a", "It shines anew.")
    assert desk.posting.row("m0a").post.text == "It glows 0a."
    assert "edited, but its post keeps its text: it may be on X already" in notices(desk)
    desk.history.undo()
    desk.posting.withdraw("m0a")
    desk.posting.again("m0a")
    assert desk.posting.row("m0a").post.text == "It glows 0a."


async def test_what_was_given_up_keeps_its_text_too(desk, x, until):
    await sent(desk, x, until, Unreachable("X did not answer in time"), ends="uncertain")
    await until(lambda: desk.posting.row("m0a").post.looked)
    desk.posting.give_up("m0a")
    desk.judging.edit("m0a", "It shines.")
    desk.posting.again("m0a")
    assert desk.posting.row("m0a").post.text == "It glows 0a."


async def test_what_is_not_approved_any_more_is_not_sent_again(desk, x, until):
    await sent(desk, x, until, Unreachable("X did not answer in time"), ends="uncertain")
    await until(lambda: desk.posting.row("m0a").post.looked)
    desk.history.undo()
    assert "again" not in desk.posting.row("m0a").can
    with pytest.raises(NotAllowed, match="not approved any more"):
        desk.posting.again("m0a")
