"""Typed access to what is stored: requests, samples, events, the steps of posts and versions.

One process writes, others may read beside it. What `append` acknowledged is on the disk and
stays there, whatever happens to the process or to the power.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from tinydb import TinyDB

from curator.domain.records import Event, Record, Request, Sample
from curator.domain.steps import Mark, PostStep, VersionStep
from curator.store.disk import Disk
from curator.store.errors import StoreError, StoreReadOnly, from_os
from curator.store.layout import parse, parse_all, table_of, to_op
from curator.store.loading import Loaded, load, load_beside_writer, read_files
from curator.store.lock import HomeLock
from curator.store.opening import Opened, open_for_writing
from curator.store.snapshot import fold, meta
from curator.store.view import MemoryView, StoreDB
from curator.store.writer import Writer

LOCK = "lock"

_BATCH = 1000
_SMALL = 64 << 20
_SHARE = 8


class Store:
    """An open data folder.

    All methods may be called from any thread. Reading never waits for the disk. `notices` are
    sentences for the curator about what opening or closing found.
    """

    def __init__(
        self,
        home: Path,
        disk: Disk,
        loaded: Loaded,
        opened: Opened | None = None,
        lock: HomeLock | None = None,
    ):
        self.home = home
        self.notices: list[str] = []
        self._disk = disk
        self._tables = loaded.tables
        self._snapshot_size = loaded.snapshot_size
        self._generation = opened.generation if opened else loaded.generation
        self._lock = lock
        self._closing = Lock()
        self._writer = Writer(loaded.tables, opened.journal) if opened else None
        if opened:
            self.notices += opened.notices
        self.db: TinyDB = StoreDB(
            MemoryView(
                loaded.tables,
                lambda: meta(self._generation, self._tables.last_seq),
                self.append,
            )
        )

    @classmethod
    def open(cls, home: Path, *, write: bool = True, disk: Disk | None = None) -> Self:
        """Open the data folder `home`; for writing, create it if need be and take its lock.

        Raises `StoreLocked`, `StoreDamaged`, `StoreTooNew`, `StoreReadOnly`, or `StoreError`
        when the system refuses something else. A reader takes no lock, changes nothing, and sees
        what was stored when it opened.
        """
        disk = disk or Disk()
        if not write:
            return cls._open_for_reading(home, disk)
        doing = f"Opening {home} for writing"
        try:
            disk.make_folder(home)
            lock = disk.lock(home / LOCK)
        except OSError as error:
            raise from_os(error, doing) from error
        try:
            loaded = load(home, read_files(disk, home))
            return cls(home, disk, loaded, open_for_writing(disk, home, loaded), lock)
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError):
                raise from_os(error, doing) from error
            raise

    @classmethod
    def _open_for_reading(cls, home: Path, disk: Disk) -> Self:
        if not disk.exists(home):
            store = cls(home, disk, Loaded())
            store.notices.append(f"there is no store in {home} yet")
            return store
        try:
            loaded = load_beside_writer(disk, home)
        except OSError as error:
            raise StoreError(f"{home} cannot be read: {error.strerror or error}.") from error
        store = cls(home, disk, loaded)
        store.notices += [
            f"the last line of {journal.path.name} is unfinished and was left out "
            f"({len(journal.torn)} bytes)"
            for journal in loaded.journals
            if journal.torn
        ]
        return store

    def append(self, *records: Record) -> Future[int]:
        """Store records, all or none of them; return at once.

        The future's result is the transaction's number, and comes only when it is durable; then
        reading shows the records too. It fails with `DuplicateId` when one of the ids is stored
        already, with `StoreError` when the disk refuses (the message says what to do; nothing
        is kept, and the next append works once there is room). Its callbacks run on the writer's
        thread and must not wait for another append.
        """
        if self._writer is None:
            return _failed(StoreReadOnly(f"{self.home} is open for reading only."))
        try:
            ops = [to_op(record) for record in records]
        except StoreError as error:
            return _failed(error)
        if not ops:
            return self._writer.run(lambda: self._tables.last_seq)
        return self._writer.commit(ops)

    def requests(self) -> list[Request]:
        """Return all requests, in the order in which they were stored."""
        return [Request.from_doc(doc) for doc in parse_all(self._tables.rows("requests"))]

    def request(self, id: str) -> Request | None:
        """Return one request."""
        row = self._tables.row("requests", id)
        return Request.from_doc(parse(row)) if row else None

    def request_by_ref(self, source: str, ref: str) -> Request | None:
        """Return the request that this source calls `ref`; the first, if there are more."""
        row = self._tables.request_by_ref(source, ref)
        return Request.from_doc(parse(row)) if row else None

    def samples_of(self, request_id: str) -> list[Sample]:
        """Return a request's samples, in the order in which they were stored."""
        return [Sample.from_doc(doc) for doc in parse_all(self._tables.samples_of(request_id))]

    def sample(self, id: str) -> Sample | None:
        """Return one sample."""
        row = self._tables.row("samples", id)
        return Sample.from_doc(parse(row)) if row else None

    def samples(self) -> Iterator[Sample]:
        """Iterate over the samples stored so far, in order."""
        rows = self._tables.rows("samples")
        for start in range(0, len(rows), _BATCH):
            for doc in parse_all(rows[start : start + _BATCH]):
                yield Sample.from_doc(doc)

    def written(self, last: int) -> list[Sample]:
        """Return the last so many samples that a model wrote, in order."""
        rows = self._tables.rows("samples")
        found: list[Sample] = []
        for end in range(len(rows), 0, -last):
            docs = parse_all(rows[max(0, end - last) : end])
            found[:0] = [s for s in map(Sample.from_doc, docs) if s.is_written]
            if len(found) >= last:
                break
        return found[-last:]

    def events(self) -> Iterator[Event]:
        """Iterate over the events stored so far, in order."""
        rows = self._tables.rows("events")
        for start in range(0, len(rows), _BATCH):
            for doc in parse_all(rows[start : start + _BATCH]):
                yield Event.from_doc(doc)

    def posts(self) -> list[PostStep]:
        """Return all steps of posts, in the order in which they were stored."""
        return [PostStep.from_doc(doc) for doc in parse_all(self._tables.rows("posts"))]

    def marks(self) -> list[Mark]:
        """Return all marks, in the order in which they were stored."""
        return [Mark.from_doc(doc) for doc in parse_all(self._tables.rows("marks"))]

    def versions(self) -> list[VersionStep]:
        """Return all steps of versions, in the order in which they were stored."""
        return [VersionStep.from_doc(doc) for doc in parse_all(self._tables.rows("versions"))]

    def has_event(self, id: str) -> bool:
        """Whether an event of this id is stored."""
        return self._tables.holds("events", id)

    def holds(self, record: Record) -> bool:
        """Whether a record of this kind and id is stored."""
        return self._tables.holds(table_of(record), record.id)

    def counts(self) -> dict[str, int]:
        """Return how many records each table holds."""
        return self._tables.counts()

    def snapshot(self) -> None:
        """Fold the journal into `curator.json`; appends wait meanwhile.

        Raises `StoreError` when the disk refuses; all that is stored stays as safe as it was.
        """
        if self._writer is None:
            raise StoreReadOnly(f"{self.home} is open for reading only.")
        self._writer.run(self._fold).result()

    def close(self) -> None:
        """Write what is queued, fold the journal if that is worth it, let the next writer in."""
        with self._closing:
            if self._writer is None or self._lock is None:
                return
            try:
                self._writer.run(self._fold_if_worthwhile).result()
            except StoreError as error:
                self.notices.append(f"the journal was left as it is: {error}")
            finally:
                self._writer.stop()
                self._writer.journal.close()
                self._lock.release()
                self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _fold_if_worthwhile(self) -> None:
        """Fold, unless that means rewriting much for little."""
        assert self._writer is not None
        new = self._writer.journal.size
        if new and (self._snapshot_size <= _SMALL or new * _SHARE >= self._snapshot_size):
            self._fold()

    def _fold(self) -> None:
        """Replace snapshot and journal; runs on the writer's thread, which owns the journal."""
        assert self._writer is not None
        old = self._writer.journal
        try:
            # A line that failed must not outlive, in the old journal, the one that took its number.
            old.heal()
            self._writer.journal = fold(self._disk, self.home, self._tables, self._generation + 1)
        except OSError as error:
            raise from_os(error, f"Folding the journal in {self.home}") from error
        self._generation += 1
        old.close()


def _failed(error: StoreError) -> Future[int]:
    future: Future[int] = Future()
    future.set_exception(error)
    return future
