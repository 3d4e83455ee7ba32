"""Several processes that train one model, each on its share of every batch.

Started by `torchrun`, they find each other through its environment; gradients are averaged by
PyTorch's own DistributedDataParallel. A process on its own needs none of it, and the same code
runs in both.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from models.train.task import Share


class Processes:
    """This process among those that train together."""

    def __init__(self, index: int = 0, count: int = 1, device: torch.device | None = None) -> None:
        self.index, self.count = index, count
        self.device = device or torch.device("cpu")

    @property
    def is_first(self) -> bool:
        """Whether this is the process that measures, saves and speaks."""
        return self.index == 0

    @property
    def share(self) -> Share:
        """This process's part of every batch."""
        return Share(self.index, self.count)

    def wrap(self, model: nn.Module) -> Callable[..., Any]:
        """Return the model's forward, gradients averaged over the processes where there are more.

        The model's weights and buffers become those of the first process.
        """
        if self.count == 1:
            return model
        from torch.nn.parallel import DistributedDataParallel

        devices = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=devices)

    def agree(self, value: float) -> float:
        """Return the first process's value, in every process."""
        if self.count == 1:
            return value
        from torch import distributed

        told = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(told, 0)
        return float(told)

    def gather(self, value: Tensor) -> list[Tensor]:
        """Return every process's tensor of one shape, in their order."""
        if self.count == 1:
            return [value]
        from torch import distributed

        mine = value.to(self.device)
        all_of_them = [torch.empty_like(mine) for _ in range(self.count)]
        distributed.all_gather(all_of_them, mine)
        return [one.to(value.device) for one in all_of_them]

    def wait(self) -> None:
        """Return when every process has come here."""
        self.agree(0.0)


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun started with this one, until the block ends.

    Without torchrun this process is alone. On CUDA each process takes the GPU of its local rank.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes(device=device)
        return
    from torch import distributed

    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), count, device)
    finally:
        distributed.destroy_process_group()
