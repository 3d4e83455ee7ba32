"""Key to paint: what a key costs while the model writes and a large store is open.

From the bytes of the key entering a pseudo-terminal to the bytes of the repaint coming out of it.
The real desk rates samples and moves between requests while at least eight samples stream; an
empty Textual app takes turns with it, while the desk rests.
"""

import re
import time
from itertools import cycle
from pathlib import Path
from random import Random

from curator.bench.data import OPEN_REQUESTS, copy_of, make_folded, open_titles
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.painting import EMPTY, EMPTY_APP, open_desk
from curator.bench.pty_probe import WORD, Terminal
from curator.bench.results import Bar, Beside, Measure, Result, at_most, times
from curator.bench.spread import Spread
from curator.store import Store

STREAMING = 8
A_REQUEST = 4
"""Keys for each request, before going on to the next one."""
TURN = 5
"""Requests before the empty app has its turn."""
TIMES, MOST = 2.0, 50.0
_MORE, _STOP, _NEXT = b"g", b"\x1b", b"l"
_STARS = (1, 3, 5, 2, 4)  # so that what is painted next is never what stands there
_PAUSE = (0.06, 0.14)
_QUIET = 0.5


def keys(lab: Lab) -> Result:
    """Measure key to paint with the largest store. Raises `CannotMeasure`."""
    size = max(lab.scale.sizes)
    home = copy_of(lab, make_folded(lab, size))
    before = _stored(home)
    desk = _Desk(lab, home, size)
    with desk.terminal, Terminal(EMPTY) as terminal:
        empty = _Empty(terminal)
        desk.ready()
        empty.ready()
        requests = range(min(-(-lab.scale.keys // A_REQUEST), OPEN_REQUESTS - 1))
        for number in lab.turns("requests", requests):
            desk.press_keys()
            if number % TURN == TURN - 1 or number == requests[-1]:
                desk.rest()
                empty.press_keys(len(desk.rated) - len(empty.taken))
    written = _stored(home) - before
    if written < len(desk.rated):
        raise CannotMeasure(f"only {written} samples were written while keys were pressed")
    bare = Spread.of(empty.taken)
    beside = (Beside(EMPTY_APP, bare),)
    measures = tuple(
        Measure(f"{name}, {size:,} samples", "ms", Spread.of(taken), beside, _bars(taken, bare))
        for name, taken in (("stars", desk.rated), ("next request", desk.moved))
    )
    rate = written / desk.busy
    return Result(
        "keys",
        f"from a key to its repaint, at least {STREAMING} samples streaming",
        measures,
        notes=(
            "in a pseudo-terminal of 120 × 40: bytes of the key in, bytes of the repaint out",
            "stars: one to five stars to a sample; next request: its song and samples are shown",
            f"{written:,} samples were written, painted and stored meanwhile, {rate:.0f} a second",
            "the empty app is idle between its keys, and the desk writes nothing meanwhile",
        ),
        facts={"samples_written": written, "samples_a_second": round(rate, 1)},
    )


def _bars(taken: list[float], bare: Spread) -> tuple[Bar, ...]:
    ours = Spread.of(taken)
    if ours.p99 is None or bare.p99 is None:
        return ()
    return (
        times(ours.p99, bare.p99, "≤", TIMES, f"p99 of an {EMPTY_APP}"),
        at_most(ours.p99, MOST, "ms", "p99"),
    )


class _Desk:
    """The real desk over a copy of a data folder, in its terminal."""

    def __init__(self, lab: Lab, home: Path, size: int) -> None:
        self.terminal = open_desk(lab, home, batch=str(STREAMING), ahead="0")
        self.rated: list[float] = []
        self.moved: list[float] = []
        self.busy = 0.0
        self._titles = iter(open_titles(size))
        self._stars = cycle(_STARS)
        self._random = Random(0)

    def ready(self) -> None:
        """Wait until the model has written for the first request and the desk rests."""
        first = next(self._titles)
        self.terminal.wait(re.compile(first.encode()))
        self.terminal.send(_MORE)
        self.terminal.wait(re.compile(b"saved"), self.terminal.size, patience=60.0)
        self.rest()

    def press_keys(self) -> None:
        """Go to the next request and rate, with more samples asked for before each key."""
        start = time.perf_counter()
        self.moved.append(self._press(_NEXT, next(self._titles)))
        for _ in range(A_REQUEST):
            self.terminal.send(_MORE)
            stars = next(self._stars)
            self.rated.append(self._press(b"%d" % stars, "★" * stars + "☆" * (5 - stars)))
        self.busy += time.perf_counter() - start

    def rest(self) -> None:
        """Stop the writing, and wait until nothing moves."""
        self.terminal.send(_STOP)
        self.terminal.settle(_QUIET)

    def _press(self, key: bytes, painted: str) -> float:
        time.sleep(self._random.uniform(*_PAUSE))
        return _press(self.terminal, key, painted)


class _Empty:
    """The empty app, in its terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.taken: list[float] = []
        self._terminal = terminal
        self._random = Random(1)

    def ready(self) -> None:
        """Wait until it is there and rests."""
        self._terminal.wait(WORD)
        self._terminal.settle(_QUIET)

    def press_keys(self, count: int) -> None:
        """Press so many keys."""
        for _ in range(count):
            time.sleep(self._random.uniform(*_PAUSE))
            self.taken.append(_press(self._terminal, b"x", f"key {len(self.taken) + 1:06}"))


def _press(terminal: Terminal, key: bytes, painted: str) -> float:
    """Press a key; return the milliseconds until this text comes out."""
    since = terminal.size
    pressed = terminal.send(key)
    return 1000 * (terminal.wait(re.compile(painted.encode()), since) - pressed)


def _stored(home: Path) -> int:
    with Store.open(home, write=False) as store:
        return store.counts()["samples"]
