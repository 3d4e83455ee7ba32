"""What a z will be worth, without writing from it: the head's members distilled onto ⟨z, a⟩.

Each of ten small networks learns what one draw of the head says of drafts written from a ⟨z, a⟩
(after Lakshminarayanan, Pritzel & Blundell 2017). Where they disagree, because few ratings speak
of such texts or few drafts come from such z, their mean less one deviation promises little.

B pairs, M members.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.writer import Vector


@dataclass(frozen=True, slots=True)
class TasteConfig:
    """Sizes and training of the value models."""

    hidden: int = 64
    dropout: float = 0.2
    epochs: int = 24
    patience: int = 4
    batch: int = 128
    rate: float = 3e-3
    decay: float = 2e-2
    held_out: float = 0.1
    seed: int = 1


class TasteValues(nn.Module):
    """M networks from [z; a] to a score: linear, with two hidden layers beside it."""

    def __init__(self, inputs: int, members: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.inputs, self.hidden, self.count = inputs, hidden, members
        self.straight = nn.Parameter(torch.zeros(members, inputs, 1))
        self.first = nn.Parameter(torch.randn(members, inputs, hidden) * inputs**-0.5)
        self.second = nn.Parameter(torch.randn(members, hidden, hidden) * hidden**-0.5)
        self.last = nn.Parameter(torch.zeros(members, hidden, 1))
        self.bias = nn.Parameter(torch.zeros(members, 1))
        self.dropout = nn.Dropout(dropout)

    def each(self, z: Tensor, known: Tensor) -> Tensor:
        """Return what every member says of z (B, latent) and conditions (B, width): (M, B)."""
        x = torch.cat([z, known], 1).expand(self.count, -1, -1)
        deep = self.dropout(F.silu(x @ self.first))
        deep = self.dropout(F.silu(deep @ self.second))
        scores: Tensor = (x @ self.straight + deep @ self.last)[..., 0] + self.bias
        return scores

    def careful(self, z: Tensor, known: Tensor, caution: float = 1.0) -> Tensor:
        """Return the members' mean less `caution` deviations, (B,)."""
        said = self.each(z, known)
        spread = (said - said.mean(0)).square().mean(0).clamp_min(1e-8).sqrt()
        careful: Tensor = said.mean(0) - caution * spread
        return careful


def fit_taste(
    z: Vector,
    known: Vector,
    scores: Vector,
    config: TasteConfig,
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[TasteValues, float]:
    """Fit value models to what the head's members say of drafts: scores (N, M).

    Returns them, at the epoch that was best on a held-out tenth, and the correlation there of
    their mean with the members' mean.
    """
    parts = [torch.from_numpy(np.asarray(part, np.float32)) for part in (z, known, scores)]
    inputs, members = z.shape[1] + known.shape[1], scores.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        order = torch.randperm(len(z))
        kept = max(2, round(config.held_out * len(z)))
        held, train = ([p[rows] for p in parts] for rows in (order[:kept], order[kept:]))
        model = TasteValues(inputs, members, config.hidden, config.dropout)
        with torch.no_grad():
            model.bias.copy_(train[2].mean(0)[:, None])
        optimiser = torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay)
        best, best_epoch, weights = float("inf"), 0, model.state_dict()
        for epoch in range(1, config.epochs + 1):
            model.train()
            for rows in torch.split(torch.randperm(len(train[0])), config.batch):
                said = model.each(train[0][rows], train[1][rows])
                loss = (said - train[2][rows].T).square().mean()
                optimiser.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            model.eval()
            with torch.no_grad():
                now = float((model.each(held[0], held[1]) - held[2].T).square().mean())
            on_progress(epoch, config.epochs)
            if now < best:
                best, best_epoch = now, epoch
                weights = {name: value.clone() for name, value in model.state_dict().items()}
            elif epoch - best_epoch >= config.patience:
                break
    model.load_state_dict(weights)
    model.eval().requires_grad_(False)
    guess = model.each(held[0], held[1]).mean(0).numpy()
    truth = held[2].mean(1).numpy()
    flat = guess.std() < 1e-9 or truth.std() < 1e-9
    return model, 0.0 if flat else float(np.corrcoef(guess, truth)[0, 1])
