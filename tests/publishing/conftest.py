"""A curator, a clock, and a store whose process can die at any moment."""

import json
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from curator.config import Settings
from curator.desk.handling import Handling
from curator.desk.scripted import ScriptedJudge
from curator.domain.records import Event, Request, Sample, Song
from curator.domain.steps import PostStep
from curator.publishing.sender import Sender
from tests.publishing.fake_x import FakeX, Killed

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class MemoryStore:
    """What is on the disk. `dying` counts the writes down until the process dies, or has just."""

    def __init__(self):
        self.records = []
        self.dying = None
        self.dies_before = False

    def append(self, *records):
        if self.dying is not None:
            self.dying -= 1
            if self.dying < 0 and self.dies_before:
                raise Killed
        known = {r.id for r in self.records}
        assert known.isdisjoint(r.id for r in records)
        self.records += records
        if self.dying is not None and self.dying < 0:
            raise Killed
        done = Future()
        done.set_result(len(self.records))
        return done

    def _all(self, kind):
        return [r for r in self.records if isinstance(r, kind)]

    def events(self):
        return self._all(Event)

    def posts(self):
        return self._all(PostStep)

    def request(self, id):
        return next((r for r in self._all(Request) if r.id == id), None)

    def sample(self, id):
        return next((s for s in self._all(Sample) if s.id == id), None)


class World:
    """Mentions m0, m1, … with samples m0a, m0b …, a curator who judges, a sender, a clock."""

    def __init__(self, mentions=3, source="mention", **settings):
        self.store = MemoryStore()
        self.x = FakeX()
        self.time = START
        self.settings = Settings(curator="ann", **settings)
        self.account = self.x
        for n in range(mentions):
            request = Request(f"m{n}", "", source, "words?", Song("A", "B"), "@fan", f"7{n}")
            samples = [Sample(f"m{n}{c}", f"m{n}", "", f"It glows {n}{c}.", "m") for c in "ab"]
            self.store.append(request, *samples)
        self.restart()

    def clock(self):
        return self.time

    def restart(self):
        """Begin anew with what is on the disk."""
        self.store.dying = None
        self.judge = ScriptedJudge(self.store, "ann", self.clock, self.settings)
        self.sender = Sender(
            self.judge.book, self.account, budget=self.settings.post_monthly_dollars
        )
        self.sender.recover()

    def say(self, **line):
        """Judge by a line; return its acknowledgement."""
        return self.judge.take(json.dumps(line).encode())

    @property
    def hands(self):
        """The curator's hands in the outbox."""
        judge, book = self.judge, self.judge.book
        return Handling(
            book.outbox, judge._queueing, judge.session.is_approved, book.now, book.take,
            self.store.append,
        )  # fmt: skip

    def approve(self, sample, **more):
        return self.say(sample_id=sample, verdict="approve", **more)

    def wait(self, seconds=20.0):
        """Let time pass, and the sender do all that is due then."""
        self.time += timedelta(seconds=seconds)
        while True:
            before = (self.sender.stopped, self.sender.paused_until)
            if self.sender.work() is None and before == (
                self.sender.stopped,
                self.sender.paused_until,
            ):
                return

    def post(self, id="m0a"):
        return self.judge.book.outbox.post(id)

    def state(self, id="m0a"):
        return self.post(id) and self.post(id).state

    @property
    def texts(self):
        """What is on X."""
        return [tweet.text for tweet in self.x.tweets]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def killed():
    return Killed
