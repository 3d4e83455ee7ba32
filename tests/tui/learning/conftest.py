"""A trainer that follows a script, labels, and versions to look at."""

import asyncio
import json

import pytest

from curator.domain.records import Event, Request, Sample, Song
from curator.domain.steps import VersionStep
from curator.engine.errors import EngineError
from curator.engine.messages import Progress, Trained
from curator.tui.screens.learn import LearnScreen
from curator.tui.widgets.learn_head import LearnHead
from curator.tui.widgets.learn_view import LearnView
from curator.tui.widgets.status_line import StatusLine


def interval(value, reach):
    """Return a figure with its interval, as a report has it."""
    return {"value": value, "low": round(value - reach, 4), "high": round(value + reach, 4)}


def report(over=0.08, reach=0.05, enough=True, **parts):
    """Return what a training says: `over` best-of-N by so much, give or take `reach`."""
    arms = [
        ("prior", 0.21, interval(0.20, 0.04), 0.391, 0.548),
        ("best-of-N", 0.48, interval(0.31, 0.05), 0.402, 0.541),
        ("LC-GAN", 0.44, interval(0.33, 0.05), 0.409, 0.532),
        ("LC-GAN + best-of-N", 0.66, interval(0.31 + over, 0.05), 0.421, 0.527),
    ]
    found = {
        "skill": {
            "ratings": 142, "liked": 31, "songs": 47, "enough": enough,
            "verdict": "" if enough else "too few labels to know: 24, of which 5 are liked",
            "auc": interval(0.72, 0.09), "brier": interval(0.152, 0.02),
            "brier_of_the_mean": 0.171, "calibration": interval(0.041, 0.02),
        },
        "likings": [
            {"kind": kind, "name": name, "weight": weight, "texts": 9}
            for kind, name, weight in [
                ("word", "hiss", 0.21), ("word", "gravel", 0.17), ("word", "static", 0.14),
                ("style", "short", 0.12), ("condition", "dub", 0.08),
                ("word", "whole room", -0.22), ("word", "nice", -0.15), ("style", "long", -0.11),
            ]
        ],
        "generator": True, "writer": "cvae-small", "writer_hash": "a1b2c3", "seconds": 41.0,
        "comparison": {
            "candidates": 8, "songs": 48, "by_second": True, "over_best_of": interval(over, reach),
            "arms": [
                {"name": name, "decodes": 8, "own": interval(own, 0.04), "second": second,
                 "self_bleu": alike, "distinct_2": distinct}
                for name, own, second, alike, distinct in arms
            ],
        },
    }  # fmt: skip
    return json.dumps(found | parts)


class Trainer:
    """Learns what `said` says, once `gate` is open."""

    def __init__(self):
        self.said = report()
        self.fail = None
        self.seconds_left = 24.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def start(self):
        pass

    async def close(self):
        pass

    async def train(self, job):
        yield Progress("t", "LC-GAN", 120, 360, self.seconds_left)
        await self.gate.wait()
        if self.fail:
            raise EngineError(self.fail)
        job.folder.mkdir(parents=True)
        yield Trained("t", self.said)


def fill(desk, versions=(), judged=60):
    """Put judged samples into the desk's store, in all arms, and versions with these reports."""
    desk.ledger.add(*labels(judged))
    for n, said in enumerate(versions, 1):
        data = {"model": "cvae-small", "labels": 60 + 40 * n, "seed": n, "figures": said}
        at = f"2026-03-{8 + n:02}T10:00:00.000Z"
        step = VersionStep(f"V{n}", at, "ann", f"v{n}", "trained", data)
        desk.learning.versions.apply(step)
        desk.ledger.add(step)


def labels(count):
    """Return requests with judged samples: the later, the more arms, the more approved."""
    found = []
    for n in range(count):
        at = f"2026-03-{1 + n // 6:02}T09:{n % 60:02}:00.000Z"
        arm = None if n < count // 3 else ("control", "best-of", "steered")[n % 3]
        good = n % (7 if arm in (None, "control") else 4 if arm == "best-of" else 2) == 0
        song = Song("Ada Moss", f"Take {n}")
        request = Request(f"L{n:03}", at, "typed", f"Ada Moss – Take {n}", song)
        sample = Sample(
            f"L{n:03}s", request.id, at, f"Take {n} hums.", "cvae-small", "a1b2c3", 7, n,
            song=song, arm=arm, learned="v1" if arm else "", expected=0.4,
        )  # fmt: skip
        said = {"request": request.id, "verdict": "approve" if good else "reject"}
        found += [request, sample, Event(f"L{n:03}e", at, "ann", "judged", sample.id, said)]
    return found


class Pages:
    """Opens the Learn screen and reads what is on it."""

    def __init__(self, script):
        self._script = script
        self.trainer = Trainer()
        self.report = report

    async def open(self, pilot, versions=(), judged=60):
        """Fill the desk, go to Learn, and wait until the labels are looked at."""
        desk = pilot.app.desk
        fill(desk, versions, judged)
        await pilot.press("L")
        screen = pilot.app.screen
        assert isinstance(screen, LearnScreen)
        await self._script.until(lambda: desk.learning.looked)
        await self.settle(pilot)
        return screen

    async def settle(self, pilot):
        """Wait until the page is as it will be."""
        for _ in range(4):
            await pilot.pause(0.01)

    def text(self, screen, kind=LearnView):
        """Return what a widget shows, as text."""
        return "\n".join(strip.text.rstrip() for strip in screen.query_one(kind)._drawn)

    def head(self, screen):
        """Return the head's text."""
        return self.text(screen, LearnHead)

    def said(self, screen):
        """Return the status line."""
        return self.text(screen, StatusLine)


@pytest.fixture
def pages(script):
    return Pages(script)
