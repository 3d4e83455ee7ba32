"""An X that can be slow, and what tests of posting ask and do again and again."""

import threading
from datetime import timedelta

from curator.desk.changes import Noticed
from tests.publishing.fake_x import FakeX


class SlowX(FakeX):
    """Answers a post only once it is let go."""

    def __init__(self):
        super().__init__()
        self.asking = threading.Event()
        self.let_go = threading.Event()

    def post(self, text, reply_to=None):
        self.asking.set()
        assert self.let_go.wait(10)
        return super().post(text, reply_to)


def state(desk, post="m0a"):
    row = desk.posting.row(post)
    return row and row.post.state


def notices(desk):
    return [c.text for c in desk.heard if isinstance(c, Noticed)]


def let_pass(desk, seconds=30):
    """Let time pass; the sender looks at the clock again."""
    desk.ledger._clock.time += timedelta(seconds=seconds)
    desk.posting._sending.wake()


async def sent(desk, x, until, error, when="before", post="m0a", ends="rejected"):
    x.faults = [(when, error)]
    desk.judging.approve(post)
    let_pass(desk)
    await until(lambda: state(desk, post) == ends)
