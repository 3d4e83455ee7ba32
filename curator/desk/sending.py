"""Sends posts while the desk is open: in a thread, so that no key waits for the network."""

import asyncio
import contextlib
from collections.abc import Callable

from curator.config import Settings
from curator.desk.books import BookClosed, DeskBook
from curator.desk.changes import Change, Noticed, OutboxChanged
from curator.desk.threads import in_thread
from curator.domain.outbox import Post, after, moment
from curator.publishing.account import Account
from curator.publishing.dry_run import why_dry
from curator.publishing.likes import count_likes, to_count
from curator.publishing.sender import CUT_OFF, Sender

_LONGEST_SLEEP = 60.0
_LIKES_EVERY = 3600.0
_PATIENCE = 3.0


class Sending:
    """The one sender of the desk. `dry` says why posts are only rehearsed, None when real."""

    def __init__(
        self,
        book: DeskBook,
        settings: Settings,
        account: Callable[[], Account | None],
        tell: Callable[[Change], None],
    ) -> None:
        self._book = book
        self._settings = settings
        self._make_account = account
        self._tell = tell
        self._account: Account | None = None
        self._wake = asyncio.Event()
        self._working = asyncio.Lock()
        self._run: asyncio.Task[None] | None = None
        self._likes_after = ""
        self._leaving = False
        self._signs_in = True
        self.sender = self._make_sender()
        self.dry: str | None = why_dry(has_credentials=False, wanted=settings.dry_run)

    def _make_sender(self) -> Sender:
        return Sender(self._book, self._account, budget=self._settings.post_monthly_dollars)

    def start(self) -> None:
        """Begin to send. What waited while nobody was here can be undone for a while first.

        What a crash left open may be on X: it is uncertain from here on.
        """
        for post in self._book.outbox.open("sending"):
            self._book.record(post.id, "uncertain", why=CUT_OFF)
        grace = after(self._book.now(), self._settings.undo_seconds)
        for post in self._book.outbox.open("queued"):
            if post.due < grace:
                self._book.record(post.id, "moved", due=grace, why=post.why)
        self._run = asyncio.create_task(self._send_for_ever(), name="send posts")

    async def close(self) -> None:
        """Send nothing more; what is under way has a moment to end, else it is found later."""
        if self._run is None:
            return
        self._leaving = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), self._working:
                pass
        self._book.close()
        self._run.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._run
        self._run = None

    async def _send_for_ever(self) -> None:
        while not self._leaving:
            if self._signs_in:
                self._signs_in = False
                await self.sign_in()
            await self.work()
            # Not by `wait_for`: in Python 3.11 it may swallow that it is cancelled.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._sleep()):
                    await self._wake.wait()
            self._wake.clear()

    async def sign_in(self) -> None:
        """Get the account from the credentials that there are now."""
        account: Account | None = None
        broken: str | None = None
        if not self._settings.dry_run:
            try:
                account = await in_thread(self._make_account, "read credentials")
            except Exception as error:  # whatever a keyring may throw
                broken = _said(error)
                self._tell(Noticed(f"posting stopped: {broken}", "error"))
        async with self._working:
            there = account is not None or broken is not None
            self.dry = why_dry(has_credentials=there, wanted=self._settings.dry_run)
            self._account = account
            self.sender = self._make_sender()
            self.sender.halted = broken
        self._tell(OutboxChanged())

    def _sleep(self) -> float:
        """Return for how many seconds there is nothing to do."""
        at = self.sender.wake_at()
        if at is None:
            return _LONGEST_SLEEP
        return min(
            max((moment(at) - moment(self._book.now())).total_seconds(), 0.05), _LONGEST_SLEEP
        )

    async def work(self) -> None:
        """Do what is due now, one thing after the other; the network is waited for in a thread."""
        async with self._working:
            try:
                while not self._leaving:
                    before = (self.sender.stopped, self.sender.trouble)
                    post = await in_thread(self.sender.work, "send a post")
                    after_it = (self.sender.stopped, self.sender.trouble)
                    if post is None and before == after_it:
                        break
                    self._report(post, before)
                await self._count_likes()
            except BookClosed:
                return
            except Exception as error:  # a defect must not end the sender without a word
                why = f"sending failed ({type(error).__name__})"
                self.sender.halted = why
                for post in self._book.outbox.open("sending"):
                    self._book.record(post.id, "uncertain", why=why)
                self._report(None, (None, None))

    async def _count_likes(self) -> None:
        account, now = self._account, self._book.now()
        if account is None or now < self._likes_after or self.sender.stopped:
            return
        self._likes_after = after(now, _LIKES_EVERY)
        if to_count(self._book):
            await in_thread(lambda: count_likes(self._book, account), "count likes")

    def _report(self, post: Post | None, before: tuple[str | None, str | None]) -> None:
        """Tell what came of a post, and what keeps the next ones."""
        self._tell(OutboxChanged())
        if post is not None and post.state == "rejected":
            self._tell(Noticed(f"not posted: {post.why}", "error"))
        elif post is not None and post.state == "uncertain" and not post.looked:
            self._tell(Noticed(f"posted or not? {post.why}; the outbox looks", "warning"))
        if self.sender.stopped and self.sender.stopped != before[0]:
            self._tell(Noticed(f"posting stopped: {self.sender.stopped}", "error"))

    def start_again(self) -> None:
        """Go on after having stopped or paused, with the credentials that there are by then."""
        self._signs_in = True
        self.wake()

    def wake(self) -> None:
        """Look now what is due: something changed."""
        self._wake.set()


def _said(error: Exception) -> str:
    """Return why credentials can't be read; only our own words are sure to hold none."""
    from curator.net.credentials import CredentialsError

    if isinstance(error, CredentialsError):
        return str(error)
    return f"the credentials can't be read ({type(error).__name__})"
