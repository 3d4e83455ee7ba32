"""Requests come in from X while the curator works: asked for in a thread, taken in at the desk."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from curator.config import Settings
from curator.desk.changes import Noticed, PollingChanged, QueueChanged
from curator.desk.ledger import Ledger, new_id
from curator.desk.threads import in_thread

if TYPE_CHECKING:
    from curator.inbox.polling import Pace, Poller
    from curator.inbox.x import Arrived, Reading
    from curator.net.x_errors import XError


class Polling:
    """Asks X every so often for what is new; the queue grows, the cursor stays where it is.

    `stopped` says why nothing is asked for until `start_again`; `trouble` what went wrong last
    and is waited out; `absent` that there are no credentials; `waits_until` is when X is asked
    next, on the clock of `time.monotonic`.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        connect: "Callable[[], Reading | None]" = lambda: None,
    ) -> None:
        """Make it; `connect` returns a client of X, None without credentials, in a thread."""
        self._ledger = ledger
        self._settings = settings
        self._connect = connect
        self._poller: Poller | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self.absent = False
        self.stopped: str | None = None
        self.trouble: str | None = None
        self.waits_until: float | None = None
        self.arrived = 0

    @property
    def spent(self) -> float:
        """What reading X has cost this month, in dollars."""
        return self._poller.spent() if self._poller else 0.0

    def start(self) -> None:
        """Begin to ask, unless the settings say never."""
        if self._settings.x_poll_seconds and self._task is None:
            self._task = asyncio.create_task(self._run(), name="poll X")

    async def close(self) -> None:
        """Ask no more; an answer that is under way is not waited for."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def start_again(self) -> None:
        """Ask now, also after something had stopped it, with the keys that there are by then."""
        if self.stopped:
            self._poller = None
        self.stopped = None
        self._wake.set()
        self.start()

    async def _run(self) -> None:
        from curator.inbox.polling import Pace
        from curator.net.x_errors import XError

        pace = Pace(self._settings.x_poll_seconds)
        while True:
            try:
                if self._poller is None:
                    self._poller = await self._sign_in()
                    if self._poller is None:
                        self._task = None
                        return
                await self._round(self._poller)
                self.trouble = None
                wait: float | None = pace.after_success()
            except XError as error:
                wait = self._failed(error, pace)
            except Exception as error:  # a defect must not end the inbox without a word
                self._stop(f"reading X failed ({type(error).__name__})")
                wait = None
            await self._sleep(wait)

    async def _sign_in(self) -> "Poller | None":
        """Return what polls, None without credentials: then there is nothing to do or to say."""
        from curator.net.credentials import CredentialsError
        from curator.net.x_errors import Unauthorised

        try:
            x = await in_thread(self._connect, "read credentials")
        except CredentialsError as error:
            raise Unauthorised(str(error)) from None
        self.absent = x is None
        self._ledger.tell(PollingChanged())
        return None if x is None else await in_thread(lambda: self._make_poller(x), "read marks")

    def _make_poller(self, x: "Reading") -> "Poller":
        from curator.domain.parsing import parse_songs
        from curator.inbox.polling import Poller, streams_of
        from curator.inbox.x import fold

        store = self._ledger.store
        return Poller(
            x,
            streams_of(self._settings.x_stream),
            fold(store.marks() if store else ()),
            budget=self._settings.x_monthly_dollars,
            has=self._ledger.has_ref,
            parse=parse_songs,
            new_id=new_id,
            stamp=self._ledger.stamp,
        )

    async def _round(self, poller: "Poller") -> None:
        pages = poller.round()
        while not self._disk_is_full() and (page := await in_thread(_next(pages), "poll X")):
            self._ledger.add(*page.requests, page.mark)
            self.arrived += len(page.requests)
            if page.requests:
                self._ledger.tell(QueueChanged())
            if page.began:
                self._ledger.tell(Noticed(_begun(page.mark.stream)))
            self._ledger.tell(PollingChanged())

    def _disk_is_full(self) -> bool:
        """Whether what came before is not on disk yet, and can't be brought there for now."""
        return self._ledger.keeper is not None and self._ledger.keeper.error is not None

    def _failed(self, error: "XError", pace: "Pace") -> float | None:
        if error.stops:
            self._stop(str(error))
            return None
        if self.trouble is None:
            self._ledger.tell(Noticed(f"no new requests for now: {error}", "warning"))
        self.trouble = str(error)
        return pace.after_failure(error, time.time())

    def _stop(self, why: str) -> None:
        self.stopped, self.trouble = why, None
        self._ledger.tell(Noticed(f"no new requests from X: {why}", "error"))

    async def _sleep(self, seconds: float | None) -> None:
        """Wait so long, or, where it is None, until somebody starts it again."""
        self.waits_until = None if seconds is None else time.monotonic() + seconds
        self._ledger.tell(PollingChanged())
        # Not by `wait_for`: in Python 3.11 it may swallow that it is cancelled.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()


def _begun(stream: str) -> str:
    what = "mentions" if ":mentions:" in stream else "posts of the timeline"
    return f"new {what} on X come in from now on; `curator poll --from-start` takes the old ones"


def _next(pages: "Iterator[Arrived]") -> "Callable[[], Arrived | None]":
    return lambda: next(pages, None)
