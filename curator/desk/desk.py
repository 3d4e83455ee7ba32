"""The desk: opens the store, starts the engine, and has a place for each use case."""

import asyncio
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from curator.config import Settings
from curator.desk.aside import Aside
from curator.desk.asking import Asking
from curator.desk.cards import Cards
from curator.desk.changes import (
    Change,
    EngineChanged,
    Listener,
    Noticed,
    Opened,
    QueueChanged,
    Saved,
)
from curator.desk.exploring import Exploring
from curator.desk.history import History
from curator.desk.judging import Judging
from curator.desk.learning import Learning
from curator.desk.ledger import Clock, Ledger, now
from curator.desk.looking_up import LookingUp
from curator.desk.polling import Polling
from curator.desk.posting import Posting
from curator.desk.queue import Queue
from curator.desk.tally import Tally
from curator.desk.writing import Writing
from curator.domain.sitting import Sitting
from curator.domain.warnings import WordList, parse_words

if TYPE_CHECKING:
    from curator.engine.client import Engine, Trainer
    from curator.inbox.x import Reading
    from curator.music.lookup import Lookup
    from curator.publishing.account import Account
    from curator.store import Store


class Desk:
    """All that a screen or a command needs.

    `asking` takes requests in, `writing` gets samples written, `judging` and `history` are the
    curator's hands, `queue` and `cards` what is seen, `exploring` looks into samples, `posting`
    sends what was approved, from the `account` if there is one, `polling` asks X for requests,
    `looking_up` asks what `looking` makes about their songs, `learning` learns from the
    judgements, in what `trainer` makes.
    Changes are told to `listen`ers.
    """

    def __init__(
        self,
        home: Path,
        settings: Settings,
        engine: "Engine",
        *,
        clock: Clock = now,
        tick: Callable[[], float] = time.monotonic,
        account: "Callable[[], Account | None]" = lambda: None,
        reading: "Callable[[], Reading | None]" = lambda: None,
        looking: "Callable[[], Lookup] | None" = None,
        trainer: "Callable[[], Trainer] | None" = None,
        offer: str = "",
    ) -> None:
        """`offer` is said at the first sitting, before anything was judged."""
        self.home = home
        self._offer = offer
        self.settings = settings
        self.engine = engine
        self.ledger = Ledger(settings.curator, clock)
        self.asking = Asking(self.ledger)
        self.aside = Aside(home)
        self.judging = Judging(self.ledger, tick)
        self.history = History(self.ledger)
        self.looking_up = LookingUp(self.ledger, looking)
        self.learning = Learning(self.ledger, engine, settings, home, trainer)
        learnt = self.learning.learnt
        self.writing = Writing(self.ledger, engine, settings, self.looking_up, learnt)
        self.queue = Queue(self.ledger, self.writing)
        self.cards = Cards(self.ledger, self.writing, settings, read_words(home))
        self.exploring = Exploring(self.ledger, self.writing, engine, settings)
        self.tally = Tally(self.ledger)
        self.posting = Posting(self.ledger, settings, account)
        self.polling = Polling(self.ledger, settings, reading)
        self._store: Store | None = None
        self.is_open = False
        self._noted = ""
        engine.on_state = self._engine_changed

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change; returns what ends that."""
        return self.ledger.listen(listener)

    async def open(self) -> None:
        """Start the engine, open and read the store. Raises `StoreError`."""
        starting = asyncio.create_task(self.engine.start())
        try:
            self._store = await asyncio.to_thread(self._read)
        finally:
            await starting
        from curator.desk.keeper import Keeper

        self.ledger.connect(Keeper(self._store, self._told))
        self.looking_up.start()
        self.writing.start()
        self.posting.start()
        self.polling.start()
        self.is_open = True
        for notice in self._store.notices:
            self.ledger.tell(Noticed(notice, "warning"))
        if self._offer and not any(self.ledger.session.events()):
            self.ledger.tell(Noticed(self._offer))
        self.ledger.tell(Opened())
        self.ledger.tell(QueueChanged())

    def _read(self) -> "Store":
        from curator.store import Store

        store = Store.open(self.home)
        try:
            self.ledger.load(store)
            self.queue.begin()
            self.cards.begin()
            self.posting.begin()
            self.learning.begin()
        except BaseException:
            store.close()
            raise
        return store

    def _engine_changed(self) -> None:
        note = self.engine.info.note if self.engine.info else ""
        if note and note != self._noted:
            self.ledger.tell(Noticed(note, "warning"))
        self._noted = note
        self.ledger.tell(EngineChanged())

    def _told(self, change: Change) -> None:
        if isinstance(change, Saved):
            self.ledger.settle(change.ids)
        self.ledger.tell(change)

    async def close(self) -> Path | None:
        """Stop the engine, bring everything to disk, close the store.

        Returns the file that holds what the disk would not take, None when all is kept.
        """
        rescued = None
        await self.polling.close()
        await self.posting.close()
        await self.looking_up.close()
        await self.learning.close()
        await self.writing.close()
        await self.cards.close()
        await self.engine.close()
        if self.ledger.keeper is not None:
            rescued = await self.ledger.keeper.close()
        if self._store is not None:
            await asyncio.to_thread(self._store.close)
            self._store = None
        self.is_open = False
        return rescued

    def sitting(self) -> Sitting:
        """Return the figures of this sitting."""
        judged, approved, rejected, edited = self.tally.counts()
        return Sitting(
            judged=judged,
            approved=approved,
            rejected=rejected,
            edited=edited,
            seconds=self.judging.stopwatch.total,
            left=self.queue.left(),
        )


def read_words(home: Path) -> WordList:
    """Return the offensive words: `offensive.txt` of the data folder, or the one that ships."""
    own = home / "offensive.txt"
    if own.is_file():
        return parse_words(own.read_text("utf-8", errors="replace"))
    return parse_words((resources.files("curator.domain") / "offensive.txt").read_text("utf-8"))
