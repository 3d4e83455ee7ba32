"""`curator bench`: how fast it is on this machine, beside what the machine can do at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import FAILED, INTERRUPTED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, duration, json_line, say
from curator.cli.wiring import check_device, check_model, settings_of, where_is

if TYPE_CHECKING:
    from curator.bench.suite import Outcome

_MEMORY = ("tmpfs", "ramfs")


def bench(
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="One benchmark; may be given again: judgement, opening, painting, keys, memory, "
            "starting, generation, pretrained.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer repeats, for a first look.")
    ] = False,
    where: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            show_default=False,
            help="A folder on the disk to measure; without it, the system's temporary one.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="M", show_default=False, help="A name from `curator models`, or a folder."
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Measure speed and memory, each beside its baseline in the same run.

    \b
    judgement   from a key to the disk, beside a bare append and fsync, and stock TinyDB
    opening     opening the store, from a snapshot and from a journal
    painting    first paint of the desk, beside an empty Textual app
    keys        from a key to its repaint while eight samples stream, beside an empty app
    memory      of the desk and of the model's process
    starting    from the start of a process to the first sample
    generation  samples a second, beside the original bot's way of decoding
    pretrained  tokens a second of the pretrained decoder, beside generate of transformers

    The data for it is made in a folder of its own and removed afterwards; yours is not touched.
    Each bar says whether it holds. The exit code is 0 even where one does not, and 1 where
    something could not be measured. Close other programs first: the load of the machine is
    printed with each result.

    \b
    Examples:
      curator bench --quick
      curator bench --only keys --only painting
      curator bench --json > bench.json
    """
    from curator.bench import lab, suite

    if unknown := set(only or ()) - set(suite.BENCHMARKS):
        names = ", ".join(suite.BENCHMARKS)
        raise Stop(f"no benchmark is called {', '.join(sorted(unknown))}; there are {names}", USAGE)
    settings = settings_of(folder(home), model=model, device=device)
    if set(only or suite.BENCHMARKS) - {"judgement", "opening"}:  # those need no model
        check_model(settings.model, folder(home))
    if settings.device:  # else torch need not come yet
        check_device(settings.device)
    started = datetime.now(UTC)
    outcomes: list[Outcome] = []
    with _workplace(where) as place, Status() as status:

        def tell(name: str, what: str, done: float, left: float) -> None:
            status.show(f"{name}: {what} … {100 * done:.0f} %, {duration(left)} left")

        runs = suite.run(
            place,
            lab.QUICK if quick else lab.FULL,
            names=only or suite.BENCHMARKS,
            model=where_is(settings.model, folder(home)),
            device=settings.device,
            tell=tell,
        )
        try:
            for outcome in runs:
                outcomes.append(outcome)
                status.clear()
                if not json:
                    _show(outcome, first=len(outcomes) == 1, place=place)
        except KeyboardInterrupt:
            status.clear()
            say("stopped; what was made to measure with is removed")
            raise typer.Exit(INTERRUPTED) from None
        report = suite.report(outcomes, place, started, quick=quick)
    if json:
        print(json_line(report))
    else:
        _sum_up(outcomes)
    if not report["complete"]:
        raise typer.Exit(FAILED)


@contextmanager
def _workplace(where: Path | None) -> Iterator[Path]:
    """Make a temporary folder, and remove it. Raises `Stop` where that cannot be."""
    from curator.bench.machine import file_system

    try:
        place = tempfile.TemporaryDirectory(
            prefix="curator-bench-", dir=where, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise Stop(f"nothing can be made in {where}: {error.strerror}", USAGE) from error
    with place as name:
        if (kind := file_system(Path(name))).startswith(_MEMORY):
            say(
                f"{Path(name).parent} is {kind}: memory, not a disk, so an fsync costs nothing "
                "there; name a folder on your disk with --dir DIR"
            )
        yield Path(name)


def _show(outcome: "Outcome", *, first: bool, place: Path) -> None:
    from curator.bench import machine, table

    screen = table.console()
    if first:
        screen.print(table.of_machine(machine.describe(place)))
        screen.print()
    screen.print(table.of_outcome(outcome))


def _sum_up(outcomes: "list[Outcome]") -> None:
    from curator.bench import table

    bars = [bar for outcome in outcomes if outcome.result for bar in outcome.result.bars]
    print(table.summary(bars, sum(outcome.error is not None for outcome in outcomes)))
