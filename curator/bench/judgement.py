"""From a key to the disk: how long a judgement takes to be durable, and how long it must.

The least that any program can take is a bare append of the same bytes and an fsync, on the same
file system; stock TinyDB is what the store is built on. All take turns.
"""

import asyncio
import math
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from tinydb import TinyDB

from curator.bench.data import copy_of, make_folded
from curator.bench.lab import CannotMeasure, Lab, timed
from curator.bench.results import Beside, Measure, Result, times
from curator.bench.spread import Spread
from curator.desk.changes import Change, NotSaved, Saved
from curator.desk.judging import Judging
from curator.desk.keeper import Keeper
from curator.desk.ledger import Ledger, new_id
from curator.domain.records import Event
from curator.store import Store

KEY, APPEND = "key to durable", "append to durable"
BARE, TINYDB = "bare append and fsync", "stock TinyDB insert"
BAR = 2.0
_PATIENCE = 30.0


def judgement(lab: Lab) -> Result:
    """Measure the time to durability at each size of the store. Raises `CannotMeasure`."""
    measures: list[Measure] = []
    for size, inserts in zip(lab.scale.sizes, lab.scale.tinydb_inserts, strict=True):
        home = copy_of(lab, make_folded(lab, size))
        tinydb = Spread.of(list(_tinydb(lab, home / "curator.json", size, inserts)))
        taken = asyncio.run(_Judged(lab, home, size).measure())
        spreads = {name: Spread.of([1000 * s for s in found]) for name, found in taken.items()}
        beside = Beside(BARE, spreads[BARE]), Beside(TINYDB, tinydb)
        for name in (KEY, APPEND):
            median, bare = spreads[name].median, spreads[BARE].median
            bars = (times(median, bare, "≤", BAR, BARE),) if size == max(lab.scale.sizes) else ()
            measures.append(Measure(f"{name}, {size:,} samples", "ms", spreads[name], beside, bars))
    return Result(
        "judgement",
        "time until a judgement is on the disk",
        tuple(measures),
        notes=(
            "key: rejecting a sample at the desk, until the desk hears that it is saved",
            "append: the same event given to the store, until it is acknowledged",
            "bare: the same bytes, written to a file of their own in the same folder",
        ),
    )


class _Judged:
    """A desk's ledger over a store; the model plays no part in this and is left out."""

    def __init__(self, lab: Lab, home: Path, size: int) -> None:
        self._lab, self._home, self._size = lab, home, size
        self._heard: asyncio.Future[float] | None = None
        self._error = ""

    async def measure(self) -> dict[str, list[float]]:
        """Return the seconds that each way took, by its name."""
        with Store.open(self._home) as store, (self._home / "bare").open("ab", 0) as file:
            ledger = Ledger("bench")
            ledger.load(store)
            ledger.connect(Keeper(store, self._told))
            judging = Judging(ledger)
            samples = cycle([sample.id for sample in islice(store.samples(), 500)])
            with _Written(self._home) as written:
                event = await self._judge(judging, next(samples))

            async def key() -> float:
                start = time.perf_counter()
                await self._judge(judging, next(samples))
                return (self._heard.result() if self._heard else math.inf) - start

            async def append() -> float:
                like = replace(event, id=new_id(), target=next(samples))
                return timed(lambda: store.append(like).result(_PATIENCE))

            async def bare() -> float:
                return timed(lambda: _append(file.fileno(), written.bytes))

            ways = {KEY: key, APPEND: append, BARE: bare}
            found: dict[str, list[float]] = {name: [] for name in ways}
            order = list(ways)
            what = f"{self._size:,} samples, judgements"
            for _ in self._lab.turns(what, range(self._lab.scale.judgements)):
                for name in order:
                    found[name].append(await ways[name]())
                order.append(order.pop(0))  # none is always the one after a pause
        return found

    async def _judge(self, judging: Judging, sample_id: str) -> Event:
        """Press a key, as it were, and wait until the desk is told that it is saved."""
        self._heard = asyncio.get_running_loop().create_future()
        event = judging.reject(sample_id)
        try:
            await asyncio.wait_for(self._heard, _PATIENCE)
        except TimeoutError:
            reason = self._error or f"not within {_PATIENCE:g} seconds"
            raise CannotMeasure(f"a judgement was not saved: {reason}") from None
        return event

    def _told(self, change: Change) -> None:
        if isinstance(change, Saved) and self._heard is not None and not self._heard.done():
            self._heard.set_result(time.perf_counter())
        elif isinstance(change, NotSaved):
            self._error = change.error


class _Written:
    """What is appended to the journals of a folder while the block runs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.bytes = b""

    def __enter__(self) -> "_Written":
        self._sizes = {path: path.stat().st_size for path in self._journals()}
        return self

    def __exit__(self, *_: object) -> None:
        for path in self._journals():
            with path.open("rb") as file:
                file.seek(self._sizes.get(path, 0))
                self.bytes += file.read()

    def _journals(self) -> list[Path]:
        return list(self._home.glob("journal-*.jsonl"))


def _tinydb(lab: Lab, snapshot: Path, size: int, inserts: int) -> Iterator[float]:
    """Yield the milliseconds of inserts by stock TinyDB into a copy of the snapshot."""
    file = lab.place("stock.json")
    file.write_bytes(snapshot.read_bytes())
    with closing(TinyDB(file)) as db:
        events = db.table("events")
        for number in lab.turns(f"{size:,} samples, stock TinyDB", range(inserts)):
            doc = {"id": new_id(), "type": "judged", "verdict": "reject", "seconds": number}
            yield 1000 * timed(lambda doc=doc: events.insert(doc))  # type: ignore[misc]
    file.unlink()


def _append(handle: int, line: bytes) -> None:
    os.write(handle, line)
    os.fsync(handle)
