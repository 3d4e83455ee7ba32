"""Approvals, second thoughts, faults and crashes in any order: no post twice, none forgotten."""

import random
from collections import Counter
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from curator.desk.queueing import NotAllowed
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

SAMPLES = ["m0a", "m0b", "m1a", "m1b", "m2a"]
AFTER = [
    Unreachable("X did not answer in time"),
    Garbled("no JSON"),
    ServerTrouble("503"),
    AttributeError("a bug"),
]
BEFORE = [
    *AFTER,
    Unreachable("no connection", unknown=False),
    Refused("X: no"),
    Unsummoned("X: not mentioned"),
    RateLimited("429"),
    Unpaid("402"),
    UsageCapped("429"),
    Unauthorised("401"),
    Duplicate("X: duplicate"),
]
READING = [e for e in BEFORE if not isinstance(e, AttributeError | Duplicate | Unsummoned)]


def sitting(make_world, killed):
    class Sitting(RuleBasedStateMachine):
        @initialize(knows=st.booleans())
        def begin(self, knows):
            self.world = make_world()
            self.world.x.knows_duplicates = knows
            self.taken = Counter()
            self.maybe = {}
            self.number = 0
            post = self.world.x.post

            def watched(text, reply_to=None):
                """No text leaves that is not approved, as it reads now, on the disk."""
                book, session = self.world.judge.book, self.world.judge.session
                [sending] = book.outbox.open("sending")
                assert sending.text == text
                assert session.is_approved(sending.id)
                judged = session.judgement(sending.id).text
                now = judged or self.world.store.sample(sending.id).text
                # What may be on X keeps its text.
                assert text == self.maybe.get(sending.id, now)
                on_disk = [s for s in self.world.store.posts() if s.post == sending.id]
                assert on_disk[-1].step == "sending"
                before = len(self.world.x.tweets)
                unknown = True
                try:
                    tweet = post(text, reply_to)
                    unknown = False
                    return tweet
                except XError as error:
                    unknown = error.unknown
                    raise
                finally:
                    self.taken[sending.id] += len(self.world.x.tweets) - before
                    if unknown:
                        self.maybe.setdefault(sending.id, text)

            self.world.x.post = watched

        def living(self, work):
            try:
                work()
            except killed:
                self.world.restart()

        @rule(sample=st.sampled_from(SAMPLES), verdict=st.sampled_from(["approve", "reject", None]))
        def judge(self, sample, verdict):
            self.living(lambda: self.world.say(sample_id=sample, verdict=verdict))

        @rule(sample=st.sampled_from(SAMPLES))
        def approve(self, sample):
            self.living(lambda: self.world.approve(sample))

        @rule(sample=st.sampled_from(SAMPLES), long=st.integers(0, 9))
        def edit(self, sample, long):
            self.number += 1
            text = f"It shines {self.number}." + (" long" * 60 if long == 9 else "")
            self.living(lambda: self.world.say(sample_id=sample, text=text))

        @rule(step=st.sampled_from(["undo", "redo"]))
        def step(self, step):
            self.living(lambda: self.world.say(**{step: True}))

        @rule(sample=st.sampled_from(SAMPLES), action=st.sampled_from(["again", "give_up"]))
        def handle(self, sample, action):
            post = self.world.post(sample)
            if post is not None and action in self.world.hands.can(post):
                with suppress(NotAllowed):
                    self.living(lambda: getattr(self.world.hands, action)(sample))

        @rule(seconds=st.sampled_from([0, 5, 21, 700]))
        def wait(self, seconds):
            self.living(lambda: self.world.wait(seconds))

        @rule(error=st.sampled_from(BEFORE))
        def fault_before(self, error):
            self.world.x.faults.append(("before", error))

        @rule(error=st.sampled_from(AFTER))
        def fault_after(self, error):
            self.world.x.faults.append(("after", error))

        @rule(error=st.sampled_from(READING))
        def fault_reading(self, error):
            self.world.x.reading.append(error)

        @rule(when=st.sampled_from(["before", "after"]))
        def die_at_x(self, when):
            self.world.x.faults.append((when, killed()))

        @rule(writes=st.integers(0, 3), before=st.booleans())
        def die_at_a_write(self, writes, before):
            self.world.store.dying, self.world.store.dies_before = writes, before

        @rule()
        def die_now(self):
            self.world.restart()

        @precondition(lambda self: self.world.sender.stopped)
        @rule()
        def start_again(self):
            self.world.sender.start_again()

        @invariant()
        def nothing_is_posted_twice(self):
            assert max(self.taken.values(), default=0) <= 1
            of_requests = Counter(sample[:2] for sample in self.taken.elements())
            assert max(of_requests.values(), default=0) <= 1

        @invariant()
        def no_approval_is_forgotten(self):
            book, session = self.world.judge.book, self.world.judge.session
            for sample in session.approved():
                post = book.outbox.post(sample)
                assert post is not None
                assert post.state != "withdrawn"
            for post in book.outbox.open("queued"):
                assert session.is_approved(post.id)

        def teardown(self):
            """In the end, when all is well again, everything is settled and known."""
            if not hasattr(self, "world"):
                return
            world = self.world
            world.restart()
            world.x.faults, world.x.reading = [], []
            for _ in range(8):
                world.wait(2000)
            assert world.judge.book.outbox.open("queued", "sending") == []
            self.nothing_is_posted_twice()
            self.no_approval_is_forgotten()
            for sample in SAMPLES:
                known = world.state(sample) == "posted"
                assert known == (self.taken[sample] == 1) or world.state(sample) == "given up"
                if world.state(sample) == "uncertain":
                    assert world.post(sample).looked >= 1

    return Sitting


def test_in_any_order(make_world, killed):
    run_state_machine_as_test(
        sitting(make_world, killed),
        settings=settings(max_examples=60, stateful_step_count=40, deadline=None),
    )


def something(machine, chance):
    """Let something happen."""
    sample = chance.choice(SAMPLES)
    match chance.randrange(13):
        case 0 | 1 | 2:
            machine.approve(sample)
        case 3:
            machine.judge(sample, chance.choice(["approve", "reject", None]))
        case 4:
            machine.edit(sample, chance.randint(0, 9))
        case 5:
            machine.step(chance.choice(["undo", "redo"]))
        case 6:
            machine.fault_before(chance.choice(BEFORE))
        case 7:
            machine.fault_after(chance.choice(AFTER))
        case 8:
            machine.fault_reading(chance.choice(READING))
        case 9:
            machine.die_at_x(chance.choice(["before", "after"]))
        case 10:
            machine.die_at_a_write(chance.randint(0, 3), chance.random() < 0.5)
        case 11:
            machine.world.sender.start_again()
        case 12:
            machine.handle(sample, chance.choice(["again", "give_up"]))
    machine.wait(chance.choice([0, 5, 21, 700]))


def test_of_many_long_sittings_each_ends_well(make_world, killed):
    """The same, blindly and longer: chance finds other corners than a search does."""
    for seed in range(40):
        chance = random.Random(seed)
        machine = sitting(make_world, killed)()
        machine.begin(knows=seed % 2 == 0)
        for _ in range(80):
            something(machine, chance)
            machine.nothing_is_posted_twice()
            machine.no_approval_is_forgotten()
        machine.teardown()
