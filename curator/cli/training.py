"""Running a training from the command line: limits, signals, and how far it is."""

import os
import shlex
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from curator.cli.exits import INTERRUPTED, Stop
from curator.cli.interrupts import Wish, watching
from curator.cli.streams import Status, duration, say

if TYPE_CHECKING:
    from models.corpus import Funnel
    from models.train import Progress, TrainConfig, TrainReport

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOG_EVERY = 30.0
"""Seconds between lines of progress where nobody looks at a terminal."""


def run(
    config: "TrainConfig",
    sources: list[Path],
    out: Path,
    *,
    resume: bool,
    steps: int | None,
    minutes: float | None,
    device: str | None,
    again: list[str],
) -> None:
    """Train, tell how it goes and how it ended; `again` is the command that goes on with it.

    Raises `Stop` for what a person can mend; leaves with the code of an interrupted command when
    it was one.
    """
    from models.checkpoint import CheckpointError
    from models.corpus import SourceError
    from models.train import TrainError

    limits = _Limits(steps, minutes)
    if (count := os.environ.get("WORLD_SIZE", "1")) != "1":
        again = ["torchrun", "--nproc-per-node", count, "-m", *again]
    try:
        report = _run(config, sources, out, limits, resume=resume, device=device)
    except (SourceError, TrainError, CheckpointError) as error:
        raise Stop(str(error)) from error
    except KeyboardInterrupt:
        if (out / "training" / "state.safetensors").exists():
            say(f"stopped; what is trained is kept. Go on with:\n  {shlex.join(again)}")
        raise typer.Exit(INTERRUPTED) from None
    _tell(report, again, limits, config)


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

    with Status() as status, watching(limits.wish, _SIGNALS):
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
        self.wish = Wish("stopping after this step")
        self.wish.sheltered = False  # nothing is trained yet that could be kept
        self.step = 0

    def reached(self) -> bool:
        """Whether to stop before the next step."""
        return (
            self.wish.signal is not None
            or (self._steps is not None and self.step >= self._steps)
            or (self._until is not None and time.monotonic() >= self._until)
        )


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
        self._limits.wish.sheltered = progress.phase in ("training", "measuring")
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
            f"noise scale {now.noise_scale:,.0f}" if now.noise_scale is not None else "",
            f"{duration(now.eta_seconds)} left" if now.eta_seconds is not None else "measuring",
        ]
        return " · ".join(part for part in parts if part)


def _print_funnel(funnel: "Funnel", status: Status) -> None:
    status.clear()
    say_funnel(funnel)


def say_funnel(funnel: "Funnel") -> None:
    """Say what became of the sources."""
    for line in (*funnel.lines(), *funnel.bad_lines):
        say(line)


def _tell(report: "TrainReport", again: list[str], limits: _Limits, config: "TrainConfig") -> None:
    """Say how it ended; leave with the code of an interrupted command if it was."""
    if not report.first:  # one of several processes: the first one speaks
        return
    took = f"{report.steps:,} steps, {duration(report.seconds)}"
    if report.finished:
        voice = report.figures.get("held_out", {}).get("voice", {})
        nats = voice.get("nll_per_token")
        say(f"done: {took}" + (f", {nats:.3f} held-out nats a token" if nats else ""))
        if noise := report.figures.get("gradient_noise_scale"):
            from models.train.noise_scale import describe

            say(describe(config.stages[-1].batch, noise))
        print(report.folder)
        return
    say(f"stopped after {took}; a checkpoint is kept. Go on with:\n  {shlex.join(again)}")
    if limits.wish.signal is not None:
        raise typer.Exit(128 + limits.wish.signal)
