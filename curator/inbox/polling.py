"""How often X is asked, and for how much money."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, get_args

from curator.inbox.x import Arrived, Found, Marks, Reader, Reading, Stream
from curator.net.x_errors import RateLimited, XError

LONGEST: Final = 900.0
"""Seconds: the window in which X counts requests."""
_SOONEST: Final = 1.0
_BROKE: Final = 3600.0
"""Seconds until it is looked again whether there is money."""


class OverBudget(XError):
    """Reading has cost this month what it may cost: it goes on next month, or with more money."""


def streams_of(setting: str) -> tuple[Stream, ...]:
    """Return the streams that a setting (mentions, timeline, both) names."""
    every: tuple[Stream, ...] = get_args(Stream)
    return tuple(stream for stream in every if setting in (stream, "both"))


class Poller:
    """Asks X for what is new, stream after stream. Waits for the network: for a thread."""

    def __init__(
        self,
        x: Reading,
        streams: Sequence[Stream],
        marks: Marks,
        *,
        budget: float,
        has: Callable[[str, str], bool],
        parse: Callable[[str], Sequence[Found]],
        new_id: Callable[[], str],
        stamp: Callable[[], str],
    ) -> None:
        """Make a poller. `budget` is what reading may cost in a calendar month, in dollars."""
        self._marks = marks
        self._budget = budget
        self._stamp = stamp
        self._readers = [
            Reader(x, stream, marks, has=has, parse=parse, new_id=new_id, stamp=stamp)
            for stream in streams
        ]

    def spent(self) -> float:
        """Return what reading has cost this month, in dollars."""
        return self._marks.dollars.get(self._stamp()[:7], 0.0)

    def round(self, *, from_start: bool = False) -> Iterator[Arrived]:
        """Yield what is new; a page must be stored before the next is asked for.

        Raises `XError`, and `OverBudget` before a page that can't be paid for any more.
        """
        for reader in self._readers:
            pages = reader.read(from_start=from_start)
            while True:
                if self.spent() >= self._budget:
                    raise OverBudget(
                        f"reading X has cost ${self.spent():.2f} this month, and may cost "
                        f"${self._budget:.2f} (setting x_monthly_dollars)"
                    )
                page = next(pages, None)
                if page is None:
                    break
                yield page


class Pace:
    """When to ask again: every so often, later after a failure, and when X itself says so."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._failures = 0

    def after_success(self) -> float:
        """Return how many seconds to wait when all went well."""
        self._failures = 0
        return self._seconds

    def after_failure(self, error: XError, now: float) -> float:
        """Return how many seconds to wait after an error; `now` in seconds since 1970.

        Until X lets more through where it says when, else twice as long after each failure.
        """
        if isinstance(error, OverBudget):
            return _BROKE
        self._failures += 1
        if isinstance(error, RateLimited) and error.reset is not None:
            return min(max(error.reset - now + _SOONEST, _SOONEST), LONGEST + _SOONEST)
        doubled: float = max(self._seconds, 5.0) * 2.0 ** min(self._failures - 1, 10)
        return min(doubled, max(LONGEST, self._seconds))
