"""The queue: requests with their state, in the order of their coming, as a filter lets through."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from curator.desk.ledger import Ledger
from curator.desk.writing import Writing
from curator.domain.filtering import Filter, View
from curator.domain.records import Request, Song

State = Literal["no song", "waiting", "writing", "open", "deferred", "approved", "rejected"]
OPEN: tuple[State, ...] = ("no song", "waiting", "writing", "open")
STATES: tuple[State, ...] = (*OPEN, "deferred", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class Item:
    """A request as the queue shows it; `written` of `wanted` samples are there."""

    request: Request
    song: Song
    state: State
    written: int
    wanted: int

    @property
    def id(self) -> str:
        """The request's id."""
        return self.request.id


class Queue:
    """What is to be done, and what was done in this sitting."""

    def __init__(self, ledger: Ledger, writing: Writing) -> None:
        self._ledger = ledger
        self._writing = writing
        self._settled_before: set[str] = set()
        self.filter = Filter()

    def begin(self) -> None:
        """Note what earlier sittings settled: it is shown only when a filter asks for it."""
        self._settled_before = {
            r for r in self._ledger.requests if self.state(r) in ("approved", "rejected")
        }

    def state(self, request_id: str) -> State:
        """Return where a request stands."""
        session = self._ledger.session
        status = session.status(request_id)
        if status != "open":
            return status
        if self._writing.current == request_id:
            return "writing"
        samples = self._ledger.samples(request_id)
        if samples and all(session.judgement(s.id).verdict == "reject" for s in samples):
            return "waiting" if self._writing.is_wanted(request_id) else "rejected"
        if samples:
            return "open"
        return "waiting" if self._ledger.song(request_id).known else "no song"

    def item(self, request_id: str) -> Item:
        """Return one request as the queue shows it."""
        request = self._ledger.requests[request_id]
        written, wanted = self._writing.progress(request_id)
        song = self._ledger.song(request_id)
        return Item(request, song, self.state(request_id), written, wanted)

    def items(self) -> list[Item]:
        """Return what the filter lets through, oldest first; deferred ones after the open."""
        shown = [self.item(r) for r in self._candidates()]
        return [i for i in shown if i.state != "deferred"] + [
            i for i in shown if i.state == "deferred"
        ]

    def _candidates(self) -> Iterator[str]:
        everything = bool(self.filter.terms)
        for request_id in self._ledger.requests:
            if everything:
                if self.filter.matches(self.view(request_id)):
                    yield request_id
            elif request_id not in self._settled_before or self.state(request_id) in OPEN:
                yield request_id

    def view(self, request_id: str) -> View:
        """Return what a filter looks at."""
        samples = self._ledger.samples(request_id)
        state = self.state(request_id)
        return View(
            request=self._ledger.requests[request_id],
            song=self._ledger.song(request_id),
            state="open" if state in ("waiting", "writing") else state,
            judgements=tuple(self._ledger.session.judgement(s.id) for s in samples),
            models=tuple(dict.fromkeys(s.model for s in samples)),
        )

    def left(self) -> int:
        """How many requests wait for the curator, deferred ones included."""
        return sum(self.state(r) in (*OPEN, "deferred") for r in self._unsettled())

    def _unsettled(self) -> Iterator[str]:
        return (r for r in self._ledger.requests if r not in self._settled_before)

    def after(self, request_id: str | None) -> str | None:
        """Return the next request to judge after this one: open ones first, then deferred."""
        following = self.following(request_id, 1)
        return following[0] if following else None

    def following(self, request_id: str | None, count: int) -> list[str]:
        """Return the next `count` requests to judge after this one, going round at the end."""
        items = self.items()
        at = next((n for n, item in enumerate(items) if item.id == request_id), -1)
        turn = items[at + 1 :] + items[: max(at, 0)]
        todo = [i.id for i in turn if i.state in OPEN] + [
            i.id for i in turn if i.state == "deferred"
        ]
        return todo[:count]
