"""The loop: batches in, better weights out."""

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from models.train.config import Progress, TrainConfig
from models.train.noise_scale import measure
from models.train.parallel import Processes
from models.train.randomness import random_state
from models.train.state import Position, State
from models.train.task import Moment, StepLoss, Task

_WINDOW = 50
"""Losses shown are means over this many steps."""
_RAMP = 100
"""Steps over which the learning rate rises at the beginning."""


class Trainer:
    """Trains a task through the stages of a configuration; its `state` can be saved anywhere."""

    def __init__(
        self,
        task: Task,
        config: TrainConfig,
        file: Path,
        run: dict[str, str],
        processes: Processes | None = None,
    ) -> None:
        self.task, self.config, self.model = task, config, task.model
        self.processes = processes or Processes()
        self._file, self._run = file, run | {"processes": str(self.processes.count)}
        self._device = next(self.model.parameters()).device
        self._call = self.processes.wrap(self.model)
        weights, decay = self.model.parameters(), config.weight_decay
        optimiser = AdamW(weights, lr=1.0, weight_decay=decay, fused=True)
        copy = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.state = State(self.model, optimiser, copy, {k: v.clone() for k, v in copy.items()})
        self.losses: list[float] = []
        self._recent: deque[tuple[float, float | None]] = deque(maxlen=_WINDOW)
        epochs = iter(range(sum(stage.epochs for stage in config.stages)))
        self._steps = [
            [task.steps(stage, next(epochs)) for _ in range(stage.epochs)]
            for stage in config.stages
        ]
        self.total = sum(map(sum, self._steps))

    def resume(self) -> None:
        """Go on from the saved state. Raises TrainError if it does not fit this run."""
        self.state.load(self._file, self._run, self.processes.index)
        self.task.take_up(self.state.carried[0])

    def save(self) -> None:
        """Keep the state; a crash while writing keeps the one before."""
        gather = self.processes.gather
        random = gather(random_state(self._device))
        parts = {name: gather(value) for name, value in self.task.carried().items()}
        self.state.carried = [
            {name: values[i] for name, values in parts.items()} for i in range(len(random))
        ]
        if self.processes.is_first:
            self.state.save(self._file, self._run, random)
        self.processes.wait()

    def run(self, on_progress: Callable[[Progress], None], should_stop: Callable[[], bool]) -> bool:
        """Train to the end, or until `should_stop`; return whether the end was reached."""
        position = self.state.position
        since = time.monotonic() - position.seconds
        first_step, first_seconds = position.step, position.seconds
        while not position.finished:
            stage = self.config.stages[position.stage]
            steps = self.task.steps(stage, position.epoch)
            while position.batch < steps:
                if self.processes.agree(float(should_stop())):
                    position.seconds = time.monotonic() - since
                    self.save()
                    return False
                self._step()
                position.batch += 1
                position.step += 1
                position.stage_step += 1
                position.seconds = time.monotonic() - since
                rate = (position.seconds - first_seconds) / (position.step - first_step)
                left = max(0, self.total - position.step) * rate
                on_progress(self._progress("training", stage.name, left))
                if position.step % self.config.save_every == 0:
                    self.save()
            self._end_epoch()
            on_progress(self._progress("measuring", stage.name, None))
        self.save()
        return True

    @property
    def moment(self) -> Moment:
        """Where in the run the next step is."""
        position = self.state.position
        # After the last stage there is none: what is asked then is asked of its end.
        stage = self.config.stages[min(position.stage, len(self.config.stages) - 1)]
        warmth = min(1.0, position.step / max(1, sum(self._steps[0])))
        return Moment(stage, position.epoch, position.batch, warmth)

    def _step(self) -> None:
        config, position, moment = self.config, self.state.position, self.moment
        self.model.train()
        if config.noise_every and position.step % config.noise_every == config.noise_every - 1:
            self._measure_noise(moment)
        out = self.task.loss(self._call, moment, self.processes.share)
        for group in self.state.optimiser.param_groups:
            group["lr"] = self._rate(moment) * out.rate
        self.state.optimiser.zero_grad(set_to_none=True)
        out.loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        self.state.optimiser.step()
        decay = min(config.average, (position.step + 1) / (position.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.state.average[name].lerp_(value, 1.0 - decay)
        self._note(out)

    def _rate(self, moment: Moment) -> float:
        """Return the learning rate: a cosine from the stage's first to its final one."""
        position, stage = self.state.position, moment.stage
        done = position.stage_step / max(1, sum(self._steps[position.stage]))
        way = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        rate = stage.final_rate + (stage.rate - stage.final_rate) * way
        return rate * min(1.0, (position.step + 1) / _RAMP)

    def _measure_noise(self, moment: Moment) -> None:
        carried = self.task.carried()
        scale, whole = self.state.noise_scale, moment.stage.batch
        measure(self.model, lambda s: self.task.loss(self.model, moment, s), scale, whole)
        self.task.take_up(carried)

    def _note(self, out: StepLoss) -> None:
        self.losses.append(out.loss.item())
        kl = None if out.kl is None else out.kl.item() / max(1, out.texts)
        self._recent.append((out.nats.item() / max(1, out.tokens), kl))

    def _end_epoch(self) -> None:
        """Measure the averaged weights, remember the best, move to the next epoch or stage."""
        position, moment = self.state.position, self.moment
        bound = self.processes.agree(self._held_out() if self.processes.is_first else 0.0)
        comparable = self.task.comparable(moment)
        better = comparable and (position.best is None or bound < position.best)
        position.since_best = 0 if better else position.since_best + 1
        if better:
            position.best = bound
        position.epoch += 1
        position.stage_epoch += 1
        position.batch = 0
        # Where nothing could be compared yet, no weights are the best, and no patience runs out.
        patience = None if position.best is None else moment.stage.patience
        patient = patience is None or position.since_best < patience
        over = position.stage_epoch >= moment.stage.epochs or not patient
        # A stage with patience hands on its best weights, one without its last.
        if over and patience is None:
            self._keep(moment.stage.blend)
        elif better and patience is not None:
            self._keep(1.0)
        if over:
            self._next_stage(position)

    def _keep(self, blend: float) -> None:
        """Remember the averaged weights, or a blend of what is remembered and them."""
        best = self.state.best
        self.state.best = {
            name: torch.lerp(best[name], value, blend) if blend < 1.0 else value.clone()
            for name, value in self.state.average.items()
        }

    def _held_out(self) -> float:
        current: dict[str, Tensor] = {k: v.clone() for k, v in self.model.state_dict().items()}
        self.model.load_state_dict(self.state.average)
        bound = self.task.held_out()
        self.model.load_state_dict(current)
        return bound

    def _next_stage(self, position: Position) -> None:
        position.stage += 1
        position.stage_epoch = position.stage_step = position.since_best = 0
        position.finished = position.stage >= len(self.config.stages)

    def _progress(self, phase: str, message: str, left: float | None) -> Progress:
        position = self.state.position
        kls = [kl for _, kl in self._recent if kl is not None]
        return Progress(
            phase="measuring" if phase == "measuring" else "training",
            message=message,
            step=position.step,
            total=self.total,
            stage=message,
            epoch=position.epoch,
            nll_per_token=sum(n for n, _ in self._recent) / max(1, len(self._recent)),
            kl=sum(kls) / len(kls) if kls else None,
            beta=self.task.beta(self.moment),
            held_out=position.best,
            noise_scale=self.state.noise_scale.texts,
            seconds=position.seconds,
            eta_seconds=left,
        )
