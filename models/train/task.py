"""The seam between the training loop and what is trained.

The loop (`trainer.py`) knows schedules, averages, saving and processes; a `Task` knows its model,
its batches and its loss. One kind of model is one task (`kinds/`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from torch import Tensor, nn

from models.train.config import Stage

Call = Callable[..., Any]
"""The model's forward, or the wrapper through which several processes share their gradients."""


class StepLoss(NamedTuple):
    """What a batch, or one share of it, cost. Sums are in nats.

    The mean of `loss` over the shares of a batch is the loss of the batch, so that averaging
    gradients over shares gives the whole batch's gradient. `rate` scales the learning rate of
    this step.
    """

    loss: Tensor
    nats: Tensor
    tokens: int
    texts: int
    kl: Tensor | None = None
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of each batch is meant: number `index` of `of`."""

    index: int = 0
    of: int = 1

    def rows(self, rows: Sequence[int]) -> tuple[list[int], float]:
        """Return this share's rows and what their summed loss weighs.

        A share that gets none takes a row at weight 0: every process must take every step.
        """
        own = list(rows[self.index :: self.of])
        return (own, float(self.of)) if own else (list(rows[:1]), 0.0)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a run a step is: `number` of `epoch` (counted through all stages) in `stage`.

    `warmth` is the share of the first stage that is done, 1 from its end on.
    """

    stage: Stage
    epoch: int
    number: int
    warmth: float


class Task(Protocol):
    """What a trainer trains."""

    @property
    def model(self) -> nn.Module:
        """What is saved, averaged and optimised; its `forward` is a batch's loss, in parts."""
        ...

    def steps(self, stage: Stage, epoch: int) -> int:
        """Return how many steps an epoch has."""
        ...

    def loss(self, call: Call, moment: Moment, share: Share) -> StepLoss:
        """Return the loss of a share of the moment's batch."""
        ...

    def held_out(self) -> float:
        """Return the nats a token of the held-out texts, the model's weights as they are."""
        ...

    def comparable(self, moment: Moment) -> bool:
        """Whether what `held_out` says here may compete with other epochs."""
        ...

    def beta(self, moment: Moment) -> float | None:
        """Return the weight of the KL, None where there is none."""
        ...

    def carried(self) -> dict[str, Tensor]:
        """Return what goes from one step to the next beside weights, to be saved."""
        ...

    def take_up(self, carried: dict[str, Tensor]) -> None:
        """Go on from what `carried` returned."""
        ...
