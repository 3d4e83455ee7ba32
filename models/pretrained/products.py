"""Matrix products for writing: the same weights in full, half and eight-bit precision.

What counts when sixteen rows are written at a time is how fast weights come out of memory. Eight
bits take a quarter of full precision's room: with rows of eight bits too ("int8", see `eight_bit`),
or with rows of sixteen ("w8a16", see `native`).
"""

import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from models.pretrained.eight_bit import EightBit, Norm
from models.pretrained.llama import rms_norm
from models.pretrained.native import Native

Precision = Literal["fp32", "bf16", "fp16", "int8", "w8a16"]
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Product(Protocol):
    """Rows (B, in) → rows (B, out), float32 at both ends."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        ...


class Plain:
    """A product in a floating-point precision."""

    def __init__(self, weight: Tensor, dtype: torch.dtype, norm: Norm | None) -> None:
        self._weight, self._norm = weight.to(dtype), norm

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        if self._norm is not None:
            rows = rms_norm(rows, *self._norm)
        return F.linear(rows.to(self._weight.dtype), self._weight).float()


def product(weight: Tensor, precision: Precision, norm: Norm | None = None) -> Product:
    """Return the product with `weight` (out, in), float32, behind a norm if there is one.

    Raises RuntimeError if there is none of that precision here.
    """
    if precision == "w8a16":
        return Native(weight, norm)
    if precision == "int8":
        return EightBit(weight, norm)
    return Plain(weight, _DTYPES[precision], norm)


def fastest(
    weights: Sequence[Tensor],
    candidates: Sequence[Precision],
    rows: int,
    *,
    rounds: int = 6,
    clock: Callable[[], float] = time.perf_counter,
) -> Precision:
    """Return which of `candidates` multiplies `rows` rows with `weights` fastest here.

    A precision that this machine or this build of torch cannot do is passed over; full precision
    is always possible.
    """
    best: tuple[float, Precision] = (float("inf"), "fp32")
    with torch.inference_mode():
        for precision in candidates:
            try:
                seconds = _seconds(weights, precision, rows, rounds, clock)
            except (RuntimeError, NotImplementedError):
                continue
            best = min(best, (seconds, precision))
    return best[1]


def _seconds(
    weights: Sequence[Tensor],
    precision: Precision,
    rows: int,
    rounds: int,
    clock: Callable[[], float],
) -> float:
    products = [product(weight, precision) for weight in weights]
    inputs = [torch.ones(rows, weight.shape[1], device=weight.device) for weight in weights]
    times = []
    for _ in range(rounds):
        start = clock()
        for one, row in zip(products, inputs, strict=True):
            one(row)
        times.append(clock() - start)
    return min(times)
