"""Key to paint: what a key costs while samples stream and a large store is open.

From the bytes of the key entering a pseudo-terminal to the bytes of the repaint coming out of it.
The real desk goes from request to request, each of which begins to have eight samples written at
once, and rates samples while they stream; an empty Textual app takes turns with it, while the
desk rests.
"""

import re
import time
from itertools import cycle
from pathlib import Path
from random import Random

from curator.bench.data import copy_of, make_folded, open_titles
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.painting import EMPTY, EMPTY_APP, READY, WRITING, check_writer, open_desk
from curator.bench.pty_probe import WORD, Terminal
from curator.bench.results import Bar, Beside, Measure, Result, at_most, times
from curator.bench.spread import Spread
from curator.store import Store

STREAMING = 8
TURN = 5
"""Requests before the empty app has its turn."""
A_REQUEST = 3
"""Ratings for a request at most; only those pressed while its samples stream are counted."""
TIMES, MOST = 2.0, 50.0
_NEXT = b"l"
_STARS = (1, 3, 5, 2, 4)  # so that what is painted next is never what stands there
_PAUSE, _AT_ONCE = (0.04, 0.1), (0.0, 0.05)
"""Seconds before a key, drawn at random, so that keys keep no step with frames; the first rating
follows sooner, lest the samples be there before it."""
_QUIET, _PATIENCE = 0.5, 300.0


def keys(lab: Lab) -> Result:
    """Measure key to paint with the largest store. Raises `CannotMeasure`."""
    size = max(lab.scale.sizes)
    home = copy_of(lab, make_folded(lab, size))
    before = _stored(home)
    titles = open_titles(size)
    desk = _Desk(lab, home, titles[0])
    with desk.terminal, Terminal(EMPTY) as terminal:
        empty = _Empty(terminal)
        desk.ready()
        empty.ready()
        for number, title in enumerate(titles[1:], 1):
            lab.tell(f"{len(desk.rated)} keys", len(desk.rated) / lab.scale.keys)
            desk.go_and_rate(title)
            last = title == titles[-1] or len(desk.rated) >= lab.scale.keys
            if number % TURN == 0 or last:
                desk.rest()
                empty.press_keys(len(desk.rated) - len(empty.taken))
            if last:
                break
    if not empty.taken:
        raise CannotMeasure("the samples were written too fast to press a key meanwhile")
    bare = Spread.of(empty.taken)
    beside = (Beside(EMPTY_APP, bare),)
    measures = tuple(
        Measure(f"{name}, {size:,} samples", "ms", Spread.of(taken), beside, _bars(taken, bare))
        for name, taken in (("stars", desk.rated), ("next request", desk.moved))
    )
    written = _stored(home) - before
    return Result(
        "keys",
        f"from a key to its repaint, {STREAMING} samples streaming",
        measures,
        notes=(
            "in a pseudo-terminal of 120 × 40: bytes of the key in, bytes of the repaint out",
            "stars: a sample is rated; next request: another song and its samples are shown",
            f"{written:,} samples were written and stored meanwhile for {len(desk.moved)} requests",
            "the empty app is idle between its keys; the desk rests while it has its turn",
        ),
        facts={"samples_written": written, "requests": len(desk.moved)},
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

    def __init__(self, lab: Lab, home: Path, first: str) -> None:
        """`first` is the title of the request that it shows first."""
        self._lab = lab
        self.terminal = open_desk(lab, home, batch=str(STREAMING), ahead="0")
        self.rated: list[float] = []
        self.moved: list[float] = []
        self._first = first
        self._rested = 0
        self._stars = cycle(_STARS)
        self._random = Random(0)

    def ready(self) -> None:
        """Wait until the model has written for the first request and the desk rests."""
        self.terminal.wait(re.compile(self._first.encode()))
        self.terminal.wait(re.compile(WRITING))
        check_writer(self._lab, self.terminal)
        self.rest()

    def go_and_rate(self, title: str) -> None:
        """Go to the next request, of this title, and rate while its samples stream."""
        self._pause(_PAUSE)
        self.moved.append(_press(self.terminal, _NEXT, title))
        self.terminal.wait(re.compile(WRITING), self._rested)
        for number in range(A_REQUEST):
            self._pause(_PAUSE if number else _AT_ONCE)
            if not self._streams():
                return
            stars = next(self._stars)
            painted = "★" * stars + "☆" * (5 - stars)
            self.rated.append(_press(self.terminal, b"%d" % stars, painted))

    def rest(self) -> None:
        """Wait until all is written and nothing moves."""
        while self._streams():  # a slow model is quiet for longer between two tokens
            written = self.terminal.last(WRITING)
            self.terminal.wait(re.compile(READY), written, patience=_PATIENCE)
            self.terminal.settle(_QUIET)
        self.terminal.settle(_QUIET)
        self._rested = self.terminal.size

    def _streams(self) -> bool:
        """Whether samples are being written, by what the header said last."""
        written = self.terminal.last(READY, self._rested)
        return self.terminal.last(WRITING, self._rested) > written

    def _pause(self, between: tuple[float, float]) -> None:
        time.sleep(self._random.uniform(*between))


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
