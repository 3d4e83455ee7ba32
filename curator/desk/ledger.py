"""What the desk has in its hands: requests, samples, the session, and the way to the disk."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from curator.desk.changes import Change, Listener
from curator.domain.recent import HELD, Recent
from curator.domain.records import Event, EventType, Record, Request, Sample, Scalar, Song
from curator.domain.session import Session

# What the disk needs is imported when it is needed, here and elsewhere at the desk: the first
# screen is painted before.
if TYPE_CHECKING:
    from curator.desk.keeper import Keeper
    from curator.store import Store

Clock = Callable[[], datetime]
_LOOKED_AT = 64
"""Of how many requests the samples are kept parsed."""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return a time in UTC as it is written into records."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Return a new id: a ULID, so that ids sort by time."""
    from ulid import ULID

    return str(ULID())


class Ledger:
    """The one way in for anything new: memory first, then the keeper, then the listeners.

    Memory is ahead of the disk by what the keeper still holds. Samples are read from the store
    when they are asked for; only those that are not on disk yet are held here.
    """

    def __init__(self, curator: str, clock: Clock = now) -> None:
        self.curator = curator
        self.session = Session()
        self.requests: dict[str, Request] = {}
        self.keeper: Keeper | None = None
        self.store: Store | None = None
        self._clock = clock
        self._fresh: dict[str, dict[str, Sample]] = defaultdict(dict)
        self._refs: set[tuple[str, str]] = set()
        self._listeners: list[Listener] = []
        self._watchers: list[Callable[[str], None]] = []
        self._witnesses: list[Callable[[Event], None]] = []
        self._followers: list[Callable[[Event], Iterable[Record]]] = []
        self._looked_at: dict[str, list[Sample]] = {}
        self.recent = Recent()
        """What was written last, on disk or not yet."""

    def load(self, store: "Store") -> None:
        """Read all that is stored; slow, and free of asyncio, so that a thread can do it."""
        self.session = Session(store.events())
        for request in store.requests():
            self._shelve(request)
        for sample in store.written(HELD):
            self.recent.put(sample)
        self.store = store

    def connect(self, keeper: "Keeper") -> None:
        """Begin to keep what comes."""
        self.keeper = keeper

    # Telling

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        """Tell all listeners."""
        for listener in tuple(self._listeners):
            listener(change)

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call `watcher` with a request's id whenever anything about it may have changed.

        Watchers keep what they know up to date; they hear of a change before the listeners do.
        """
        self._watchers.append(watcher)

    def witness(self, witness: Callable[[Event], None]) -> None:
        """Call `witness` with every event from now on, once it counts."""
        self._witnesses.append(witness)

    def follow(self, follower: Callable[[Event], Iterable[Record]]) -> None:
        """Keep what `follower` returns for an event together with it: both or neither."""
        self._followers.append(follower)

    def touch(self, request_id: str) -> None:
        """Tell the watchers that something about this request may have changed."""
        for watcher in self._watchers:
            watcher(request_id)

    # Writing

    def stamp(self) -> str:
        """Return the time as it is written into records."""
        return stamp(self._clock())

    def record(self, kind: EventType, target: str, **data: Scalar) -> Event:
        """Make an event of what the curator did, and keep it."""
        event = Event(new_id(), self.stamp(), self.curator, kind, target, data)
        self.add(event)
        return event

    def add(self, *records: Record) -> None:
        """Take records in and give them to the keeper. Raises RuntimeError before opening."""
        if self.keeper is None:
            raise RuntimeError("the desk is not open yet")
        following: list[Record] = []
        for record in records:
            match record:
                case Event():
                    self.session.apply(record)
                    for witness in self._witnesses:
                        witness(record)
                    for follower in self._followers:
                        following += follower(record)
                case Request():
                    self._shelve(record)
                case Sample():
                    self._fresh[record.request_id][record.id] = record
                    self._looked_at.pop(record.request_id, None)
                    self.recent.put(record)
        self.keeper.keep(*records, *following)
        for request_id in dict.fromkeys(self._request_of(record) for record in records):
            self.touch(request_id)

    def _request_of(self, record: Record) -> str:
        """Return the id of the request that a record is about."""
        if isinstance(record, Request):
            return record.id
        if isinstance(record, Sample):
            return record.request_id
        if not isinstance(record, Event):
            return ""
        if record.type in ("undone", "redone"):
            undone = self.session.event(record.target)
            return self._request_of(undone) if undone else record.target
        return str(record.data.get("request", record.target))

    def settle(self, ids: tuple[str, ...]) -> None:
        """Let go of samples that are on disk now: the store has them."""
        saved = set(ids)
        for request_id in [r for r, fresh in self._fresh.items() if saved & fresh.keys()]:
            fresh = self._fresh[request_id]
            for sample_id in saved & fresh.keys():
                del fresh[sample_id]
            if not fresh:
                del self._fresh[request_id]

    def _shelve(self, request: Request) -> None:
        self.requests[request.id] = request
        if request.ref:
            self._refs.add((request.source, request.ref))

    # Reading

    def has_ref(self, source: str, ref: str) -> bool:
        """Whether a request with this id at its source is here already."""
        return (source, ref) in self._refs

    def samples(self, request_id: str) -> list[Sample]:
        """Return a request's samples, oldest first, on disk or not yet."""
        found = self._looked_at.get(request_id)
        if found is None:
            stored = self.store.samples_of(request_id) if self.store else []
            held = {sample.id for sample in stored}
            fresh = self._fresh.get(request_id, {}).values()
            found = stored + [s for s in fresh if s.id not in held]
            if len(self._looked_at) >= _LOOKED_AT:
                del self._looked_at[next(iter(self._looked_at))]
            self._looked_at[request_id] = found
        return list(found)

    def sample(self, sample_id: str) -> Sample | None:
        """Return a sample by its id."""
        for fresh in self._fresh.values():
            if sample_id in fresh:
                return fresh[sample_id]
        return self.store.sample(sample_id) if self.store else None

    def song(self, request_id: str) -> Song:
        """Return a request's song as it stands, corrections included."""
        return self.session.song(request_id, self.requests[request_id].song)

    def approved_texts(self) -> Iterator[tuple[str, str]]:
        """Yield the ids and final texts of all approved samples."""
        for sample_id in self.session.approved():
            sample = self.sample(sample_id)
            if sample:
                yield sample_id, self.session.judgement(sample_id).text or sample.text
