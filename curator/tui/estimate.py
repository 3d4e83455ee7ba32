"""How long the writing will still take, told from how far it has come."""

from collections.abc import Mapping

TYPICAL = 120
"""Characters of a sample, about: a row that has half of them is half done."""


class Estimate:
    """Follows one batch. All times are seconds of the same steady clock."""

    def __init__(self) -> None:
        self.request: str | None = None
        self._wanted = 0
        self._began = 0.0
        self._done_before = 0.0

    def left(
        self, request_id: str | None, written: int, wanted: int, rows: Mapping[int, str], now: float
    ) -> float | None:
        """Return the seconds that are left, None while that can't be told."""
        done = written + sum(min(len(text) / TYPICAL, 0.95) for text in rows.values())
        if request_id is None or (request_id, wanted) != (self.request, self._wanted):
            self.request, self._wanted = request_id, wanted
            self._began, self._done_before = now, done
            return None
        progress, taken = done - self._done_before, now - self._began
        if progress <= 0.1 or taken <= 0.5:
            return None
        return taken * max(wanted - done, 0) / progress
