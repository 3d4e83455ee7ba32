"""The value model p(topics | z, a): what texts from a ⟨z, a⟩ will be about, without writing them.

A small network learns the mean topic shares of a few drafts. It is differentiable where writing is
not, so that a generator can follow its slope (latent constraints, Engel, Hoffman & Roberts 2018).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.writer import Vector


@dataclass(frozen=True, slots=True)
class ValueConfig:
    """Sizes and training: `songs` pairs ⟨z, a⟩ are labelled by `each` drafts."""

    songs: int = 20_000
    each: int = 2
    hidden: int = 256
    dropout: float = 0.2
    epochs: int = 40
    patience: int = 6
    batch: int = 256
    rate: float = 1e-3
    decay: float = 1e-3
    held_out: float = 0.1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ValueFigures:
    """How good a value model is on pairs that it has not seen.

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

    def forward(self, z: Tensor, known: Tensor, shares: Tensor) -> Tensor:
        """Return the mean cross-entropy with topic shares (B, K)."""
        return -(shares * self.log_shares(z, known)).sum(1).mean()


def fit_value(
    z: Vector,
    known: Vector,
    shares: Vector,
    config: ValueConfig,
    *,
    on_progress: Callable[[int, int, float], None] = lambda *_: None,
) -> tuple[ValueModel, ValueFigures]:
    """Fit a value model to z (N, latent), conditions (N, width) and topic shares (N, K).

    Stops when the held-out part gets no better and keeps the best. `on_progress` gets the epoch,
    their number and the held-out cross-entropy.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return _fit(z, known, shares, config, on_progress)


def _fit(
    z: Vector,
    known: Vector,
    shares: Vector,
    config: ValueConfig,
    on_progress: Callable[[int, int, float], None],
) -> tuple[ValueModel, ValueFigures]:
    data = [torch.from_numpy(np.asarray(part, np.float32)) for part in (z, known, shares)]
    order = torch.randperm(len(z))
    kept = max(1, round(config.held_out * len(z)))
    held, train = order[:kept], order[kept:]
    held_out = [part[held] for part in data]
    model = ValueModel(z.shape[1], known.shape[1], shares.shape[1], config)
    optimiser = torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay)
    best, weights, best_epoch, epoch = float("inf"), model.state_dict(), 0, 0
    for epoch in range(1, config.epochs + 1):
        model.train()
        for rows in torch.split(train[torch.randperm(len(train))], config.batch):
            loss = model(*(part[rows] for part in data))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            now = float(model(*held_out))
        on_progress(epoch, config.epochs, now)
        if now < best:
            best, best_epoch = now, epoch
            weights = {name: value.clone() for name, value in model.state_dict().items()}
        elif epoch - best_epoch >= config.patience:
            break
    model.load_state_dict(weights)
    model.eval().requires_grad_(False)
    return model, _figures(model, held_out, data[2][train].mean(0), best, epoch)


def _figures(
    model: ValueModel, held_out: list[Tensor], mean: Tensor, best: float, epochs: int
) -> ValueFigures:
    z, known, shares = held_out
    said = model.log_shares(z, known).exp()
    a, b = said - said.mean(0), shares - shares.mean(0)
    correlation = (a * b).sum(0) / (a.norm(dim=0) * b.norm(dim=0)).clamp_min(1e-9)
    return ValueFigures(
        best,
        float(-(shares * (mean + 1e-9).log()).sum(1).mean()),
        float(-(shares * (shares + 1e-9).log()).sum(1).mean()),
        tuple(round(float(r), 3) for r in correlation),
        epochs,
    )
