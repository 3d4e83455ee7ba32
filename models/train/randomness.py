"""The state of the random numbers that a run draws, so that it can go on from where it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


def random_state(device: torch.device) -> Tensor:
    """Return the state of the random numbers in use, as bytes: the CPU's, then the device's."""
    return torch.cat([torch.get_rng_state(), _of_device(device)])


def set_random_state(state: Tensor, device: torch.device) -> None:
    """Go on from what `random_state` returned, on the same kind of device."""
    size = len(torch.get_rng_state())
    torch.set_rng_state(state[:size])
    rest = state[size:]
    # What is of another length was kept on another kind of device, and is of no use here.
    if len(rest) != len(_of_device(device)):
        return
    if device.type == "cuda":
        torch.cuda.set_rng_state(rest, device)
    elif device.type == "mps":
        torch.mps.set_rng_state(rest)


@contextmanager
def untouched(device: torch.device) -> Iterator[None]:
    """Set the random numbers back, when the block ends, to where they were when it began."""
    state = random_state(device)
    try:
        yield
    finally:
        set_random_state(state, device)


def _of_device(device: torch.device) -> Tensor:
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    if device.type == "mps":
        return torch.mps.get_rng_state()
    return torch.empty(0, dtype=torch.uint8)
