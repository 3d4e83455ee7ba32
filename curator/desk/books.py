"""The outbox and the way into it: on the desk through its one writer, for scripts straight."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from curator.desk.changes import Change, OutboxChanged, Saved
from curator.desk.ledger import Clock, Ledger, new_id, now, stamp
from curator.domain.outbox import Outbox, Post
from curator.domain.records import Scalar
from curator.domain.steps import PostStep, StepKind

if TYPE_CHECKING:
    from curator.store import Store


class BookClosed(Exception):
    """The desk is being left: nothing more is to be sent."""


class StoreBook:
    """The outbox of a store that nobody else writes to."""

    def __init__(self, store: "Store", clock: Clock = now) -> None:
        self._store = store
        self._clock = clock
        self.outbox = Outbox(store.posts())

    def now(self) -> str:
        """Return the time."""
        return stamp(self._clock())

    def step(self, post_id: str, kind: StepKind, **data: Scalar) -> PostStep | None:
        """Take a step in memory only, to be kept by the caller; None if it may not follow."""
        step = PostStep(new_id(), self.now(), post_id, kind, data)
        return step if self.outbox.apply(step) else None

    def take(self, post_id: str, kind: StepKind, **data: Scalar) -> Post | None:
        """Record a step; return once it is on disk. Raises `StoreError`."""
        step = PostStep(new_id(), self.now(), post_id, kind, data)
        if not self.outbox.allows(step):
            return None
        self._store.append(step).result()
        self.outbox.apply(step)
        return self.outbox.post(post_id)


class DeskBook:
    """The outbox of the desk: memory first, then the disk.

    `record` is for the desk's own thread, `take` for the sender's. `on_back` is told of a post that
    was being sent and is queued again, before anything else can happen to it.
    """

    def __init__(self, ledger: Ledger, on_back: Callable[[Post], None] = lambda _: None) -> None:
        self._ledger = ledger
        self._on_back = on_back
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self.outbox = Outbox()

    def begin(self) -> None:
        """Read what is stored."""
        self.outbox = Outbox(self._ledger.store.posts() if self._ledger.store else ())

    def start(self) -> None:
        """Hear of what reaches the disk."""
        self._loop = asyncio.get_running_loop()
        self._ledger.listen(self._heard)

    def close(self) -> None:
        """Take nothing more from the sender."""
        self._closed = True
        for waiting in self._waiting.values():
            waiting.cancel()

    def now(self) -> str:
        """Return the time."""
        return self._ledger.stamp()

    def step(self, post_id: str, kind: StepKind, **data: Scalar) -> PostStep | None:
        """Take a step in memory only, to be kept by the caller; None if it may not follow."""
        step = PostStep(new_id(), self.now(), post_id, kind, data)
        return step if self.outbox.apply(step) else None

    def record(self, post_id: str, kind: StepKind, **data: Scalar) -> PostStep | None:
        """Take a step and begin to keep it; None if it may not follow."""
        step = self.step(post_id, kind, **data)
        if step is not None:
            self._ledger.add(step)
            self._ledger.tell(OutboxChanged())
        return step

    def take(self, post_id: str, kind: StepKind, **data: Scalar) -> Post | None:
        """Record a step; return once it is on disk. Raises `BookClosed` when the desk closes."""
        self._check_open()
        if self._loop is None or self._loop.is_closed():
            raise BookClosed
        taking: Future[Post | None] = asyncio.run_coroutine_threadsafe(
            self._take(post_id, kind, data), self._loop
        )
        post = taking.result()
        if kind == "sending":
            self._check_open()
        return post

    def _check_open(self) -> None:
        if self._closed:
            raise BookClosed

    async def _take(self, post_id: str, kind: StepKind, data: dict[str, Scalar]) -> Post | None:
        step = self.record(post_id, kind, **data)
        if step is None:
            return None
        post = self.outbox.post(post_id)
        self._waiting[step.id] = asyncio.get_running_loop().create_future()
        if kind == "moved" and post is not None:
            self._on_back(post)
        await self._waiting[step.id]
        return post

    def _heard(self, change: Change) -> None:
        if isinstance(change, Saved):
            for id in change.ids:
                waiting = self._waiting.pop(id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)
