"""What may become of a post, whatever steps come in whatever order."""

import itertools
from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from curator.domain.outbox import ANSWERING, STATES, Outbox, after
from curator.domain.steps import PostStep, StepKind

START = "2026-11-22T10:00:00.000Z"
KINDS = get_args(StepKind)
DATA = {"request": "r1", "text": "It glows.", "reply_to": "77", "price": 0.01, "reason": "asked"}


class Steps:
    """Applies steps to an outbox, a second apart."""

    def __init__(self):
        self.outbox = Outbox()
        self.applied = []
        self._numbers = itertools.count(1)

    def step(self, kind, post="s1", **data):
        number = next(self._numbers)
        at = after(START, number)
        if kind in ("queued", "blocked"):
            data = DATA | {"due": at} | data
        return PostStep(f"p{number}", at, post, kind, data)

    def do(self, kind, post="s1", **data):
        step = self.step(kind, post, **data)
        done = self.outbox.apply(step)
        if done:
            self.applied.append(step)
        return done

    def all(self, *kinds):
        for kind in kinds:
            data = {"tweet": "901"} if kind == "posted" else {}
            assert self.do(kind, **data), kind
        return self.outbox.post("s1")


@pytest.fixture
def steps():
    return Steps()


def test_a_post_goes_its_way(steps):
    post = steps.all("queued", "sending", "posted")
    assert (post.state, post.tweet, post.text, post.reply_to) == (
        "posted",
        "901",
        "It glows.",
        "77",
    )
    assert steps.outbox.claims("901")
    assert steps.outbox.open() == []


@pytest.mark.parametrize("kinds", [["sending"], ["queued", "posted", "sending"]])
def test_what_was_not_queued_is_never_sent(steps, kinds):
    *before, last = kinds
    for kind in before:
        steps.do(kind, tweet="901")
    assert not steps.do(last)


def test_it_does_not_leave_before_it_is_due(steps):
    steps.do("queued", due=after(START, 100))
    assert not steps.do("sending")
    assert steps.do("moved", due=START)
    assert steps.do("sending")


@pytest.mark.parametrize("kind", ["sending", "queued", "moved", "withdrawn", "dry", "rejected"])
def test_what_is_uncertain_is_never_sent_by_itself(steps, kind):
    steps.all("queued", "sending", "uncertain")
    assert not steps.do(kind)


def test_only_after_it_was_looked_for_it_can_be_queued_again(steps):
    steps.all("queued", "sending", "uncertain", "looked", "queued", "sending", "uncertain")
    assert not steps.do("queued"), "a look before the last attempt says nothing of that"
    assert steps.do("given_up")
    assert not steps.do("queued")


def test_what_was_given_up_after_a_look_can_be_queued_again(steps):
    steps.all("queued", "sending", "uncertain", "looked", "given_up", "queued")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_being_sent_can_only_end(steps, kind):
    steps.all("queued", "sending")
    allowed = ("posted", "rejected", "uncertain", "moved")
    assert steps.do(kind, tweet="901") == (kind in allowed)


@pytest.mark.parametrize("before", [[], ["sending"], ["sending", "uncertain"]])
def test_a_request_has_one_answer(steps, before):
    steps.all("queued", *before)
    assert not steps.do("queued", post="s2")
    assert steps.outbox.answer_to("r1").id == "s1"
    assert steps.do("queued", post="s2", request="r2")


def test_when_one_is_withdrawn_another_may_answer(steps):
    steps.all("queued", "withdrawn")
    assert steps.do("queued", post="s2")
    assert not steps.do("queued", post="s1")


def test_two_posts_are_never_the_same_one_on_x(steps):
    steps.all("queued", "sending", "posted")
    steps.do("queued", post="s2", request="r2")
    steps.do("sending", post="s2")
    assert not steps.do("posted", post="s2", tweet="901")
    assert steps.outbox.post("s2").state == "sending"


def test_what_x_may_have_charged_counts(steps):
    month = START[:7]
    steps.all("queued", "sending")
    assert steps.outbox.spent(month) == 0.01
    steps.all("moved")
    assert steps.outbox.spent(month) == 0
    steps.all("sending", "uncertain", "looked", "queued", "sending", "rejected")
    assert steps.outbox.spent(month) == 0.01, "of the uncertain one nobody knows"


def test_newer_posts_are_told_by_what_was_posted_before(steps):
    outbox = steps.outbox
    steps.all("queued", "sending", "posted")
    steps.do("queued", post="s2", request="r2")
    steps.do("sending", post="s2")
    at = outbox.post("s2").first_sent
    assert outbox.newest_before(at) == "901"
    steps.do("posted", post="s2", tweet="1000")
    assert outbox.newest_before(at) == "901"
    assert outbox.newest_before(after(at, 60)) == "1000"
    steps.do("queued", post="s3", request="r3")
    steps.do("posted", post="s3", tweet="99999999", by_hand=True)
    assert outbox.newest_before(after(at, 60)) == "1000", "a person may have mistyped it"


def test_likes_are_kept_beside(steps):
    steps.all("queued", "sending", "posted")
    assert steps.do("counted", likes=7)
    assert steps.do("counted")
    assert steps.outbox.post("s1").likes == 7


class AnyOrder(RuleBasedStateMachine):
    """Steps of all kinds for a few posts of two requests, most of them out of place."""

    def __init__(self):
        super().__init__()
        self.steps = Steps()
        self.sends = []

    @rule(
        kind=st.sampled_from(KINDS),
        post=st.sampled_from(["s1", "s2", "s3"]),
        tweet=st.sampled_from(["901", "902"]),
        late=st.booleans(),
    )
    def step(self, kind, post, tweet, late):
        outbox = self.steps.outbox
        before = outbox.posts()
        extra = {"due": after(START, 10_000)} if late and kind in ("queued", "moved") else {}
        request = "r2" if post == "s3" else "r1"
        step = self.steps.step(kind, post, tweet=tweet, **extra)
        step.data["request"] = request
        step.data.setdefault("due", START)
        allowed = outbox.allows(step)
        assert outbox.apply(step) == allowed
        if not allowed:
            assert outbox.posts() == before
            return
        self.steps.applied.append(step)
        if kind == "sending":
            self.sends.append(post)

    @invariant()
    def one_answer_to_a_request(self):
        for request in ("r1", "r2"):
            answers = [
                p
                for p in self.steps.outbox.posts()
                if p.request == request and p.state in ANSWERING
            ]
            # A person may say of a second one that it is out; nothing is sent because of it.
            assert sum(p.state != "posted" for p in answers) <= 1

    @invariant()
    def it_is_the_fold_of_its_steps(self):
        again = Outbox(self.steps.applied)
        assert again.posts() == self.steps.outbox.posts()
        assert again.open() == self.steps.outbox.open()
        assert again.spent("2026-11") == self.steps.outbox.spent("2026-11") >= 0

    @invariant()
    def every_attempt_has_an_end_before_the_next(self):
        for post in self.steps.outbox.posts():
            assert post.state in STATES
            kinds = [s.step for s in self.steps.applied if s.post == post.id]
            for first, second in itertools.pairwise(
                [n for n, kind in enumerate(kinds) if kind == "sending"]
            ):
                between = set(kinds[first + 1 : second])
                assert between & {"moved", "queued"}
                assert between & {"moved", "rejected", "looked"}


def test_any_order_of_steps():
    run_state_machine_as_test(
        AnyOrder, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
