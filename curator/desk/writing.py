"""Batches: what is to be written, in which order, and what is being written now.

The request in front of the curator comes first, then the next ones of the queue. A request's
seed follows from its id, and its rows are numbered from 0, so that whatever interrupts the
writing, only the rows that are missing are written, and they read as they would have. What was
written before a batch, for whichever request, is not to be repeated in it (`domain.recent`); for
the rest of one that was interrupted that is the same, unless `batch` was changed meanwhile or more
texts came than are held.

Once something learnt is in use, the rows of a batch come in arms (`domain.arms`), all at once.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from curator.config import Settings
from curator.desk.changes import CardsChanged, EngineChanged, Grew, Noticed, QueueChanged
from curator.desk.ledger import Ledger, new_id
from curator.domain.arms import DRAFTS, arms_of, in_order
from curator.domain.finding import for_model
from curator.domain.records import Arm, Sample
from curator.engine.errors import EngineCancelled, EngineError

if TYPE_CHECKING:
    from curator.desk.learning import Learnt
    from curator.desk.looking_up import LookingUp
    from curator.engine.client import Engine, WriteJob
    from curator.engine.messages import Written


def seed_of(request_id: str) -> int:
    """Return the seed of a request: 31 bits of the hash of its id."""
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4]) >> 1


class Writing:
    """Keeps one job at the engine, the most wanted one."""

    def __init__(
        self,
        ledger: Ledger,
        engine: "Engine",
        settings: Settings,
        looking_up: "LookingUp",
        learnt: "Callable[[], Learnt | None]" = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._looking_up = looking_up
        self._engine = engine
        self._settings = settings
        self._learnt = learnt
        self._unused: set[str] = set()
        self._goal: dict[str, int] = {}  # request → rows wanted, in the order of wanting
        self._begun: dict[tuple[str, int], str] = {}  # request, first row of a batch → `after`
        self._failed: set[str] = set()
        self._front: str | None = None
        self._current: str | None = None
        self._job: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self.growing: dict[int, str] = {}
        """The rows of `current` in progress: row number → text so far."""

    @property
    def current(self) -> str | None:
        """The request that is being written for."""
        return self._current

    def start(self) -> None:
        """Begin to write what is wanted."""
        self._loop = asyncio.create_task(self._run(), name="writing")

    async def close(self) -> None:
        """Stop; rows in progress are dropped and written anew another time."""
        for task in (self._loop, self._job):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, EngineError):
                    await task

    # What is wanted

    def face(self, request_id: str | None, following: Iterable[str] = ()) -> None:
        """Say which request the curator looks at and which come next: their batches are wanted."""
        if request_id != self._front and request_id in self._failed:  # turned to: once more
            self._failed.discard(request_id)
            self._goal.pop(request_id, None)
        self._front = request_id
        wanted = [r for r in (request_id, *following) if r is not None]
        for other in [r for r in self._goal if r not in wanted]:
            if self._goal[other] <= self._settings.batch:  # written in advance, no longer next
                del self._goal[other]
                self._ledger.touch(other)
        self._looking_up.face(wanted)
        for wish in wanted:
            self._want(wish, self._settings.batch)
        if self._current not in (None, request_id) and self._missing(request_id):
            self._interrupt()
        self._wake.set()

    def more(self, request_id: str) -> None:
        """Ask for one more batch."""
        self._failed.discard(request_id)
        rows = {s.row for s in self._own(request_id)}
        asked = max(self._goal.get(request_id, 0), len(rows))
        self._goal[request_id] = asked + self._settings.batch
        self._ledger.touch(request_id)
        self._front = request_id
        if self._current not in (None, request_id):
            self._interrupt()
        self._wake.set()

    def cancel(self, request_id: str) -> bool:
        """Stop writing for a request. Whether there was anything to stop."""
        if not self._missing(request_id):
            return False
        self._failed.discard(request_id)
        self._goal[request_id] = 0
        self._ledger.touch(request_id)
        if self._current == request_id:
            self._interrupt()
        return True

    def progress(self, request_id: str) -> tuple[int, int]:
        """Return how many rows of a request are written and how many are wanted in all."""
        written = len(self._own(request_id))
        return written, max(written, self._goal.get(request_id, 0))

    def is_wanted(self, request_id: str) -> bool:
        """Whether rows of this request are still to be written."""
        return bool(self._missing(request_id))

    def _want(self, request_id: str, rows: int) -> None:
        if self._ledger.song(request_id).known and request_id not in self._goal:
            self._goal[request_id] = rows
            self._ledger.touch(request_id)

    def rows(self, request_id: str) -> list[int]:
        """Return the rows that are written or wanted, in the order in which they are shown."""
        return in_order(self._own(request_id), self._missing(request_id))

    def _own(self, request_id: str) -> list[Sample]:
        seed = seed_of(request_id)
        return [s for s in self._ledger.samples(request_id) if s.seed == seed]

    def _missing(self, request_id: str | None) -> list[int]:
        if request_id is None or request_id not in self._goal:
            return []
        have = {s.row for s in self._own(request_id)}
        return [row for row in range(self._goal[request_id]) if row not in have]

    # The work

    async def _run(self) -> None:
        while True:
            request_id = self._next()
            if request_id is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            self._current = request_id
            self._ledger.touch(request_id)
            self._job = asyncio.create_task(self._write(request_id), name=f"write {request_id}")
            self._ledger.tell(QueueChanged())
            try:
                await asyncio.wait([self._job])
                if not self._job.cancelled() and (error := self._job.exception()):
                    raise error
            except EngineError as error:
                self._goal[request_id] = 0
                self._failed.add(request_id)
                self._ledger.tell(Noticed(str(error), "error"))
            finally:
                self._current = None
                self.growing = {}
                self._ledger.touch(request_id)
            self._ledger.tell(CardsChanged(request_id))
            self._ledger.tell(QueueChanged())

    def _next(self) -> str | None:
        for request_id in (self._front, *self._goal):
            if self._missing(request_id):
                return request_id
        return None

    def _interrupt(self) -> None:
        if self._job is not None:
            self._job.cancel()

    async def _write(self, request_id: str) -> None:
        from curator.engine.client import WriteJob
        from curator.engine.messages import Tokens, Written

        await self._looking_up.settle(request_id)
        song = for_model(self._ledger.song(request_id), self._settings.model_sources)
        missing = self._missing(request_id)
        if not missing:
            return
        first = missing[0]
        count = next((i for i, row in enumerate(missing) if row != first + i), len(missing))
        count = min(count, self._batch_of(first).stop - first)
        after, said = self._remembered(request_id, first)
        job = WriteJob(
            id=new_id(),
            song=song,
            n=count,
            seed=seed_of(request_id),
            first_row=first,
            temperature=self._settings.temperature,
            top_p=self._settings.top_p,
            said=said,
        )
        if (learnt := self._learnt()) is not None:
            job = self._with_arms(job, learnt)
        together: list[Sample] = []
        with contextlib.suppress(EngineCancelled):
            async with contextlib.aclosing(self._engine.write(job)) as events:
                async for event in events:
                    match event:
                        case Tokens():
                            self.growing = {int(row): text for row, text in event.rows.items()}
                            self._ledger.tell(Grew(request_id, self.growing))
                        case Written(arm=arm) if arm:
                            together.append(self._sample(request_id, job, event, after, learnt))
                        case Written():
                            self.growing = {r: t for r, t in self.growing.items() if r != event.row}
                            self._ledger.add(self._sample(request_id, job, event, after))
                            self._ledger.tell(CardsChanged(request_id))
                        case _:  # the engine restarted: the rows in progress begin again
                            self.growing = {}
                            self._ledger.tell(EngineChanged())
            if together:  # at once, in the order that the reward gives them
                self._ledger.add(*(replace(s, at=together[0].at) for s in together))
            self._tell_unused(learnt if not together else None)

    def _remembered(self, request_id: str, row: int) -> tuple[str, tuple[str, ...]]:
        """Return what a row is not to repeat, with the newest of it: for all rows of its batch that
        is what had been written when the batch began."""
        rows = self._batch_of(row)
        begun = self._begun.get((request_id, rows.start))
        if begun is None:  # in this sitting; another one may have begun it
            own = {s.row: s.after for s in self._own(request_id)}
            found = [own[row] for row in rows if row in own]
            # With another number of rows in a batch these may be the end of the one before.
            if found and own.get(rows.start - 1) != found[0]:
                begun = found[0]
        after, said = self._ledger.recent.until(begun)
        self._begun[request_id, rows.start] = after
        return after, said

    def _batch_of(self, row: int) -> range:
        start = row - row % self._settings.batch
        return range(start, start + self._settings.batch)

    def _with_arms(self, job: "WriteJob", learnt: "Learnt") -> "WriteJob":
        """Return the job with an arm for each row, by what was learnt."""
        rows = range(job.first_row, job.first_row + job.n)
        arms = arms_of(job.seed, rows, self._settings.batch, generator=learnt.generator)
        return replace(job, arms=tuple(arms), learned=str(learnt.folder), drafts=DRAFTS)

    def _tell_unused(self, learnt: "Learnt | None") -> None:
        """Say once of each version that is in use that it can't be used."""
        if learnt is not None and learnt.version not in self._unused:
            self._unused.add(learnt.version)
            what = f"{learnt.version}, which is in use, can't be used with this model"
            self._ledger.tell(Noticed(f"{what}: texts come as without it", "warning"))

    def _sample(
        self,
        request_id: str,
        job: "WriteJob",
        written: "Written",
        after: str,
        learnt: "Learnt | None" = None,
    ) -> Sample:
        return Sample(
            id=new_id(),
            request_id=request_id,
            at=self._ledger.stamp(),
            text=written.text,
            model=written.model or self._settings.model,
            weights=written.weights,
            seed=job.seed,
            row=written.row,
            tokens=written.tokens,
            seconds=round(written.seconds, 4),
            temperature=written.temperature,
            top_p=job.top_p,
            z=written.z,
            logprobs=written.logprobs,
            song=job.song,
            arm=cast("Arm", written.arm) if learnt else None,
            learned=learnt.version if learnt else "",
            expected=written.expected,
            drafts=written.drafts,
            after=after,
        )


Progress = Callable[[str], tuple[int, int]]
