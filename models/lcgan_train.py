"""Training an LC-GAN, watched by what is really written."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from models.corpus.cleaning import words_of
from models.drafts import Decoder
from models.evaluate import distinct, self_bleu_of_corpus
from models.lcgan import Critic, Generator, LcGanConfig, Mover
from models.pairs import Pairs, matching, own, split
from models.prior import LatentPrior
from models.reward import Reward

Ending = Literal["steps", "no better", "guard", "stopped"]


@dataclass(frozen=True, slots=True)
class Check:
    """What texts for held-out songs were like after `step`: reward, self-BLEU-4, distinct-2.

    `realism` is the share of moved z that the critic takes for real.
    """

    step: int
    reward: float
    self_bleu: float
    distinct: float
    realism: float = 1.0
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class LcGanProgress:
    """How a run goes; `seconds_left` if it takes all its steps."""

    step: int
    total: int
    reward: float
    realism: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class LcGanResult:
    """A generator, from its best step within the guards, and how it came to it.

    `best` is what it writes; `start` what is written without it. Where no step was better than
    none, the generator is the one that training began with, near the identity.
    """

    generator: Generator
    start: Check
    best: Check
    ending: Ending
    seconds: float
    checks: list[Check] = field(default_factory=list)


def train_lcgan(
    prior: LatentPrior,
    decoder: Decoder,
    reward: Reward,
    config: LcGanConfig,
    *,
    weights_hash: str = "",
    on_progress: Callable[[LcGanProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> LcGanResult:
    """Train a generator for the writer that `prior` and `decoder` belong to.

    Deterministic for a seed. `should_stop` is asked before every step; what is best so far is
    then returned.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return _Run(prior, decoder, reward, config).run(weights_hash, on_progress, should_stop)


class _Run:
    def __init__(
        self, prior: LatentPrior, decoder: Decoder, reward: Reward, config: LcGanConfig
    ) -> None:
        self._decoder, self._reward, self._config = decoder, reward, config
        self._weight = config.reward
        train, check, _ = split(prior, config.split_by)
        self._rng = np.random.default_rng(config.seed)
        self._real = own(prior, train, len(train), config.seed)
        self._drawn = matching(prior, train, config.pairs, config.seed)
        # Every check writes from the same z, with the same dice: what differs is the generator.
        held = matching(prior, check, config.held_out, config.seed)
        self._held_z, self._held_known = held.all(config.seed)
        self._spread = float(np.square(prior.scales).mean())
        latent, width = self._held_z.shape[1], self._held_known.shape[1]
        self._mover = Mover(latent, width, config.hidden, config.gate_bias)
        # What is checked and kept is the moving average of the weights: a generator in training
        # swings to and fro, its mean does not (Yazici et al. 2019).
        self._mean = copy.deepcopy(self._mover).requires_grad_(False)
        self._critic = Critic(latent, width, config.hidden)
        both = (self._mover, self._critic)
        self._for_mover, self._for_critic = (
            torch.optim.Adam(net.parameters(), config.rate, config.betas) for net in both
        )

    def run(
        self,
        weights_hash: str,
        on_progress: Callable[[LcGanProgress], None],
        should_stop: Callable[[], bool],
    ) -> LcGanResult:
        c = self._config
        began = time.monotonic()
        start = best = self._check(0, None)
        kept = copy.deepcopy(self._mean.state_dict())
        checks: list[Check] = []
        ending: Ending = "steps"
        worse = strikes = 0
        for step in range(1, c.steps + 1):
            if should_stop():
                ending = "stopped"
                break
            for _ in range(c.critics):
                self._critic_step()
            self._mover_step()
            if step % c.check_every and step != c.steps:
                continue
            now = self._check(step, start)
            checks.append(now)
            left = (time.monotonic() - began) / step * (c.steps - step)
            on_progress(LcGanProgress(step, c.steps, now.reward, now.realism, left))
            strikes = 0 if now.allowed else strikes + 1
            self._weight *= c.press if now.allowed else c.ease
            if now.allowed and now.reward > best.reward:
                best, worse = now, 0
                kept = copy.deepcopy(self._mean.state_dict())
            else:
                worse += 1
            if strikes >= c.strikes:
                ending = "guard"
                break
            if worse >= c.patience:
                ending = "no better"
                break
        self._mean.load_state_dict(kept)
        generator = Generator(self._mean, weights_hash)
        return LcGanResult(generator, start, best, ending, time.monotonic() - began, checks)

    def _batch(self, pairs: Pairs) -> tuple[Tensor, Tensor]:
        rows = self._rng.integers(len(pairs), size=self._config.batch)
        z, known = pairs.draw(rows, self._rng)
        return torch.from_numpy(z), torch.from_numpy(known)

    def _critic_step(self) -> None:
        real, known = self._batch(self._real)
        z, fake_known = self._batch(self._drawn)
        with torch.no_grad():
            fake = self._mover.move(z, fake_known)
        # A quarter of the fakes come from N(0, 1): most of it is far from any text.
        quarter = len(fake) // 4
        fake[:quarter] = torch.randn_like(fake[:quarter])
        mix = torch.rand(len(real), 1)
        loss = self._critic(real, known, fake, fake_known)
        loss = loss + self._config.penalty * self._critic.steepness(real, known, fake, mix)
        _descend(loss, self._for_critic)

    def _mover_step(self) -> None:
        c = self._config
        z, known = self._batch(self._drawn)
        self._critic.requires_grad_(False)
        parts = self._mover(z, known, self._critic, self._reward, self._spread)
        _descend(
            parts.realism + self._weight * parts.reward + c.distance * parts.distance,
            self._for_mover,
        )
        self._critic.requires_grad_(True)
        with torch.no_grad():
            for mean, now in zip(self._mean.parameters(), self._mover.parameters(), strict=True):
                mean.lerp_(now, 1 - c.average)

    def _check(self, step: int, start: Check | None) -> Check:
        """Write for the held-out songs, moved unless there is no `start` to compare with yet."""
        z, known, realism = self._held_z, self._held_known, 1.0
        if start is not None:
            with torch.inference_mode():
                rows = torch.from_numpy(known)
                moved = self._mean.move(torch.from_numpy(z), rows)
                realism = float((self._critic.score(moved, rows) > 0).float().mean())
            z = moved.numpy()
        texts = self._decoder(z, known, self._config.seed)
        reward = float(self._reward.judge(texts, known).mean())
        alike, distinct = likeness(texts)
        c = self._config
        allowed = start is None or (
            alike <= start.self_bleu * (1 + c.most_alike)
            and distinct >= start.distinct * (1 - c.least_distinct)
        )
        return Check(step, reward, alike, distinct, realism, allowed)


def _descend(loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def likeness(texts: Sequence[str]) -> tuple[float, float]:
    """Return self-BLEU-4 and distinct-2 of texts; both depend on how many there are."""
    words = [words_of(text) for text in texts]
    return self_bleu_of_corpus(words), distinct(words, 2)
