"""The real worker around a writer that follows a script: its model's name says which.

Run as a process by the tests; the folder named by SCRIPT holds what outlives a crash.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from curator.engine import training, worker
from curator.engine.messages import Progress, Train
from models.writer import (
    Conditions,
    SampleEvent,
    Sampling,
    Steering,
    TokenEvent,
    TokenSurprisal,
    Vector,
    WriterEvent,
)

SCRIPT = Path(os.environ.get("SCRIPT", "."))


def text_of(artist: str | None, seed: int, row: int) -> str:
    """What a row reads: rows differ in length, so that they don't end in order."""
    return " ".join([f"{artist}/{seed}/{row}", *("la" for _ in range((row * 7 + seed) % 5))])


def happened(what: str) -> int:
    """Count that something happens, over all runs; return how often it had before."""
    file = SCRIPT / what
    with file.open("ab") as counter:
        counter.write(b".")
    return file.stat().st_size - 1


class Scripted:
    """Models: plain, endless, crash:ROWS:TIMES, poison:ARTIST, long, chatty."""

    latent = 2
    device = "cpu"

    def __init__(self, name: str) -> None:
        self.name = name
        self.weights_hash = f"hash of {name}"
        self.kin = (self.weights_hash,)
        self._script, *self._numbers = name.split(":")
        self._rows_written = 0

    def write(
        self,
        conditions: Conditions,
        n: int,
        seed: int,
        *,
        first_row: int = 0,
        sampling: Sampling | None = None,
        steering: Steering | None = None,
    ) -> Iterator[WriterEvent]:
        happened("writes")
        artist = conditions.artist
        if self._script == "poison" and artist == self._numbers[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        if artist == "refuse":
            raise ValueError("there is nothing to say about refuse")
        if self._script == "endless" and artist != "short":
            (SCRIPT / "began").touch()
            for step in range(10**9):
                yield TokenEvent(((first_row, f"step {step}"),))
                time.sleep(0.001)
        words = {
            row: text_of(artist, seed, row).split(" ") for row in range(first_row, first_row + n)
        }
        if self._script == "long":
            words = {row: ["x" * 1_000_000] for row in words}
        step = 0
        while words:
            step += 1
            yield TokenEvent(tuple((row, " ".join(w[:step])) for row, w in words.items()))
            for row in [row for row, w in words.items() if len(w) <= step]:
                yield self._sample(row, " ".join(words.pop(row)))

    def _sample(self, row: int, text: str) -> SampleEvent:
        if self._script == "crash":
            rows, times = map(int, self._numbers)
            if self._rows_written == rows and happened("crashes") < times:
                print("the memory is full of songs", file=sys.stderr)
                os.kill(os.getpid(), signal.SIGKILL)
            self._rows_written += 1
        if self._script == "chatty":
            print("a library says hello", row)
            os.write(1, b"and its C part too\n")
            sys.stderr.write("warning " * 100_000)
        z = np.array([row, 0.5], np.float32)
        return SampleEvent(row, text, len(text.split()), 0.25, z, np.zeros(2, np.float32))

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        return [TokenSurprisal(piece, float(len(piece))) for piece in text.split()]

    def encode(self, text: str, conditions: Conditions) -> Vector:
        return np.array([len(text), 1.0], np.float32)

    def decode(
        self,
        z: Vector,
        conditions: Conditions,
        seed: int,
        *,
        sampling: Sampling | None = None,
    ) -> Iterator[WriterEvent]:
        for row, length in enumerate(z[:, 0]):
            yield self._sample(row, "ha " * int(length))


def train(
    request: Train,
    writer: Scripted,
    send: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> str:
    """Stand for a training: done at once, or going on until it is stopped."""
    send(Progress(request.id, "drafts", 1, 2))
    while writer.name == "endless":
        if should_stop():
            raise InterruptedError
        time.sleep(0.001)
    return f'{{"seed": {request.seed}}}'


def load(name: str, device: str | None) -> Scripted:
    happened("loads")
    if name == "missing":
        raise FileNotFoundError("there is no model 'missing'")
    if name == "baseless":
        from models.pretrained.base import NoBase

        raise NoBase("the base is not here; `pull` fetches it")
    if name == "dies":
        print("Illegal instruction, or so", file=sys.stderr)
        os._exit(7)
    return Scripted(name)


if __name__ == "__main__":
    if "garbage" in sys.argv:
        os.write(1, b"\x1b[31mHello, I am a library.\n{}\n" + b"[" * 5000 + b"\n")
        os.write(1, b"y" * 20_000_000 + b"\n")  # longer than any line may be
    if "flood" in sys.argv:
        for _ in range(50):
            os.write(2, b"z" * 99_999 + b"\n")
    if "alive" in sys.argv:  # held open for writing as long as this process lives
        alive = os.open(SCRIPT / "alive", os.O_WRONLY)
    training.train = train  # type: ignore[assignment]
    worker.main(load)
