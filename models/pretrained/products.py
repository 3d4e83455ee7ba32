"""Matrix products for writing: the same weights in full, half and eight-bit precision.

What counts when sixteen rows are written at a time is how fast weights come out of memory. Eight
bits take a quarter of full precision's room; each column of weights and each row of inputs has a
scale of its own (LLM.int8(), Dettmers et al. 2022, without its outliers), so that a row's numbers
never depend on its neighbours'.
"""

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from models.pretrained.llama import rms_norm

Precision = Literal["fp32", "bf16", "fp16", "int8"]
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_LEAST = 1e-8
_MIDDLE = 128
"""What stands for 0 in rows of integers: the kernels want them unsigned."""
_AS_IS: tuple[Any, ...] = (None, 1.0, 0, torch.float32, "none", [], "")
"""Arguments of the packed kernels: no bias; the sums come out as they are, in full precision."""
_EASE = 64.0
"""By how much a channel is scaled at most: the text that showed the peaks is not all texts."""


class Product(Protocol):
    """Rows (B, in) → rows (B, out), float32 at both ends."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        ...


class Norm(NamedTuple):
    """What stands before a product: rows at root-mean-square one, times `weight` (in,)."""

    weight: Tensor
    epsilon: float


class Plain:
    """A product in a floating-point precision."""

    def __init__(self, weight: Tensor, dtype: torch.dtype, norm: Norm | None) -> None:
        self._weight, self._norm = weight.to(dtype), norm

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        if self._norm is not None:
            rows = rms_norm(rows, *self._norm)
        return F.linear(rows.to(self._weight.dtype), self._weight).float()


class EightBit:
    """A product of eight-bit integers; both sides are rounded, the sums are of integers."""

    def __init__(self, weight: Tensor, norm: Norm | None) -> None:
        scale = weight.abs().amax(1).clamp_min(_LEAST) / 127
        whole = (weight / scale[:, None]).round().to(torch.int8)
        self._sums, self._norm = _sums_of(whole, scale / 127), norm
        self._largest = torch.tensor(127.0, device=weight.device)
        self._middle = torch.tensor(_MIDDLE + 0.5, device=weight.device)  # cut off, it rounds
        self._least = torch.tensor(0.0 if norm is None else norm.epsilon, device=weight.device)

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply."""
        # Each operation more is a pass over rows that are short: what can be one is one. So the
        # norm is only a part of the scale at the end: whole numbers are the same without it.
        wide = rows if self._norm is None else rows * self._norm.weight
        largest = wide.abs().amax(1, keepdim=True).clamp_min_(_LEAST)
        whole = torch.addcmul(self._middle, wide, self._largest / largest).to(torch.uint8)
        if self._norm is not None:
            length = torch.linalg.vector_norm(rows, 2, 1, keepdim=True)
            square = torch.addcmul(self._least, length, length, value=1 / rows.shape[1])
            largest *= square.rsqrt_()
        return self._sums(whole).mul_(largest)


def _sums_of(weight: Tensor, scale: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what multiplies rows of integers, `_MIDDLE` standing for 0, with whole weights
    (out, in), and scales what comes out by `scale` (out,)."""
    if weight.device.type == "cpu" and _packs():
        packed = torch.ops.onednn.qlinear_prepack(weight, None)
        zeros = torch.zeros(len(scale), dtype=torch.int64)
        multiply = torch.ops.onednn.qlinear_pointwise.default
        return lambda rows: multiply(rows, 1.0, _MIDDLE, packed, scale, zeros, *_AS_IS)
    columns = weight.T  # column after column
    shift = torch.tensor(_MIDDLE, dtype=torch.uint8, device=weight.device)
    return lambda rows: torch._int_mm((rows - shift).view(torch.int8), columns) * scale


@cache
def _packs() -> bool:
    """Whether weights can be packed once for this machine's kernels, and sums are then exact.

    Processors without instructions for it add pairs of products in sixteen bits, which overflow.
    """
    weight = torch.full((32, 64), 127, dtype=torch.int8)
    rows = torch.full((2, 64), 255, dtype=torch.uint8)
    try:
        packed = torch.ops.onednn.qlinear_prepack(weight, None)
        ones, zeros = torch.ones(32), torch.zeros(32, dtype=torch.int64)
        found = torch.ops.onednn.qlinear_pointwise.default(
            rows, 1.0, 0, packed, ones, zeros, *_AS_IS
        )
    except (RuntimeError, NotImplementedError, AttributeError):
        return False
    return bool((found == 255 * 127 * 64).all())


def product(weight: Tensor, precision: Precision, norm: Norm | None = None) -> Product:
    """Return the product with `weight` (out, in), float32, behind a norm if there is one."""
    if precision == "int8":
        return EightBit(weight, norm)
    return Plain(weight, _DTYPES[precision], norm)


def ease(weight: Tensor, rows: Tensor) -> Tensor:
    """Return by what the channels of `rows` (N, in) are divided best before a product in eight
    bits, whose `weight` (out, in) is multiplied by it instead, (in,).

    A few channels are so large that eight bits leave the others nothing. Half of what makes them
    so goes over into the weights (SmoothQuant, Xiao et al. 2023).
    """
    columns = weight.abs().amax(0).clamp_min(_LEAST)
    found = (rows.abs().amax(0).clamp_min(_LEAST) / columns).sqrt()
    return (found / found.median()).clamp(1 / _EASE, _EASE)


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
