"""Products in eight bits: both sides are rounded to whole numbers, and sums of those are exact.

Each row of inputs and each column of weights has a scale of its own (LLM.int8(), Dettmers et al.
2022, without its outliers), so that a row's numbers never depend on its neighbours'. What sums
whole numbers is one of torch's kernels. Processors without instructions for it add pairs of
products in sixteen bits, which overflow: there rows are rounded to half as many numbers, so that
the largest pair fits. (PyTorch calls it `reduce_range`. Rounding weights so instead costs more.)
"""

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.backends import quantized

Kernel = Literal["onednn", "fbgemm", "plain"]
WEIGHT = 127
"""The largest whole weight."""
_ROW, _HALF = 127, 64
"""The largest whole number of a row: that of eight bits, and that with which two products fit in
sixteen bits, 2 · (64 + 64) · 127 < 2¹⁵. Kernels want rows unsigned: that number stands for 0."""
LEAST = 1e-8
_EASE = 64.0
"""By how much a channel is scaled at most: the text that showed the peaks is not all texts."""
_AS_IS: tuple[Any, ...] = (None, 1.0, 0, torch.float32, "none", [], "")
"""Arguments of oneDNN's kernel: no bias; the sums come out as they are, in full precision."""

Sums = Callable[[Tensor, Tensor], Tensor]
"""Rows (B, in) and what each is multiplied by to be within ±`most` (B, 1) → the rounded rows times
whole weights, each sum times its column's scale (B, out)."""


class Norm(NamedTuple):
    """What stands before a product: rows at root-mean-square one, times `weight` (in,)."""

    weight: Tensor
    epsilon: float


class _Pack(Protocol):
    def __call__(self, whole: Tensor, scale: Tensor, most: int) -> Sums:
        """Lay out whole weights (out, in), int8, whose sums with rows within ±`most` are scaled by
        `scale` (out,)."""
        ...


class EightBit:
    """A product of eight-bit integers."""

    def __init__(self, weight: Tensor, norm: Norm | None = None) -> None:
        kernel, most = best_kernel(weight.device.type)
        scale = weight.abs().amax(1).clamp_min(LEAST) / WEIGHT
        whole = (weight / scale[:, None]).round().to(torch.int8)
        self._sums, self._norm = _PACKS[kernel](whole, scale / most, most), norm
        self._largest = torch.tensor(float(most), device=weight.device)
        self._least = torch.tensor(0.0 if norm is None else norm.epsilon, device=weight.device)

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply rows (B, in); return (B, out)."""
        # Each operation more is a pass over rows that are short: what can be one is one. So the
        # norm is only a part of the scale at the end: whole numbers are the same without it.
        wide = rows if self._norm is None else rows * self._norm.weight
        largest = wide.abs().amax(1, keepdim=True).clamp_min_(LEAST)
        factor = self._largest / largest
        if self._norm is not None:
            length = torch.linalg.vector_norm(rows, 2, 1, keepdim=True)
            square = torch.addcmul(self._least, length, length, value=1 / rows.shape[1])
            largest *= square.rsqrt_()
        return self._sums(wide, factor).mul_(largest)


# -- kernels -------------------------------------------------------------------------------------


def _onednn(whole: Tensor, scale: Tensor, most: int) -> Sums:
    packed = torch.ops.onednn.qlinear_prepack(whole, None)
    zeros = torch.zeros(len(scale), dtype=torch.int64)
    multiply = torch.ops.onednn.qlinear_pointwise.default
    middle = torch.tensor(most + 0.5)  # cut off, it rounds

    def sums(rows: Tensor, factor: Tensor) -> Tensor:
        unsigned = torch.addcmul(middle, rows, factor).to(torch.uint8)
        found: Tensor = multiply(unsigned, 1.0, most, packed, scale, zeros, *_AS_IS)
        return found

    return sums


def _fbgemm(whole: Tensor, scale: Tensor, most: int) -> Sums:
    before, quantized.engine = quantized.engine, "fbgemm"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its kind of tensor is to go from torch some day
            zeros = torch.zeros(len(scale), dtype=torch.int64)
            weight = torch._make_per_channel_quantized_tensor(whole, scale.double(), zeros, 0)
            packed = torch.ops.quantized.linear_prepack(weight, None)
    finally:
        quantized.engine = before
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default
    return lambda rows, factor: multiply(rows * factor, 1.0, most, packed)


def _plain(whole: Tensor, scale: Tensor, most: int) -> Sums:
    columns = whole.T  # column after column
    middle = torch.tensor(most + 0.5, device=whole.device)
    shift = torch.tensor(most, dtype=torch.uint8, device=whole.device)

    def sums(rows: Tensor, factor: Tensor) -> Tensor:
        unsigned = torch.addcmul(middle, rows, factor).to(torch.uint8)
        return torch._int_mm((unsigned - shift).view(torch.int8), columns) * scale

    return sums


_PACKS: dict[Kernel, _Pack] = {"onednn": _onednn, "fbgemm": _fbgemm, "plain": _plain}


@cache
def best_kernel(device: str) -> tuple[Kernel, int]:
    """Return what sums whole numbers here, and the largest of a row with which it does so exactly.

    All eight bits come first. Where they do not fit, FBGEMM takes half of oneDNN's time.
    """
    kernels: list[tuple[Kernel, int]] = []
    if device == "cpu":
        kernels = [("onednn", _ROW), ("fbgemm", _ROW), ("fbgemm", _HALF), ("onednn", _HALF)]
    return next((each for each in kernels if _exact(*each)), ("plain", _ROW))


def _exact(kernel: Kernel, most: int) -> bool:
    signs = torch.tensor([[1, 1], [-1, -1], [1, -1]], dtype=torch.int8).repeat(16, 512)
    rows = most * signs[:3].float()
    try:
        found = _PACKS[kernel](WEIGHT * signs, torch.ones(len(signs)), most)(rows, torch.ones(3, 1))
    except (RuntimeError, NotImplementedError, AttributeError):
        return False
    return torch.equal(found, rows @ (WEIGHT * signs.float()).T)


# -- easing --------------------------------------------------------------------------------------


def ease(weight: Tensor, rows: Tensor) -> Tensor:
    """Return by what the channels of `rows` (N, in) are divided best before a product in eight
    bits, whose `weight` (out, in) is multiplied by it instead, (in,).

    A few channels are so large that eight bits leave the others nothing. Half of what makes them
    so goes over into the weights (SmoothQuant, Xiao et al. 2023).
    """
    columns = weight.abs().amax(0).clamp_min(LEAST)
    found = (rows.abs().amax(0).clamp_min(LEAST) / columns).sqrt()
    return (found / found.median()).clamp(1 / _EASE, _EASE)
