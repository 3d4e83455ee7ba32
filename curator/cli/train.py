"""`curator train`: make a model from texts."""

import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import INTERRUPTED, USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.wiring import check_device, model_folder

if TYPE_CHECKING:
    from models.corpus import Funnel
    from models.train import Progress, TrainConfig, TrainReport

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOG_EVERY = 30.0
"""Seconds between lines of progress where nobody looks at a terminal."""

train = typer.Typer(help="Train a model.", rich_markup_mode=None)


@train.callback()
def _training() -> None:
    """Train a model on texts; it stops and resumes without losing a step."""


@train.command()
def cvae(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCES", show_default=False, help="Files to learn from."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="The model's folder."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")
    ] = False,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10_000, help="Passes over the texts, each stage."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Stop after this step, to be resumed."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="M", min=0.01, help="Stop after so many minutes, to be resumed."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    home: Home = None,
) -> None:
    """Train the conditional VAE, the kind that ships.

    SOURCES are tables with a text column (.csv), lines of {"text", "genres", "features"}
    (.jsonl) or plain text (.txt); without any, the sentences that ship. What is left out of
    them, and why, is printed first. Ctrl-C keeps a checkpoint, and --resume goes on from there
    to the same losses as a run that was never stopped. The model's folder gets weights, settings
    and a model card; it is listed by `curator models` when it lies where DIR is by default.

    \b
    Examples:
      curator train cvae
      curator train cvae captions.csv my-posts.txt --out ./my-model --minutes 30
      curator train cvae captions.csv my-posts.txt --out ./my-model --resume
    """
    out = out or model_folder(folder(home)) / "cvae"
    if not resume and (out / "model.json").exists():
        raise Stop(f"{out} holds a finished model; choose another folder with --out DIR", USAGE)
    check_device(device)
    from models.corpus import SourceError
    from models.train import TrainConfig, TrainError

    config = TrainConfig(seed=seed)
    again = ["curator", "train", "cvae", *map(str, sources or ()), "--out", str(out), "--resume"]
    if epochs is not None:
        config = replace(config, stages=tuple(replace(s, epochs=epochs) for s in config.stages))
        again += ["--epochs", str(epochs)]
    if seed != 1:
        again += ["--seed", str(seed)]
    limits = _Limits(steps, minutes)
    try:
        report = _run(config, sources or own_voice(), out, limits, resume=resume, device=device)
    except (SourceError, TrainError) as error:
        raise Stop(str(error)) from error
    except KeyboardInterrupt:
        if (out / "training" / "state.safetensors").exists():
            say(f"stopped; what is trained is kept. Go on with:\n  {shlex.join(again)}")
        raise typer.Exit(INTERRUPTED) from None
    _tell(report, again, limits)


def own_voice() -> list[Path]:
    """Return the sentences that ship with the program."""
    import models.corpus

    return sorted((Path(models.corpus.__file__).parent / "voice").glob("*.jsonl"))


def _run(
    config: "TrainConfig",
    sources: list[Path],
    out: Path,
    limits: "_Limits",
    *,
    resume: bool,
    device: str | None,
) -> "TrainReport":
    import models.train

    with Status() as status, limits.watching():
        return models.train.train(
            config,
            sources,
            out,
            resume=resume,
            on_progress=_Teller(status, limits).progress,
            on_funnel=lambda funnel: _print_funnel(funnel, status),
            should_stop=limits.reached,
            device=device,
        )


class _Limits:
    """Why a run should stop before its end: a signal, the number of steps, the time."""

    def __init__(self, steps: int | None, minutes: float | None) -> None:
        self._steps = steps
        self._until = None if minutes is None else time.monotonic() + 60 * minutes
        self.signal: int | None = None
        self.step = 0
        self.training = False

    def reached(self) -> bool:
        """Whether to stop before the next step."""
        return (
            self.signal is not None
            or (self._steps is not None and self.step >= self._steps)
            or (self._until is not None and time.monotonic() >= self._until)
        )

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take Ctrl-C and the system's wish to end as a wish to stop after the step."""
        before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, frame: object) -> None:
        del frame
        if self.signal is not None or not self.training:  # asked twice, or nothing to keep yet
            raise KeyboardInterrupt
        self.signal = number
        say("\nstopping after this step; once more leaves at once")


class _Teller:
    """Says how a run goes: a line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, status: Status, limits: _Limits) -> None:
        self._status = status
        self._limits = limits
        self._first: tuple[int, float] | None = None
        self._next_log = 0.0
        self._phase = ""

    def progress(self, progress: "Progress") -> None:
        """Take what the training tells."""
        self._limits.step = progress.step
        self._limits.training = progress.phase in ("training", "measuring")
        line = self._line(progress)
        self._status.show(line)
        due = time.monotonic() >= self._next_log or progress.phase != self._phase
        if not self._status.live and due:
            self._next_log, self._phase = time.monotonic() + LOG_EVERY, progress.phase
            say(line)

    def _line(self, now: "Progress") -> str:
        if now.phase in ("preparing", "saving") or now.nll_per_token is None:
            return f"{now.phase}: {now.message}"
        if self._first is None:
            self._first = (now.step - 1, now.seconds)
        steps, seconds = now.step - self._first[0], now.seconds - self._first[1]
        parts = [
            f"{now.stage}, epoch {now.epoch + 1}",
            f"step {now.step:,}/{now.total:,}",
            f"{steps / seconds:.1f} steps/s" if seconds > 0 else "",
            f"{now.nll_per_token:.3f} nats/token",
            f"KL {now.kl:.1f}" if now.kl is not None else "",
            f"held out {now.held_out:.3f}" if now.held_out is not None else "",
            f"{duration(now.eta_seconds)} left" if now.eta_seconds is not None else "measuring",
        ]
        return " · ".join(part for part in parts if part)


def _print_funnel(funnel: "Funnel", status: Status) -> None:
    status.clear()
    for line in (*funnel.lines(), *funnel.bad_lines):
        say(line)


def _tell(report: "TrainReport", again: list[str], limits: _Limits) -> None:
    """Say how it ended; leave with the code of an interrupted command if it was."""
    took = f"{report.steps:,} steps, {duration(report.seconds)}"
    if report.finished:
        voice = report.figures.get("held_out", {}).get("voice", {})
        nats = voice.get("nll_per_token")
        say(f"done: {took}" + (f", {nats:.3f} held-out nats a token" if nats else ""))
        print(report.folder)
        return
    say(f"stopped after {took}; a checkpoint is kept. Go on with:\n  {shlex.join(again)}")
    if limits.signal is not None:
        raise typer.Exit(128 + limits.signal)
