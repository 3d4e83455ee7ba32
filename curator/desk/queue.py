"""The queue: requests with their state, in the order of their coming, as a filter lets through.

With tens of thousands of requests a key must cost no more than with ten, so everything here is
kept and brought up to date for the one request that was touched. Where a request stands in the
queue follows from the session alone; its samples are looked at only when it is shown.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

from curator.desk.ledger import Ledger
from curator.desk.writing import Writing
from curator.domain.filtering import Filter, View
from curator.domain.records import Request, Song

State = Literal["no song", "waiting", "writing", "open", "deferred", "approved", "rejected"]
OPEN: tuple[State, ...] = ("no song", "waiting", "writing", "open")
STATES: tuple[State, ...] = (*OPEN, "deferred", "approved", "rejected")
Standing = Literal["to do", "deferred", "settled"]


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


class Order(Sequence[str]):
    """What is shown, as a sequence of request ids that is always up to date.

    `arrived` are all requests; `first` and `last` are sorted numbers into it: what is shown, and
    what is shown behind it. Moving one request costs no more than finding its place.
    """

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.numbers: dict[str, int] = {}
        self.first: list[int] = []
        self.last: list[int] = []

    def __len__(self) -> int:
        return len(self.first) + len(self.last)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        behind = index - len(self.first)
        return self.arrived[self.first[index] if behind < 0 else self.last[behind]]

    def place(self, request_id: str) -> int | None:
        """Return where a request is, None if it is not shown."""
        number = self.numbers.get(request_id)
        if number is None:
            return None
        for numbers, offset in ((self.first, 0), (self.last, len(self.first))):
            at = bisect_left(numbers, number)
            if at < len(numbers) and numbers[at] == number:
                return offset + at
        return None

    def gap(self, request_id: str) -> int:
        """Return where a request would be among the first: how many of them came before it."""
        number = self.numbers.get(request_id)
        return 0 if number is None else bisect_left(self.first, number)

    def put(self, request_id: str, where: Literal["first", "last", "away"]) -> None:
        """Show a request among the first, among the last, or not."""
        number = self.numbers.get(request_id)
        if number is None:
            number = self.numbers[request_id] = len(self.arrived)
            self.arrived.append(request_id)
        for name, numbers in (("first", self.first), ("last", self.last)):
            at = bisect_left(numbers, number)
            here = at < len(numbers) and numbers[at] == number
            if here and name != where:
                del numbers[at]
            elif name == where and not here:
                insort(numbers, number)


class Queue:
    """What is to be done, and what was done in this sitting."""

    def __init__(self, ledger: Ledger, writing: Writing) -> None:
        self._ledger = ledger
        self._writing = writing
        self._standing: dict[str, Standing] = {}
        self._settled_before: set[str] = set()
        self._left = 0
        self._filter = Filter()
        self._items: dict[str, Item] = {}
        self._order = Order()
        ledger.watch(self._touched)

    def begin(self) -> None:
        """Note what earlier sittings settled: it is shown only when a filter asks for it."""
        self._standing = {r: self._stands(r) for r in self._ledger.requests}
        self._settled_before = {r for r, s in self._standing.items() if s == "settled"}
        self._left = len(self._standing) - len(self._settled_before)
        self._items.clear()
        self._put_in_order()

    def _touched(self, request_id: str) -> None:
        if request_id not in self._ledger.requests:
            return
        self._items.pop(request_id, None)
        before = self._standing.get(request_id)
        now = self._standing[request_id] = self._stands(request_id)
        self._left += (now != "settled") - (before in ("to do", "deferred"))
        self._order.put(request_id, self._where(request_id))

    def _put_in_order(self) -> None:
        self._order = Order()
        for request_id in self._ledger.requests:
            self._order.put(request_id, self._where(request_id))

    def _where(self, request_id: str) -> Literal["first", "last", "away"]:
        standing = self._standing[request_id]
        if self._filter.terms:
            shown = self._filter.matches(self.view(request_id))
        else:
            shown = standing != "settled" or request_id not in self._settled_before
        return "away" if not shown else "last" if standing == "deferred" else "first"

    # Where a request stands

    def _stands(self, request_id: str) -> Standing:
        match self._ledger.session.status(request_id):
            case "approved":
                return "settled"
            case "deferred":
                return "deferred"
        return "settled" if self._all_rejected(request_id) else "to do"

    def _all_rejected(self, request_id: str) -> bool:
        session = self._ledger.session
        if not session.is_touched(request_id) or self._writing.is_wanted(request_id):
            return False
        samples = self._ledger.samples(request_id)
        return bool(samples) and all(session.judgement(s.id).verdict == "reject" for s in samples)

    def state(self, request_id: str) -> State:
        """Return where a request stands."""
        status = self._ledger.session.status(request_id)
        if status != "open":
            return status
        if self._writing.current == request_id:
            return "writing"
        if self._all_rejected(request_id):
            return "rejected"
        if samples := self._ledger.samples(request_id):
            session = self._ledger.session
            unjudged = any(session.judgement(s.id).verdict != "reject" for s in samples)
            return "open" if unjudged else "waiting"
        return "waiting" if self._ledger.song(request_id).known else "no song"

    def left(self) -> int:
        """How many requests wait for the curator, deferred ones included."""
        return self._left

    # What is shown

    @property
    def filter(self) -> Filter:
        """What is let through; without terms, all but what earlier sittings settled."""
        return self._filter

    @filter.setter
    def filter(self, wanted: Filter) -> None:
        self._filter = wanted
        self._put_in_order()

    def ids(self) -> Sequence[str]:
        """Return what the filter lets through, oldest first; deferred ones after the open.

        It stays up to date until the filter changes.
        """
        return self._order

    def place(self, request_id: str | None) -> int | None:
        """Return where in `ids` a request is, None if it is not shown."""
        return None if request_id is None else self._order.place(request_id)

    def gap(self, request_id: str | None) -> int:
        """Return where in `ids` a request that is not shown would be, 0 for none."""
        return 0 if request_id is None else self._order.gap(request_id)

    def item(self, request_id: str) -> Item:
        """Return one request as the queue shows it."""
        item = self._items.get(request_id)
        if item is None:
            written, wanted = self._writing.progress(request_id)
            item = self._items[request_id] = Item(
                self._ledger.requests[request_id],
                self._ledger.song(request_id),
                self.state(request_id),
                written,
                wanted,
            )
        return item

    def items(self) -> list[Item]:
        """Return all of `ids` as items."""
        return [self.item(r) for r in self.ids()]

    def view(self, request_id: str) -> View:
        """Return what the filter looks at: of a request's samples only what it names."""
        names = self._filter.names
        judged = names("verdict") or names("stars") or names("tag")
        samples = self._ledger.samples(request_id) if judged or names("model") else []
        state = self.state(request_id) if names("state") else ""
        return View(
            request=self._ledger.requests[request_id],
            song=self._ledger.song(request_id),
            state="open" if state in ("waiting", "writing") else state,
            judgements=tuple(self._ledger.session.judgement(s.id) for s in samples),
            models=tuple(dict.fromkeys(s.model for s in samples)),
        )

    # What comes next

    def after(self, request_id: str | None) -> str | None:
        """Return the next request to judge after this one: open ones first, then deferred."""
        following = self.following(request_id, 1)
        return following[0] if following else None

    def following(self, request_id: str | None, count: int) -> list[str]:
        """Return the next `count` requests to judge after this one, going round at the end."""
        ids, place = self.ids(), self.place(request_id)
        at = self.gap(request_id) - 1 if place is None else place
        found: dict[Standing, list[str]] = {"to do": [], "deferred": [], "settled": []}
        for step in range(1, len(ids) + (place is None)):
            request = ids[(at + step) % len(ids)]
            found[self._standing[request]].append(request)
            if len(found["to do"]) >= count:
                break
        return (found["to do"] + found["deferred"])[:count]
