"""Gets records onto the disk, in order, and never lets go of one that is not there yet."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from curator.desk.changes import Change, NotSaved, Saved
from curator.domain.records import Event, Record
from curator.store import DuplicateId, Store, StoreError
from curator.store.layout import table_of

RETRY_SECONDS = 1.0


class Keeper:
    """Feeds the store from one queue.

    One transaction is under way at a time; what comes meanwhile goes with the next one, so the
    order on disk is the order of keeping, and a burst costs one fsync. When the disk refuses, the
    queue waits and is tried again every second.
    """

    def __init__(self, store: Store, tell: Callable[[Change], None]) -> None:
        self._store = store
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Record] = []
        self._under_way: list[Record] = []
        self._retry: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.error: str | None = None

    @property
    def unsaved(self) -> int:
        """How many records are not on disk yet."""
        return len(self._waiting) + len(self._under_way)

    def is_saved(self, record_id: str) -> bool:
        """Whether a record that was given to `keep` is on disk."""
        return all(r.id != record_id for r in (*self._under_way, *self._waiting))

    def holds(self, sample_id: str) -> bool:
        """Whether a sample, or anything done to it, is not on disk yet."""
        return any(
            sample_id in (r.id, r.target if isinstance(r, Event) else "")
            for r in (*self._under_way, *self._waiting)
        )

    def keep(self, *records: Record) -> None:
        """Take records; `Saved` is told once they are on disk. To keep nothing is nothing."""
        if not records:
            return
        self._waiting += records
        self._idle.clear()
        if self._retry is None:
            self._send()

    async def settled(self, patience: float) -> bool:
        """Wait so many seconds for all to be on disk; whether it is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)
        return not self.unsaved

    def _send(self) -> None:
        if self._under_way or not self._waiting:
            return
        self._under_way, self._waiting = self._waiting, []
        try:
            future = self._store.append(*self._under_way)
        except StoreError as error:
            self._refused(error)
        else:
            future.add_done_callback(self._hand_over)

    def _hand_over(self, future: Future[int]) -> None:
        """Runs on the store's thread."""
        self._loop.call_soon_threadsafe(self._answered, future)

    def _answered(self, future: Future[int]) -> None:
        error = future.exception()
        if error is not None:
            self._refused(error)
            return
        saved, self._under_way = self._under_way, []
        self.error = None
        self._tell(Saved(tuple(record.id for record in saved)))
        self._send()
        if not self._under_way:
            self._idle.set()

    def _refused(self, error: BaseException) -> None:
        records, self._under_way = self._under_way, []
        if isinstance(error, DuplicateId):  # kept before: only the new ones remain
            records = [r for r in records if not self._store.holds(r)]
        self._waiting = records + self._waiting
        self.error = str(error)
        if not isinstance(error, DuplicateId):
            self._tell(NotSaved(self.error, len(self._waiting)))
        self._retry = self._loop.call_later(RETRY_SECONDS, self.retry)

    def retry(self) -> None:
        """Try again now what the disk refused."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if not self._waiting and not self._under_way:
            self._idle.set()
        self._send()

    async def close(self, patience: float = 5.0) -> Path | None:
        """Wait until all is on disk; what still is not after `patience` seconds is rescued.

        Returns the file that holds the rescued records, None if there was no need.
        """
        if self.error:
            self.retry()
        try:
            await asyncio.wait_for(self._idle.wait(), patience)
        except TimeoutError:
            if self._retry is not None:
                self._retry.cancel()
            return rescue([*self._under_way, *self._waiting])
        return None


def rescue(records: list[Record]) -> Path:
    """Write records that the data folder would not take into the system's folder for such.

    One JSON object a line, `{"table", "doc"}`, which `curator import` reads.
    """
    name = f"curator-unsaved-{datetime.now():%Y%m%d-%H%M%S}-"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=name, suffix=".jsonl", delete=False
    ) as file:
        for record in records:
            file.write(json.dumps({"table": table_of(record), "doc": record.to_doc()}) + "\n")
    return Path(file.name)
