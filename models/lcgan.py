"""The latent-constraints GAN: ⟨z, a⟩ → z′, where z′ is worth more and still real.

After Engel, Hoffman & Roberts (2018): the writer stays as it is; a small generator moves z, a
critic tells whether ⟨z′, a⟩ could come from a text about such a song, and a reward says where to
go. The generator is given the song but returns z alone: what the song is, is not its to change.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.reward import Reward
from models.writer import Vector


@dataclass(frozen=True, slots=True)
class LcGanConfig:
    """Sizes and training of an LC-GAN.

    `steps` of the generator, each after `critics` of the critic. `reward` and `distance` weigh
    what the generator descends beside realism. Every `check_every` steps `held_out` texts are
    written; training ends when their reward has not risen for `patience` checks, or when they
    have broken a guard `strikes` times running. `most_alike` and `least_distinct` are the guards:
    how much self-BLEU-4 may rise and distinct-2 fall, as shares of what they are unsteered; both
    turn out some points worse on other songs than on those that chose. Where a guard is broken
    the reward's weight is multiplied by `ease`, and it grows by `press` where none is: how
    strongly a topic may be pulled before texts become alike differs by topic.
    `average` is the decay of the generator's moving average, which is what is kept. `split_seed`
    divides the songs, `seed` where it is None.
    """

    steps: int = 720
    batch: int = 128
    critics: int = 1
    hidden: int = 256
    gate_bias: float = -3.0
    rate: float = 5e-4
    betas: tuple[float, float] = (0.0, 0.9)
    penalty: float = 10.0
    reward: float = 5.0
    distance: float = 0.15
    average: float = 0.98
    ease: float = 0.8
    press: float = 1.1
    pairs: int = 8_000
    check_every: int = 40
    held_out: int = 512
    patience: int = 10
    strikes: int = 10
    most_alike: float = 0.07
    least_distinct: float = 0.10
    seed: int = 1
    split_seed: int | None = None

    @property
    def split_by(self) -> int:
        """The seed that divides the songs."""
        return self.seed if self.split_seed is None else self.split_seed


class Mover(nn.Module):
    """Three layers on [z; a], then z′ = z + g · step with a gate g a dimension.

    The gate begins near shut, so that training begins at the identity. The step is added: moving
    z towards a proposal instead would shrink what differs between one z and another, and texts
    become alike at half the gain.
    """

    def __init__(self, latent: int, width: int, hidden: int = 256, gate_bias: float = -3.0) -> None:
        super().__init__()
        self.latent, self.width, self.hidden = latent, width, hidden
        self.layers = _layers(latent + width, hidden, 2 * latent)
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        nn.init.constant_(last.bias[latent:], gate_bias)

    def move(self, z: Tensor, known: Tensor) -> Tensor:
        """Return z′ (B, latent) of z (B, latent) and condition vectors (B, width)."""
        step, gate = self.layers(torch.cat([z, known], 1)).chunk(2, 1)
        moved: Tensor = z + torch.sigmoid(gate) * step
        return moved

    def forward(
        self, z: Tensor, known: Tensor, critic: "Critic", reward: Reward, spread: float
    ) -> "MoverLosses":
        """Return the parts of the loss of a batch, each a mean.

        `spread` is the mean variance of the posteriors: a move is long or short by that measure.
        """
        moved = self.move(z, known)
        realism = F.softplus(-critic.score(moved, known)).mean()  # −log D
        distance = (1 + (moved - z).square()).log().sum(1).mean() / spread
        return MoverLosses(realism, reward.cost(moved, known).mean(), distance)


class MoverLosses(NamedTuple):
    """−log D, the reward's cost, and the distance moved."""

    realism: Tensor
    reward: Tensor
    distance: Tensor


class Critic(nn.Module):
    """Realism D(z, a): the log-odds that z is the posterior of a text about the song a."""

    def __init__(self, latent: int, width: int, hidden: int = 256) -> None:
        super().__init__()
        self.layers = _layers(latent + width, hidden, 1)

    def score(self, z: Tensor, known: Tensor) -> Tensor:
        """Return log-odds, (B,)."""
        odds: Tensor = self.layers(torch.cat([z, known], 1))
        return odds[:, 0]

    def forward(self, real: Tensor, known: Tensor, fake: Tensor, fake_known: Tensor) -> Tensor:
        """Return the loss of a batch, gradient not yet penalised.

        Real z with their own songs are 1. Two kinds are 0: `fake` z (moved ones, and draws from
        N(0, 1)), and real z with the songs of others, here those of the row before.
        """
        others = known.roll(1, 0)
        right = F.softplus(-self.score(real, known)).mean()
        wrong = F.softplus(self.score(fake, fake_known)).mean()
        strange = F.softplus(self.score(real, others)).mean()
        return right + 0.5 * (wrong + strange)

    def steepness(self, real: Tensor, known: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
        """Return the gradient penalty between real and fake z (Gulrajani et al. 2017).

        `mix` (B, 1) in [0, 1] says where between. Only a slope above one is penalised: a critic
        that cannot tell the two apart is right to be flat.
        """
        between = torch.lerp(real, fake, mix).requires_grad_()
        score = self.score(between, known).sum()
        (slope,) = torch.autograd.grad(score, between, create_graph=True)
        steep: Tensor = slope.norm(dim=1) - 1
        return steep.clamp_min(0).square().mean()


def _layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.SiLU(),
        nn.Linear(hidden, hidden),
        nn.SiLU(),
        nn.Linear(hidden, hidden),
        nn.SiLU(),
        nn.Linear(hidden, outputs),
    )


class Generator:
    """A trained `Mover` as a `models.writer.Steering`, on the CPU, one z at a time."""

    def __init__(self, mover: Mover, weights_hash: str = "", name: str = "") -> None:
        """`weights_hash` is that of the writer that the generator was trained for."""
        self.weights_hash, self.name = weights_hash, name
        self._mover = mover.eval().requires_grad_(False)

    @property
    def mover(self) -> Mover:
        """The network."""
        return self._mover

    @torch.inference_mode()
    def __call__(self, z: Vector, known: Vector) -> Vector:
        """Return z′, (latent,), of z (latent,) and a condition vector (width,)."""
        rows = torch.from_numpy(z)[None], torch.from_numpy(known)[None]
        return self._mover.move(*rows)[0].numpy()

    @torch.inference_mode()
    def many(self, z: Vector, known: Vector) -> Vector:
        """Return z′ of several rows at once, (N, latent)."""
        return self._mover.move(torch.from_numpy(z), torch.from_numpy(known)).numpy()
