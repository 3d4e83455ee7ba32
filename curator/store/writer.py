"""The thread that writes: nobody else waits for the disk.

Transactions queue up; those that arrive while the disk is busy share the next write and fsync
(group commit, as databases have done since DeWitt et al., "Implementation techniques for main
memory database systems", 1984). A future has its result only after that fsync, and the tables
show a record only then.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from curator.store.errors import DuplicateId, StoreError, from_os
from curator.store.journal import Journal
from curator.store.layout import Op, to_line
from curator.store.tables import Tables

T = TypeVar("T")

_GROUP = 256
"""How many transactions at most share an fsync, so that the first does not wait for a crowd."""


class _Commit(NamedTuple):
    ops: Sequence[Op]
    future: Future[int]


class _Task(NamedTuple):
    run: Callable[[], Any]
    future: Future[Any]

    def settle(self) -> None:
        try:
            self.future.set_result(self.run())
        except Exception as error:
            self.future.set_exception(error)


class Writer:
    """The queue, its thread, and the journal that only this thread touches."""

    def __init__(self, tables: Tables, journal: Journal):
        self.journal = journal
        self._tables = tables
        self._queue: SimpleQueue[_Commit | _Task | None] = SimpleQueue()
        self._stopped = False
        self._failure: StoreError | None = None
        self._lock = Lock()
        self._thread = Thread(target=self._work, name="curator-store", daemon=True)
        self._thread.start()

    def commit(self, ops: Sequence[Op]) -> Future[int]:
        """Queue one transaction; the result is its sequence number, once it is durable."""
        future: Future[int] = Future()
        return self._put(_Commit(ops, future))

    def run(self, task: Callable[[], T]) -> Future[T]:
        """Run `task` on the writer's thread, after all that is queued already."""
        future: Future[T] = Future()
        return self._put(_Task(task, future))

    def stop(self) -> None:
        """Write what is queued, then end the thread; what comes later is refused."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, item: _Commit | _Task) -> Future[Any]:
        # Running from the start: once queued it will be written, and cannot be cancelled.
        item.future.set_running_or_notify_cancel()
        with self._lock:
            if not self._stopped:
                self._queue.put(item)
                return item.future
        item.future.set_exception(StoreError("The store is closed; open it again to write."))
        return item.future

    def _work(self) -> None:
        while True:
            item = self._queue.get()
            group: list[_Commit] = []
            while isinstance(item, _Commit):
                group.append(item)
                if len(group) == _GROUP or self._queue.empty():
                    break
                item = self._queue.get()
            if group:
                self._guard(group, partial(self._commit, group))
            if isinstance(item, _Task):
                self._guard([item], item.settle)
            elif item is None:
                return

    def _guard(self, waiting: Sequence[_Commit | _Task], work: Callable[[], None]) -> None:
        """Do the work, and whatever happens leave nobody waiting for an answer.

        After an error that nobody thought of, memory and disk may differ: then nothing is written
        any more, least of all a snapshot of such a memory.
        """
        if self._failure is None:
            try:
                work()
            except Exception as error:
                self._failure = StoreError(
                    f"Writing stopped after an error in the program ({error!r}). Leave and start "
                    "again; everything that was saved before is safe."
                )
                self._failure.__cause__ = error
        for item in waiting:
            if self._failure is not None and not item.future.done():
                item.future.set_exception(self._failure)

    def _commit(self, group: Sequence[_Commit]) -> None:
        """Make transactions durable, with as few writes as they allow, and settle each future."""
        going: list[_Commit] = []
        taken: set[tuple[str, str]] = set()
        later: Sequence[_Commit] = ()
        for place, commit in enumerate(group):
            keys = [op[:2] for op in commit.ops]
            if not taken.isdisjoint(keys):
                # Whether its twin is stored shows only when that one is written.
                later = group[place:]
                break
            if twice := self._stored_twice(keys):
                commit.future.set_exception(twice)
            else:
                going.append(commit)
                taken.update(keys)
        if going:
            self._write(going)
        if later:
            self._commit(later)

    def _stored_twice(self, keys: Sequence[tuple[str, str]]) -> DuplicateId | None:
        """Return what is wrong when one of these is stored already, or among them twice."""
        seen: set[tuple[str, str]] = set()
        for key in keys:
            if key in seen or self._tables.holds(*key):
                return DuplicateId(*key)
            seen.add(key)
        return None

    def _write(self, group: Sequence[_Commit]) -> None:
        """Write a group, fsync once, then show and acknowledge all of it."""
        first = self._tables.last_seq + 1
        numbered = list(enumerate(group, first))
        try:
            self.journal.append(
                b"".join(to_line(seq, c.ops, joined=seq > first) for seq, c in numbered)
            )
        except OSError as error:
            if len(group) == 1:
                where = f"Saving to {self.journal.path}"
                group[0].future.set_exception(from_os(error, where))
                return
            # Together they may not fit where one does, and each gets its own answer.
            for commit in group:
                self._write([commit])
            return
        for seq, commit in numbered:
            self._tables.apply(seq, commit.ops)
            commit.future.set_result(seq)
