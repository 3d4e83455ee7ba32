"""The texts that were written last: what the next ones are not to repeat."""

from collections import deque
from itertools import takewhile

from curator.domain.records import Sample

MOST = 1000
"""So many texts are remembered, some five sittings."""
HELD = 2 * MOST
"""So many are held."""


class Recent:
    """The last texts that a model wrote, in order.

    More are held than are remembered, so that a batch that was interrupted can go on with what was
    remembered when it began.
    """

    def __init__(self) -> None:
        self._held: deque[tuple[str, str]] = deque(maxlen=HELD)

    def put(self, sample: Sample) -> None:
        """Take in a new sample; what came from a file no model said."""
        if sample.is_written:
            self._held.append((sample.id, sample.text))

    def until(self, newest: str | None = None) -> tuple[str, tuple[str, ...]]:
        """Return which sample is the newest, and the texts of it and of those before it.

        That is the last one there is, where none is asked for, or where what was remembered then
        is not all held any more. Of "" there is nothing.
        """
        if newest == "" or not self._held:
            return "", ()
        held = list(self._held)
        if newest is not None:
            older = sum(1 for _ in takewhile(lambda one: one[0] != newest, held))
            lost = len(held) == self._held.maxlen and older + 1 < MOST
            held = held if lost else held[: older + 1]
        return held[-1][0], tuple(text for _, text in held[-MOST:])
