"""The loop: batches in, better weights out."""

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.optim import AdamW

from models.cvae import Cvae
from models.encoding import Encoded
from models.evaluate import held_out_bound
from models.train.batches import epoch_batches
from models.train.config import Progress, TrainConfig
from models.train.state import Position, State

_WINDOW = 50
"""Losses shown are means over this many steps."""


class Trainer:
    """Trains a CVAE through the stages of a configuration; its `state` can be saved anywhere."""

    def __init__(
        self,
        model: Cvae,
        config: TrainConfig,
        train: Encoded,
        valid: Encoded,
        file: Path,
        run: dict[str, str],
    ) -> None:
        self.model, self.config, self.train, self.valid = model, config, train, valid
        self._file, self._run = file, run
        self._device = next(model.parameters()).device
        optimiser = AdamW(model.parameters(), lr=1.0, weight_decay=config.weight_decay, fused=True)
        copy = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self.state = State(model, optimiser, copy, {k: v.clone() for k, v in copy.items()})
        self.losses: list[float] = []
        self._recent: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._steps = [
            [len(epoch_batches(train, stage, config.seed, 0))] * stage.epochs
            for stage in config.stages
        ]
        self.total = sum(map(sum, self._steps))

    def resume(self) -> None:
        """Go on from the saved state. Raises TrainError if it does not fit this run."""
        self.state.load(self._file, self._run)

    def save(self) -> None:
        """Keep the state; a crash while writing keeps the one before."""
        self.state.save(self._file, self._run)

    def run(self, on_progress: Callable[[Progress], None], should_stop: Callable[[], bool]) -> bool:
        """Train to the end, or until `should_stop`; return whether the end was reached."""
        position = self.state.position
        since = time.monotonic() - position.seconds
        first_step, first_seconds = position.step, position.seconds
        while not position.finished:
            stage = self.config.stages[position.stage]
            batches = epoch_batches(self.train, stage, self.config.seed, position.epoch)
            while position.batch < len(batches):
                if should_stop():
                    position.seconds = time.monotonic() - since
                    self.save()
                    return False
                self._step(batches[position.batch])
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

    def _step(self, rows: list[int]) -> None:
        config, position = self.config, self.state.position
        stage = config.stages[position.stage]
        done = position.stage_step / max(1, sum(self._steps[position.stage]))
        rate = stage.final_rate + (stage.rate - stage.final_rate) * 0.5 * (
            1 + math.cos(math.pi * min(1.0, done))
        )
        rate *= min(1.0, (position.step + 1) / 100)
        for group in self.state.optimiser.param_groups:
            group["lr"] = rate
        self.model.train()
        self.model.set_noise(stage.dropout, stage.word_dropout)
        tokens, known, voice = self.train.batch(rows, self._device)
        losses = self.model.losses(
            tokens, known, voice, free_bits=config.free_bits, smoothing=config.smoothing
        )
        # Divided by the full size of a batch: a small last batch of a length weighs less.
        loss = (losses.nll + self.beta * losses.bounded_kl) / stage.batch
        self.state.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        self.state.optimiser.step()
        decay = min(config.average, (position.step + 1) / (position.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.state.average[name].lerp_(value, 1.0 - decay)
        count = tokens.shape[0] * (tokens.shape[1] - 1)
        self.losses.append(loss.item())
        self._recent.append((losses.nll.item() / count, losses.kl.item() / len(rows)))

    @property
    def beta(self) -> float:
        """Weight of the KL at this step."""
        ramp = self.config.warmup * sum(self._steps[0])
        return self.config.beta * min(1.0, self.state.position.step / max(1.0, ramp))

    def _end_epoch(self) -> None:
        """Measure the averaged weights, remember the best, move to the next epoch or stage."""
        state, position = self.state, self.state.position
        stage = self.config.stages[position.stage]
        current = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(state.average)
        bound = held_out_bound(self.model, self.valid)
        self.model.load_state_dict(current)
        # While β rises the bound is worth little; only full-price epochs compete.
        better = self.beta >= self.config.beta and (position.best is None or bound < position.best)
        position.since_best = 0 if better else position.since_best + 1
        if better:
            position.best = bound
        # A stage with patience hands on its best weights, one without its last.
        if better or stage.patience is None:
            state.best = {name: value.clone() for name, value in state.average.items()}
        position.epoch += 1
        position.stage_epoch += 1
        position.batch = 0
        patient = stage.patience is None or position.since_best < stage.patience
        if position.stage_epoch >= stage.epochs or not patient:
            self._next_stage(position)

    def _next_stage(self, position: Position) -> None:
        position.stage += 1
        position.stage_epoch = position.stage_step = position.since_best = 0
        position.finished = position.stage >= len(self.config.stages)

    def _progress(self, phase: str, message: str, left: float | None) -> Progress:
        position = self.state.position
        count = max(1, len(self._recent))
        return Progress(
            phase="measuring" if phase == "measuring" else "training",
            message=message,
            step=position.step,
            total=self.total,
            stage=message,
            epoch=position.epoch,
            nll_per_token=sum(n for n, _ in self._recent) / count,
            kl=sum(k for _, k in self._recent) / count,
            beta=self.beta,
            held_out=position.best,
            seconds=position.seconds,
            eta_seconds=left,
        )
