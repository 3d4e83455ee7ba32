"""The gradient noise scale: which batch size is sensible.

The gradient of a batch is the true gradient plus noise whose variance falls with the batch's size
B. The simple noise scale tr(Σ) / |G|² (McCandlish et al. 2018, "An Empirical Model of Large-Batch
Training", appendix A) is the B at which both weigh the same: far below it, doubling the batch
nearly halves the steps that are needed; far above, it only costs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from models.train.randomness import untouched
from models.train.task import Share, StepLoss

DECAY = 0.9
"""Of the running means: single measurements are far too noisy to divide."""


@dataclass(slots=True)
class NoiseScale:
    """Running estimates of |G|² and tr(Σ), in units of one text, and what both weigh so far."""

    signal: float = 0.0
    noise: float = 0.0
    weight: float = 0.0

    @property
    def texts(self) -> float | None:
        """The noise scale in texts a batch; None before there is enough to say."""
        if self.weight < 1.0 - DECAY**5 or self.signal <= 0.0 or self.noise <= 0.0:
            return None
        return self.noise / self.signal

    @property
    def rounded(self) -> int | None:
        """The noise scale in whole texts."""
        return None if self.texts is None else round(self.texts)

    def add(self, small: float, big: float, size: float) -> None:
        """Take the mean squared norm of the gradients of two halves, and that of their mean.

        `size` is the number of texts of the whole. The two estimators are without bias:
        |G|² = 2·big − small, tr(Σ) = (small − big) · size.
        """
        for name, value in (("signal", 2 * big - small), ("noise", (small - big) * size)):
            setattr(self, name, DECAY * getattr(self, name) + (1 - DECAY) * value)
        self.weight = DECAY * self.weight + (1 - DECAY)


def measure(
    model: nn.Module, loss: Callable[[Share], StepLoss], scale: NoiseScale, whole: int
) -> None:
    """Add the gradients of the two halves of a batch to `scale`, if it is a `whole` one.

    Neither the gradients that are there nor the random numbers of the run are touched.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    halves: list[list[torch.Tensor]] = []
    texts = 0
    with untouched(parameters[0].device):
        for index in (0, 1):
            out = loss(Share(index, 2))
            texts += out.texts
            halves.append(list(torch.autograd.grad(out.loss, parameters)))
    if texts < whole:  # the loss of a small last batch weighs less, and so would its noise
        return
    small = sum(float(g.square().sum()) for half in halves for g in half) / 2
    big = sum(float(((a + b) / 2).square().sum()) for a, b in zip(*halves, strict=True))
    scale.add(small, big, texts)


def describe(batch: int, texts: float | None) -> str:
    """Say what a noise scale of so many texts means for the batch size in use."""
    if texts is None:
        return "gradient noise scale: not enough steps to say"
    if texts > 2 * batch:
        advice = "larger batches would need fewer steps"
    elif texts < batch / 2:
        advice = "smaller batches would learn as much from a text"
    else:
        advice = "the batch is about right"
    return f"gradient noise scale {texts:,.0f} texts, batch {batch}: {advice}"
