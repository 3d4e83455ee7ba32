"""`curator simulate`: the whole loop against a judge in code."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, duration, json_line, say
from curator.cli.training import LOG_EVERY
from curator.cli.wiring import load_writer

if TYPE_CHECKING:
    from curator.simulation.judges import Judge
    from curator.simulation.loop import Plan, Told
    from curator.simulation.report import Run
    from models.writer import Reader

_DRAFTS = 8


def simulate(
    judge: Annotated[
        str,
        typer.Option(
            metavar="FILE.py:FUNCTION", help="Takes (text, song); returns a bool, or 1 to 5."
        ),
    ],
    second_judge: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.py:FUNCTION",
            show_default=False,
            help="Another judge that nothing is learnt from, to show what only pleases the first.",
        ),
    ] = None,
    ratings: Annotated[
        int, typer.Option(metavar="N", min=1, max=5_000, help="How many texts are judged.")
    ] = 100,
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, max=50, help="In how many rounds.")
    ] = 4,
    flip: Annotated[
        float,
        typer.Option(metavar="X", min=0.0, max=0.5, help="Share of judgements turned round."),
    ] = 0.0,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    seeds: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Simulate so often, seed after seed.")
    ] = 1,
    songs: Annotated[
        int, typer.Option(metavar="N", min=10, max=2_000, help="Held-out songs to measure on.")
    ] = 100,
    drafts: Annotated[
        int, typer.Option("-n", metavar="N", min=2, max=64, help="Drafts of a best-of.")
    ] = _DRAFTS,
    model: Annotated[
        str, typer.Option(metavar="M", help="A name from `curator models`, or a folder.")
    ] = "cvae-small",
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show what a curator's judgements would teach, with a function in the curator's place.

    In a data folder that is thrown away texts are written and judged, judgements become labels,
    a reward and a generator are learnt from them, and write the next round. Then held-out songs
    are written for in every way: as the model does by itself, steered by the LC-GAN, and with N
    drafts each the best by the reward without steering and with it. Two controls go beside them:
    the least worn of N drafts, which needs no labels, and all of it learnt from shuffled labels,
    which must come to no more than that. Intervals are bootstraps over songs
    (and seeds). A judge that answers 1 to 5 approves from 4.

    `curator/examples/judges.py` has three judges to begin with, and one for each that shares half
    of its taste. The file is run as it is: name only files that you trust.

    \b
    Examples:
      curator simulate --judge curator/examples/judges.py:concrete_sounds
      curator simulate --judge mine.py:taste --ratings 300 --flip 0.15 --seeds 10 --json
    """
    from curator.simulation.judges import JudgeError, load_judge
    from curator.simulation.report import body, lines

    place = folder(home)
    try:
        first = load_judge(judge)
        second = load_judge(second_judge) if second_judge else None
    except JudgeError as error:
        raise Stop(f"simulate: {error}", USAGE) from error
    with Status() as status:
        status.show(f"loading {model} …", now=True)
        writer = _reader(model, device, place)
        plan = _plan(ratings, min(rounds, ratings), seed, flip, songs, drafts)
        runs: list[Run] = []
        with tempfile.TemporaryDirectory(prefix="curator-simulation-") as scratch:
            teller = _Teller(status, seeds)
            for number in range(seeds):
                teller.number = number
                try:
                    one = replace(plan, seed=seed + number)
                    runs.append(_run(one, writer, first, second, Path(scratch), teller))
                except JudgeError as error:
                    status.clear()
                    raise Stop(f"simulate: {error}", FAILED) from error
    found = body(runs, first.name, second.name if second else None, writer.name)
    if json:
        print(json_line(found))
    else:
        for line in lines(found):
            print(line)
        _show(found)
    if found["nothing_learnt"] and len(found["nothing_learnt"]) == len(runs):
        raise typer.Exit(FAILED)


def _plan(ratings: int, rounds: int, seed: int, flip: float, songs: int, drafts: int) -> "Plan":
    from curator.simulation.loop import Plan

    return Plan(ratings, rounds, seed, flip, songs, drafts)


def _reader(model: str, device: str | None, home: Path) -> "Reader":
    """Load a writer that can learn. Raises `Stop` for one that cannot."""
    from models.checkpoint import CheckpointError
    from models.writer import reads

    writer = load_writer(model, device, home)
    if not reads(writer):
        raise Stop(f"{model} cannot learn: it has no latent space to read texts into", USAGE)
    try:
        writer.drafter()
    except CheckpointError as error:
        raise Stop(f"{model} cannot learn: {error}", USAGE) from error
    return writer


def _run(
    plan: "Plan",
    writer: "Reader",
    judge: "Judge",
    second: "Judge | None",
    scratch: Path,
    teller: "_Teller",
) -> "Run":
    from curator.simulation.arms import measure
    from curator.simulation.loop import simulate as loop
    from curator.simulation.report import Run

    began = time.monotonic()
    settings = replace(plan.settings, cache=drafts_folder(scratch))
    plan = replace(plan, settings=settings)
    looped = loop(plan, writer, judge, scratch / f"seed-{plan.seed}", teller.tell)
    measured = measure(plan, writer, judge, second, looped.learnt, looped.shuffled, teller.tell)
    return Run(plan.seed, looped, measured, time.monotonic() - began)


def drafts_folder(scratch: Path) -> Path:
    """Return where the writer's drafts are kept from seed to seed."""
    return scratch / "drafts"


def _show(found: dict[str, Any]) -> None:
    """Show unselected samples of the arms, on stderr."""
    for arm in found["arms"]:
        say(f"\n{arm['name']}")
        say("\n".join(f"  {text}" for text in arm["samples"]))


class _Teller:
    """A line that changes on a terminal; elsewhere a line at each new stage and now and then."""

    def __init__(self, status: Status, seeds: int) -> None:
        self._status, self._seeds = status, seeds
        self.number = 0
        self._stage, self._from = "", 0
        self._began = self._next = 0.0

    def tell(self, at: "Told") -> None:
        tick = time.monotonic()
        fresh = at.stage != self._stage
        if fresh:
            self._stage, self._began, self._from = at.stage, tick, at.done
        parts = [f"seed {self.number + 1}/{self._seeds}"] if self._seeds > 1 else []
        parts.append(f"{at.stage} {at.done:,}/{at.total:,}" if at.total else at.stage)
        if done := at.done - self._from:  # since the clock runs
            left = (tick - self._began) / done * (at.total - at.done)
            parts.append(f"{duration(left)} left")
        line = " · ".join(parts)
        self._status.show(line)
        if not self._status.live and (fresh or tick >= self._next):
            self._next = tick + LOG_EVERY
            say(line)
