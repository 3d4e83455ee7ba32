"""Where a benchmark works: a folder of its own, how much to measure, and whom to tell of it."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

Tell = Callable[[str, float], None]
"""Told what is under way, and how much of the benchmark is done, 0 to 1."""


class CannotMeasure(Exception):
    """A benchmark could not be run to its end; the message says why."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    seconds_a_turn: float
    """How long one turn of generation goes on, at least."""
    turns: int
    """Turns of generation at each batch size."""
    batches: Sequence[int]
    words: int
    """Vocabulary of the original as deployed."""
    starts: int
    """Processes started for each start-up time."""
    sizes: Sequence[int]
    """Stored samples."""
    judgements: int
    tinydb_inserts: Sequence[int]
    """For each size: stock TinyDB rewrites its whole file, so the large ones are few."""
    keys: int


FULL = Scale(0.5, 15, (1, 5, 16, 64), 333_336, 15, (1_000, 10_000, 100_000), 400, (20, 9, 5), 300)
QUICK = Scale(0.3, 5, (1, 5, 16, 64), 333_336, 5, (1_000, 100_000), 100, (5, 1), 100)


class Lab:
    """What every benchmark is given.

    `folder` is a temporary one, on the disk that is to be measured; `model` and `device` are as in
    the settings.
    """

    def __init__(
        self, folder: Path, scale: Scale, *, model: str, device: str | None, tell: Tell
    ) -> None:
        self.folder = folder
        self.scale = scale
        self.model = model
        self.device = device
        self._tell = tell

    def tell(self, what: str, done: float = 0.0) -> None:
        """Say what is under way, and how much of this benchmark is done."""
        self._tell(what, done)

    def turns(self, what: str, of: Iterable[T]) -> Iterator[T]:
        """Iterate, telling how far it has come."""
        items = list(of)
        for number, item in enumerate(items):
            self.tell(f"{what}, {number + 1} of {len(items)}", number / len(items))
            yield item

    def place(self, name: str) -> Path:
        """Return the path of a folder or file of this name that is not there yet."""
        path = self.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        return path


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
