"""How a sitting goes: what was judged, at what pace, with idle time left out."""

from dataclasses import dataclass

IDLE_AFTER = 30.0
"""Seconds without a key after which the curator counts as away."""


class Stopwatch:
    """Active seconds, measured between touches; a gap counts for at most `IDLE_AFTER`."""

    def __init__(self, now: float) -> None:
        self._last = now
        self._lap = 0.0
        self.total = 0.0

    def touch(self, now: float) -> None:
        """Note that the curator is there (`now` in seconds of any steady clock)."""
        gap = min(max(now - self._last, 0.0), IDLE_AFTER)
        self._last = now
        self._lap += gap
        self.total += gap

    def lap(self, now: float) -> float:
        """Return the active seconds since the last lap, and begin the next."""
        self.touch(now)
        lap, self._lap = self._lap, 0.0
        return lap


@dataclass(frozen=True, slots=True)
class Sitting:
    """The figures of a sitting; `seconds` are active ones."""

    judged: int
    approved: int
    rejected: int
    edited: int
    seconds: float
    left: int

    @property
    def pace(self) -> float:
        """Requests settled an hour; 0 before the first."""
        return 3600 * self.approved / self.seconds if self.seconds and self.approved else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Active seconds that the requests left will take at this pace, None if unknown."""
        return self.left * 3600 / self.pace if self.pace else None
