"""The value model p(topics | z, a): what texts from a ⟨z, a⟩ will be about, without writing them.

Small networks learn the mean topic shares of a few drafts. They are differentiable where writing
is not, so that a generator can follow their slope (latent constraints, Engel, Hoffman & Roberts
2018). There are several of them, each on a resample of the drafts (Lakshminarayanan, Pritzel &
Blundell 2017): off the z that they know they disagree, and where they do nothing is to be believed.
A single one was found to promise a generator shares of .79 where .04 were written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.writer import Vector


@dataclass(frozen=True, slots=True)
class ValueConfig:
    """Sizes and training: `songs` pairs ⟨z, a⟩ are labelled by `each` drafts."""

    songs: int = 12_000
    each: int = 2
    members: int = 5
    hidden: int = 256
    dropout: float = 0.3
    epochs: int = 25
    patience: int = 3
    batch: int = 256
    rate: float = 1e-3
    decay: float = 1e-2
    held_out: float = 0.1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ValueFigures:
    """How good the value models are together on pairs that none of them has seen.

    Cross-entropies in nats: the model's, that of always saying the mean, and the least there is
    (the labels' own entropy). `correlation` (K,) is between said and drafted shares of each topic.
    """

    cross_entropy: float
    of_the_mean: float
    least: float
    correlation: tuple[float, ...]
    epochs: int


class ValueModel(nn.Module):
    """Two hidden layers from [z; a] to K topics."""

    def __init__(self, latent: int, width: int, topics: int, config: ValueConfig) -> None:
        super().__init__()
        size = config.hidden
        self.layers = nn.Sequential(
            nn.Linear(latent + width, size),
            nn.SiLU(),
            nn.Dropout(config.dropout),
            nn.Linear(size, size),
            nn.SiLU(),
            nn.Dropout(config.dropout),
            nn.Linear(size, topics),
        )

    def log_shares(self, z: Tensor, known: Tensor) -> Tensor:
        """Return log p(topics | z, a), (B, K), of z (B, latent) and conditions (B, width)."""
        return F.log_softmax(self.layers(torch.cat([z, known], 1)), 1)

    def each(self, z: Tensor, known: Tensor) -> Tensor:
        """Return what every member says: log p(topics | z, a), (members, B, K); here one."""
        return self.log_shares(z, known)[None]

    def forward(self, z: Tensor, known: Tensor, shares: Tensor) -> Tensor:
        """Return the mean cross-entropy with topic shares (B, K)."""
        return -(shares * self.log_shares(z, known)).sum(1).mean()


class ValueEnsemble(nn.Module):
    """Several value models of the same thing."""

    def __init__(self, members: Sequence[ValueModel]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def each(self, z: Tensor, known: Tensor) -> Tensor:
        """Return what every member says: log p(topics | z, a), (members, B, K)."""
        return torch.stack([member.log_shares(z, known) for member in self.members])  # type: ignore[operator]

    def log_shares(self, z: Tensor, known: Tensor) -> Tensor:
        """Return the log of the members' mean shares, (B, K)."""
        return self.each(z, known).exp().mean(0).log()


def fit_value(
    z: Vector,
    known: Vector,
    shares: Vector,
    config: ValueConfig,
    *,
    on_progress: Callable[[int, int, float], None] = lambda *_: None,
) -> tuple[ValueEnsemble, ValueFigures]:
    """Fit value models to z (N, latent), conditions (N, width) and topic shares (N, K).

    Each stops when the held-out part gets no better and keeps its best. `on_progress` gets the
    epoch, counted through all of them, their number at most and the held-out cross-entropy.
    """
    data = [torch.from_numpy(np.asarray(part, np.float32)) for part in (z, known, shares)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        order = torch.randperm(len(z))
        kept = max(1, round(config.held_out * len(z)))
        held_out = [part[order[:kept]] for part in data]
        train = [part[order[kept:]] for part in data]
        members, epochs, total = [], 0, config.members * config.epochs
        for number in range(config.members):
            before = number * config.epochs

            def tell(epoch: int, nats: float, before: int = before) -> None:
                on_progress(before + epoch, total, nats)

            again = torch.randint(len(train[0]), (len(train[0]),))
            member, took = _fit([part[again] for part in train], held_out, config, tell)
            members.append(member)
            epochs += took
    together = ValueEnsemble(members).eval().requires_grad_(False)
    return together, _figures(together, held_out, train[2].mean(0), epochs)


def _fit(
    train: list[Tensor],
    held_out: list[Tensor],
    config: ValueConfig,
    tell: Callable[[int, float], None],
) -> tuple[ValueModel, int]:
    """Return a member at its best, and the epochs that it took."""
    z, known, shares = train
    model = ValueModel(z.shape[1], known.shape[1], shares.shape[1], config)
    optimiser = torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay)
    best, weights, best_epoch, epoch = float("inf"), model.state_dict(), 0, 0
    for epoch in range(1, config.epochs + 1):
        model.train()
        for rows in torch.split(torch.randperm(len(z)), config.batch):
            loss = model(*(part[rows] for part in train))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            now = float(model(*held_out))
        tell(epoch, now)
        if now < best:
            best, best_epoch = now, epoch
            weights = {name: value.clone() for name, value in model.state_dict().items()}
        elif epoch - best_epoch >= config.patience:
            break
    model.load_state_dict(weights)
    return model, epoch


def _figures(
    model: ValueEnsemble, held_out: list[Tensor], mean: Tensor, epochs: int
) -> ValueFigures:
    z, known, shares = held_out
    log_shares = model.log_shares(z, known)
    said = log_shares.exp()
    a, b = said - said.mean(0), shares - shares.mean(0)
    correlation = (a * b).sum(0) / (a.norm(dim=0) * b.norm(dim=0)).clamp_min(1e-9)
    return ValueFigures(
        float(-(shares * log_shares).sum(1).mean()),
        float(-(shares * (mean + 1e-9).log()).sum(1).mean()),
        float(-(shares * (shares + 1e-9).log()).sum(1).mean()),
        tuple(round(float(r), 3) for r in correlation),
        epochs,
    )
