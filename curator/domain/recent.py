"""The texts that were written last: what the next ones are not to repeat."""

from collections import deque
from itertools import takewhile

from curator.domain.records import Sample

MOST = 1000
"""So many texts are remembered, some five sittings."""


class Recent:
    """The last texts that a model wrote, in order.

    Twice as many are held as are remembered, so that a batch that was interrupted can go on with
    what was remembered when it began.
    """

    def __init__(self) -> None:
        self._held: deque[tuple[str, str]] = deque(maxlen=2 * MOST)

    def put(self, sample: Sample) -> None:
        """Take in a new sample; what came from a file no model said."""
        if sample.seed is not None:
            self._held.append((sample.id, sample.text))

    def until(self, newest: str | None = None) -> tuple[str, tuple[str, ...]]:
        """Return which sample is the newest, and the texts of it and of those before it.

        That is the last one there is, where none is asked for or it is held no more. Of "" there
        is nothing.
        """
        if newest == "" or not self._held:
            return "", ()
        held = list(self._held)
        if newest is not None:
            older = list(takewhile(lambda one: one[0] != newest, held))
            if len(older) < len(held):
                held = held[: len(older) + 1]
        return held[-1][0], tuple(text for _, text in held[-MOST:])
