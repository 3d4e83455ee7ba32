"""`curator models eval`: how good the writers are, in one table."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, count, duration, json_line, say
from curator.cli.wiring import check_device, model_folder
from curator.domain.plain import shown

if TYPE_CHECKING:
    from models.control import Judge
    from models.corpus import Sentence
    from models.evaluate.figures import Figures, Stage

LOG_EVERY = 30.0
"""Seconds between lines of progress where nobody looks at a terminal."""


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAMES", show_default=False, help="Models, by name or folder."),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Texts that no model was trained on, in place of our own held-out sentences.",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option(metavar="N", min=0, max=100_000, help="Texts that each model writes.")
    ] = 200,
    draws: Annotated[
        int,
        typer.Option(metavar="K", min=1, max=100_000, help="Importance samples of each text."),
    ] = 128,
    show: Annotated[
        int, typer.Option(metavar="N", min=0, help="Texts of each model to show, unselected.")
    ] = 5,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables for a README.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Measure models on texts that they never saw, and compare them in one table.

    Without NAMES all models are measured. Perplexity per word counts all nats of a text, its end
    and the spelling of unknown words included, so that characters, words and byte pairs compare;
    for a model with a latent space it is an upper bound by importance samples. What was asked for
    (genre, energy) is found back by a judge that learned from other human sentences. The second
    table shows the first texts that each model wrote: none is chosen.

    \b
    Examples:
      curator models eval
      curator models eval cvae-small --samples 50 --json
      curator models eval --text reviews.txt --markdown
    """
    check_device(device)
    from models.checkpoint import CheckpointError
    from models.evaluate.figures import evaluate as measure

    place = model_folder(folder(home))
    _check(names or (), place)
    sentences, train = _texts(text)
    found: list[Figures] = []
    with Status() as status:
        teller = _Teller(status)
        teller.say("preparing")
        judge = _judge(train, seed) if samples else None
        for name in names or _all(place):
            try:
                figures = measure(
                    name,
                    sentences,
                    train=train,
                    judge=judge,
                    samples=samples,
                    draws=draws,
                    seed=seed,
                    on_progress=teller.progress,
                    device=device,
                    extra_dirs=[place],
                )
            except CheckpointError as error:
                status.clear()
                if names:
                    raise Stop(str(error), USAGE) from error
                say(f"left out: {error}")  # damaged, or no writer
                continue
            status.clear()
            found.append(figures)
            if json:
                print(json_line(figures.to_dict()), flush=True)
    if found and not json:
        _print(found, len(sentences), show, markdown=markdown)
    if not found:
        raise typer.Exit(FAILED)


def _check(names: Sequence[str], place: Path) -> None:
    """Raise `Stop` for a model that is not there or damaged, before any is measured."""
    from models.checkpoint import CheckpointError, describe
    from models.library import find

    try:
        for name in names:
            describe(find(name, [place]))
    except CheckpointError as error:
        raise Stop(f"{error}. `curator models` lists what there is.", USAGE) from error


def _texts(file: Path | None) -> tuple[list["Sentence"], list["Sentence"]]:
    """Return what to measure on and what models may have been trained on."""
    from models.corpus import SourceError, own_voice, prepare

    own = prepare(own_voice())
    if file is None:
        return own.test, own.train
    try:
        given = prepare([file])
    except SourceError as error:
        raise Stop(str(error)) from error
    # As the models write: what was learnt from captions alone is somebody's own voice as well.
    sentences = [replace(s, register="voice") for s in given.train + given.valid + given.test]
    if not sentences:
        raise Stop(f"{file}: no sentence is left. " + "; ".join(given.funnel.lines()))
    return sentences, own.train


def _judge(train: Sequence["Sentence"], seed: int) -> "Judge":
    from models.control import Judge

    return Judge(train, seed)


def _all(place: Path) -> Iterator[str]:
    from models.library import available

    yield from (info.name for info in available([place]))


class _Teller:
    """Says how the measuring goes: a line that changes, or a line now and then."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._doing = ""
        self._since = self._next_log = 0.0

    def say(self, line: str) -> None:
        """Show a line."""
        self._status.show(line, now=True)
        if not self._status.live:
            say(line)

    def progress(self, stage: "Stage") -> None:
        """Take where an evaluation stands."""
        now = time.monotonic()
        doing = f"{stage.model}: {stage.doing}"
        if doing != self._doing:
            self._doing, self._since, self._next_log = doing, now, now
        rate = (now - self._since) / stage.done if stage.done > 1 else None
        left = "" if rate is None else f" · {duration(rate * (stage.total - stage.done))} left"
        line = f"{doing} {stage.done:,}/{stage.total:,}{left}"
        self._status.show(line)
        if not self._status.live and now >= self._next_log:
            self._next_log = now + LOG_EVERY
            say(line)


def _print(found: Sequence["Figures"], texts: int, show: int, *, markdown: bool) -> None:
    from models.evaluate.table import markdown as table
    from models.evaluate.table import markdown_samples

    if markdown:
        made = [table(found)]
        if show and any(figures.samples for figures in found):
            made.append(markdown_samples(found, show))
        print("\n".join(shown(line) for part in made for line in part.split("\n")))
        return
    from rich.console import Console

    # As wide as the terminal; where there is none, as wide as one usually is.
    console = Console(highlight=False, markup=False, emoji=False)
    print(f"{count(texts, 'held-out sentence')}; ↑ more is better, ↓ less is better\n")
    for group in fitting(found, console.width):
        console.print(_figures_table(group))
    if show and any(figures.samples for figures in found):
        console.print(_samples_table(found, show))


def fitting(found: Sequence["Figures"], width: int) -> list[list["Figures"]]:
    """Cut the models into as many tables as it takes for each to fit `width` columns."""
    from models.evaluate.table import lines

    rows = lines(found)
    label = max(len(row.label) for row in rows) + 4
    sizes = [
        max(len(figures.name), *(len(row.cells[i]) for row in rows)) + 2
        for i, figures in enumerate(found)
    ]
    groups: list[list[Figures]] = []
    room = 0
    for figures, size in zip(found, sizes, strict=True):
        if not groups or size > room:
            groups.append([])
            room = width - label
        groups[-1].append(figures)
        room -= size
    return groups


def _figures_table(found: Sequence["Figures"]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from models.evaluate.table import lines

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for figures in found:
        table.add_column(Text(shown(figures.name)), justify="right", overflow="fold")
    for row in lines(found):
        table.add_row(f"{row.label} {row.better}", *row.cells)
    return table


def _samples_table(found: Sequence["Figures"], show: int) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), title="Samples, unselected"
    )
    for head, most in (("model", 16), ("asked for", 16), ("written", None)):
        table.add_column(head, overflow="fold", max_width=most)
    for figures in found:
        for i, (genres, text) in enumerate(figures.samples[:show]):
            name = figures.name if i == 0 else ""
            last = i == min(show, len(figures.samples)) - 1
            cells = (name, ", ".join(genres), text)
            table.add_row(*(Text(shown(cell)) for cell in cells), end_section=last)
    return table
