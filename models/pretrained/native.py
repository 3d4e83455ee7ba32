"""Products of eight-bit weights and sixteen-bit rows, and whole layers of them: see `native.c`.

It is compiled when Curator is installed, if there is a C compiler, and runs where a processor has
AVX2. Elsewhere torch's kernels do the work; see `eight_bit`.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor

from models.pretrained.eight_bit import LEAST, WEIGHT, Norm
from models.pretrained.llama import Linears, LlamaConfig

_COLUMNS = 16
"""Outputs of a block of weights; and what the size of rows must be a multiple of."""
_HEAD = 8
"""What the size of heads must be a multiple of."""
_VERSION = 1
_LONG, _INT, _FLOAT, _POINTER = ctypes.c_int64, ctypes.c_int, ctypes.c_float, ctypes.c_void_p


class CannotRun(RuntimeError):
    """Nothing was compiled here, or the processor or the sizes are not those it is made for."""


class _Product(ctypes.Structure):
    _fields_ = (
        ("weights", _POINTER),
        ("scales", _POINTER),
        ("norm", _POINTER),
        ("epsilon", _FLOAT),
        ("most", _FLOAT),
        ("taken", _LONG),
        ("given", _LONG),
    )


class _Layer(ctypes.Structure):
    _fields_ = tuple((name, _Product) for name in ("qkv", "out", "gate_up", "down"))


class _Cache(ctypes.Structure):
    _fields_ = (
        ("kept", _POINTER),
        *((name, _LONG) for name in ("rows", "places", "heads", "groups", "head")),
    )


@cache
def _library() -> ctypes.CDLL:
    """Load what was compiled. Raises CannotRun."""
    spec = find_spec("models.pretrained._native")
    if spec is None or spec.origin is None:
        raise CannotRun("it was not compiled when Curator was installed")
    try:
        # After torch, whose threads it shares where both know OpenMP by the same name, as with gcc.
        library = ctypes.CDLL(spec.origin)
    except OSError as error:
        raise CannotRun(str(error)) from None
    if library.version() != _VERSION:
        raise CannotRun("it was compiled for another version of Curator: install it anew")
    if not library.supported():
        raise CannotRun("this processor has no AVX2 or no FMA")
    library.product.argtypes = [_POINTER, _POINTER, _LONG, _POINTER, _INT]
    library.layers.argtypes = [_POINTER, _LONG, _LONG, _POINTER, _LONG, *[_POINTER] * 4, _INT]
    return library


def available() -> bool:
    """Whether products can be made here."""
    try:
        return bool(_library())
    except CannotRun:
        return False


def fits(config: LlamaConfig) -> bool:
    """Whether whole layers of these sizes can be made here."""
    rows = config.hidden, config.feed_forward
    return not config.head % _HEAD and not any(n % _COLUMNS for n in rows) and available()


class Native:
    """A product of eight-bit weights with rows that are rounded to sixteen bits."""

    def __init__(self, weight: Tensor, norm: Norm | None = None) -> None:
        """Lay out `weight` (out, in), behind a norm if there is one. Raises CannotRun."""
        given, taken = weight.shape
        if weight.device.type != "cpu" or taken % _COLUMNS:
            raise CannotRun(f"rows are multiples of {_COLUMNS}, and on a CPU")
        weight = weight.float()
        self._multiply = _library().product
        scale = weight.abs().amax(1).clamp_min(LEAST) / WEIGHT
        missing = -given % _COLUMNS
        whole = torch.cat([(weight / scale[:, None]).round(), weight.new_zeros(missing, taken)])
        blocks = whole.to(torch.int8).view(-1, _COLUMNS, taken // 2, 2).transpose(1, 2)
        scales = torch.cat([scale, scale.new_zeros(missing)])
        self._held = blocks.contiguous(), scales, norm and norm.weight.float().contiguous()
        # The largest sum still fits into 32 bits, and what is rounded into 16.
        most = min(2**15 - 1, (2**31 - 1) // (WEIGHT * taken))
        places = (None if each is None else each.data_ptr() for each in self._held)
        self.laid_out = _Product(*places, norm.epsilon if norm else 0.0, most, taken, given)
        self._at, self._shape = ctypes.addressof(self.laid_out), (given, taken)

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply rows (B, in); return (B, out)."""
        given, taken = self._shape
        if rows.shape[1] != taken:  # torch would say so; what is read here would be anything
            raise ValueError(f"rows of {rows.shape[1]} numbers, not of {taken}")
        rows = rows.float().contiguous()
        to = rows.new_empty(len(rows), given)
        threads = torch.get_num_threads()
        _check(self._multiply(self._at, rows.data_ptr(), len(rows), to.data_ptr(), threads))
        return to


class NativeLayers:
    """All that happens between the embedding of a token and the head, for rows of a cache."""

    def __init__(self, layers: Sequence[Sequence[Native]], config: LlamaConfig) -> None:
        """`layers` have the products of `models.pretrained.llama.Linears`."""
        self._products = layers  # they hold the weights
        self._sizes = config.heads, config.groups, config.head
        found = [_Layer(*(each.laid_out for each in layer)) for layer in layers]
        self._all = (_Layer * len(found))(*found)
        self._run = _library().layers

    def __call__(
        self,
        states: Tensor,
        kept: Tensor,
        at: Tensor,
        turns: tuple[Tensor, Tensor],
        heard: Sequence[int],
    ) -> list[Tensor]:
        """Take states (N, D) of a token in each of the first N rows through all layers, in place.

        `kept` is a cache's (layers, 2, B · G, L, d), `at` (N,) the places at which the tokens
        stand, `turns` cosines and signed sines (N, d). Returns the states after the layers `heard`.
        """
        heads, groups, head = self._sizes
        cosines, sines = (each.contiguous() for each in turns)
        cache = _Cache(kept.data_ptr(), kept.shape[2] // groups, kept.shape[3], heads, groups, head)
        tensors = [each.data_ptr() for each in (at, cosines, sines, states)]
        rest = ctypes.byref(cache), len(states), *tensors, torch.get_num_threads()
        found, first = [], 0
        for last in sorted({*heard, len(self._all)}):
            _check(self._run(self._all, first, last, *rest))
            if last in heard:
                found.append(states.clone())
            first = last
        return found


def native_layers(layers: Sequence[Sequence[object]], config: LlamaConfig) -> NativeLayers | None:
    """Return these layers as one, if all their products are native ones and their sizes fit."""
    native = [[each for each in layer if isinstance(each, Native)] for layer in layers]
    whole = all(len(layer) == len(Linears._fields) for layer in native)
    return NativeLayers(native, config) if whole and fits(config) else None


def _check(enough: int) -> None:
    if not enough:
        raise MemoryError("there is no memory left to write with")
