"""Where the numbers are crunched."""

import torch


def best_device(name: str | None = None) -> torch.device:
    """Return the device called `name`, or the best there is: CUDA, else MPS, else CPU."""
    if name:
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
