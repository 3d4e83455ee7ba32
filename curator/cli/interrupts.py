"""Ctrl-C as a wish: work ends at a place of its own choosing, the second one ends it at once.

Python raises KeyboardInterrupt between any two instructions, also between taking a lock and
entering its block; a lock lost that way keeps the thread waiting that writes to disk.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from curator.cli.streams import say


class Wish:
    """Whether somebody has asked for an end, and by which signal.

    `words` are said at the first time. While `sheltered` is false there is nothing to keep, and
    the first asks like the second: KeyboardInterrupt is raised.
    """

    def __init__(self, words: str = "") -> None:
        self._words = words
        self.signal: int | None = None
        self.sheltered = True

    def take(self, number: int, frame: object) -> None:
        """Handle a signal."""
        del frame
        if self.signal is not None or not self.sheltered:
            raise KeyboardInterrupt
        self.signal = number
        if self._words:
            say(f"\n{self._words}; once more leaves at once")

    def heed(self) -> None:
        """Raise KeyboardInterrupt if an end was asked for: here it does no harm."""
        if self.signal is not None:
            raise KeyboardInterrupt


@contextmanager
def watching(wish: Wish, numbers: Sequence[int] = (signal.SIGINT,)) -> Iterator[Wish]:
    """Let signals be wishes until the block ends."""
    before = {number: signal.signal(number, wish.take) for number in numbers}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
