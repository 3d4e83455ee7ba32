"""Matrix products for writing: the same weights in full, half and eight-bit precision.

What counts when sixteen rows are written at a time is how fast weights come out of memory. Eight
bits take a quarter of full precision's room; each column of weights and each row of inputs has a
scale of its own (LLM.int8(), Dettmers et al. 2022, without its outliers), so that a row's numbers
never depend on its neighbours'.
"""

import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

Precision = Literal["fp32", "bf16", "fp16", "int8"]
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_LEAST = 1e-8
_EASE = 64.0
"""By how much a channel is scaled at most: the text that showed the peaks is not all texts."""


class Product(Protocol):
    """Rows (B, in) → rows (B, out), float32 at both ends."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        ...


class Plain:
    """A product in a floating-point precision."""

    def __init__(self, weight: Tensor, dtype: torch.dtype) -> None:
        self._weight = weight.to(dtype)

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        return F.linear(rows.to(self._weight.dtype), self._weight).float()


class EightBit:
    """A product of eight-bit integers; both sides are rounded, the sums are of integers."""

    def __init__(self, weight: Tensor) -> None:
        scale = weight.abs().amax(1).clamp_min(_LEAST) / 127
        whole = (weight / scale[:, None]).round().to(torch.int8)
        self._columns, self._scale = whole.T, scale / 127  # (in, out), column after column

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        # Each operation more is a pass over rows that are short: what can be one is one.
        largest = torch.linalg.vector_norm(rows, torch.inf, 1, keepdim=True).clamp_min_(_LEAST)
        whole = (rows * (127 / largest)).round_().to(torch.int8)
        scaled: Tensor = torch._int_mm(whole, self._columns) * largest
        return scaled.mul_(self._scale)


def product(weight: Tensor, precision: Precision) -> Product:
    """Return the product with `weight` (out, in), float32."""
    if precision == "int8":
        return EightBit(weight)
    return Plain(weight, _DTYPES[precision])


def eased(gate_up: Tensor, down: Tensor, peaks: Tensor) -> tuple[Tensor, Tensor]:
    """Return the two with the scales of what is between them evened out, their product the same.

    A few channels of a gated layer are so large that eight bits leave the others nothing. What is
    between `gate_up` (2 · inner, hidden) and `down` (hidden, inner) is largest by `peaks` (inner,);
    half of that, and half of what `down` makes of it, goes over into the weights (SmoothQuant,
    Xiao et al. 2023), into the rows of the upper half, which comes in linearly.
    """
    columns = down.abs().amax(0).clamp_min(_LEAST)
    ease = (peaks.clamp_min(_LEAST) / columns).sqrt()
    ease = (ease / ease.median()).clamp(1 / _EASE, _EASE)
    gate, up = gate_up.chunk(2)
    return torch.cat([gate, up / ease[:, None]]), down * ease


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
