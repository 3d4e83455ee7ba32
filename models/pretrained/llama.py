"""The arithmetic of a Llama-type decoder, with room for what is added to it.

Touvron et al. 2023 ("LLaMA"): root-mean-square norms before each half of a layer, rotary
positions (Su et al. 2021), grouped queries (Ainslie et al. 2023), gated feed-forward. The base's
matrices are never trained; beside each stands an optional low-rank one (LoRA, Hu et al. 2021),
and each layer may be given keys and values that no token wrote (prefix tuning, Li & Liang 2021).

Shapes in comments: B rows, T tokens, D hidden, H heads, G key-value heads, S slots, d = D / H.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.backends import cpu
from torch.nn import functional as F

_WITHOUT_HALF = frozenset({"DEFAULT", "AVX2"})
"""What torch calls processors without instructions for half precision."""


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """Sizes of a base, as a Hugging Face `config.json` tells them."""

    hidden: int
    feed_forward: int
    layers: int
    heads: int
    groups: int
    vocabulary: int
    theta: float
    epsilon: float

    @property
    def head(self) -> int:
        """Width of a head."""
        return self.hidden // self.heads

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "LlamaConfig":
        """Read a `config.json`. Raises ValueError for a model that is not a Llama like these."""
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        odd = [
            config.get("model_type") != "llama",
            config.get("hidden_act", "silu") != "silu",
            bool(config.get("attention_bias") or config.get("mlp_bias")),
            rope.get("rope_type", rope.get("type", "default")) != "default",
        ]
        if any(odd):
            raise ValueError("not a plain Llama-type model")
        try:
            heads = int(config["num_attention_heads"])
            made = cls(
                hidden=int(config["hidden_size"]),
                feed_forward=int(config["intermediate_size"]),
                layers=int(config["num_hidden_layers"]),
                heads=heads,
                groups=int(config.get("num_key_value_heads") or heads),
                vocabulary=int(config["vocab_size"]),
                theta=float(rope.get("rope_theta") or config.get("rope_theta") or 10_000.0),
                epsilon=float(config["rms_norm_eps"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"its config.json is not complete: {error}") from None
        if made.hidden % made.heads or config.get("head_dim", made.head) != made.head:
            raise ValueError("its heads are not an even share of the hidden size")
        if made.heads % made.groups:
            raise ValueError("its groups of heads are not of one size")
        return made


class Linears(NamedTuple):
    """The four matrices of a layer, those with one input side by side.

    qkv (D + 2·G·d, D), out (D, D), gate_up (2·F, D), down (D, F).
    """

    qkv: Tensor
    out: Tensor
    gate_up: Tensor
    down: Tensor


class Layer(NamedTuple):
    """A layer of the base: its matrices and the weights of its two norms, each (D,)."""

    linears: Linears
    attention_norm: Tensor
    feed_norm: Tensor


@dataclass(frozen=True, slots=True)
class Llama:
    """The weights of a base. Matrices may be of half precision; norms are of full one.

    `embed` (V, D) is both ends of the model, or `head` (V, D) is the other one.
    """

    config: LlamaConfig
    embed: Tensor
    head: Tensor
    layers: tuple[Layer, ...]
    norm: Tensor

    @classmethod
    def of(
        cls,
        config: LlamaConfig,
        tensors: Mapping[str, Tensor],
        dtype: torch.dtype = torch.float32,
        device: torch.device | None = None,
    ) -> "Llama":
        """Arrange the tensors of a Hugging Face folder. Raises ValueError if one is missing."""

        def matrix(*names: str) -> Tensor:
            parts = [tensors[f"{name}.weight"] for name in names]
            return torch.cat([part.to(device, dtype) for part in parts])

        def norm(name: str) -> Tensor:
            return tensors[f"{name}.weight"].to(device, torch.float32)

        layers = []
        try:
            for number in range(config.layers):
                of = f"model.layers.{number}"
                attention, feed = f"{of}.self_attn", f"{of}.mlp"
                linears = Linears(
                    matrix(*(f"{attention}.{part}_proj" for part in "qkv")),
                    matrix(f"{attention}.o_proj"),
                    matrix(f"{feed}.gate_proj", f"{feed}.up_proj"),
                    matrix(f"{feed}.down_proj"),
                )
                layers.append(
                    Layer(
                        linears,
                        norm(f"{of}.input_layernorm"),
                        norm(f"{of}.post_attention_layernorm"),
                    )
                )
            embed = matrix("model.embed_tokens")
            head = matrix("lm_head") if "lm_head.weight" in tensors else embed
            made = cls(config, embed, head, tuple(layers), norm("model.norm"))
        except KeyError as error:
            raise ValueError(f"a tensor is missing: {error}") from None
        if not made._fits():
            raise ValueError("a tensor is of another size than its config.json tells")
        return made

    def _fits(self) -> bool:
        """Whether all is of the size that the configuration tells."""
        c, vector = self.config, (self.config.hidden,)
        ends = (c.vocabulary, c.hidden)
        inner = (
            (c.hidden + 2 * c.groups * c.head, c.hidden),
            (c.hidden, c.hidden),
            (2 * c.feed_forward, c.hidden),
            (c.hidden, c.feed_forward),
        )
        norms = [n for layer in self.layers for n in (layer.attention_norm, layer.feed_norm)]
        return (
            self.embed.shape == self.head.shape == ends
            and all(tuple(m.shape for m in layer.linears) == inner for layer in self.layers)
            and all(norm.shape == vector for norm in (*norms, self.norm))
        )


def multiply(inputs: Tensor, weight: Tensor) -> Tensor:
    """Multiply inputs (…, in) by a matrix of the base (out, in), in its precision.

    Processors that do not know half precision multiply in full precision instead: with the matrix
    turned into that each time, it takes a seventh of the time for a text, or for many.
    """
    if weight.device.type == "cpu" and cpu.get_cpu_capability() in _WITHOUT_HALF:
        weight = weight.float()
    return F.linear(inputs.to(weight.dtype), weight)


def rms_norm(states: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Return states (…, D) at root-mean-square one, times `weight`."""
    return F.rms_norm(states, (states.shape[-1],), weight, epsilon)


def rotations(config: LlamaConfig, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Return cosines and sines (…, d) of positions (…)."""
    steps = torch.arange(0, config.head, 2, device=positions.device, dtype=torch.float32)
    angles = positions.float()[..., None] * config.theta ** (-steps / config.head)
    both = torch.cat([angles, angles], -1)
    return both.cos(), both.sin()


def rotate(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn the pairs (i, i + d/2) of states (…, d) by their positions' angles."""
    one, other = states.chunk(2, -1)
    return states * cosines + torch.cat([-other, one], -1) * sines


class Added(NamedTuple):
    """What is added to a layer: low-rank pairs (down (r, in), up (out, r)) beside its matrices,
    and keys and values of slots, each (B, G, S, d)."""

    pairs: Sequence[tuple[Tensor, Tensor]] = ()
    slots: tuple[Tensor, Tensor] | None = None


_NOTHING = Added()


def run(
    model: Llama,
    states: Tensor,
    positions: Tensor,
    mask: Tensor,
    added: Sequence[Added] = (),
    *,
    layers: int | None = None,
    dropout: float = 0.0,
) -> Iterator[Tensor]:
    """Yield the states (B, T, D), float32, before the first layer and after each of `layers`.

    positions (T,); mask (B, 1, T, S + T) is True where a token may look. `dropout` hides a
    share of what is between the low-rank pairs.
    """
    c = model.config
    turns = rotations(c, positions)
    yield states
    for number, layer in enumerate(model.layers[:layers]):
        beside = added[number] if added else _NOTHING
        states = states + _attention(layer, states, turns, mask, beside, c, dropout)
        normed = rms_norm(states, layer.feed_norm, c.epsilon)
        gate, up = _linear(normed, layer.linears.gate_up, beside, 2, dropout).chunk(2, -1)
        states = states + _linear(F.silu(gate) * up, layer.linears.down, beside, 3, dropout)
        yield states


def keys_values(
    layer: Layer, states: Tensor, positions: Tensor, c: LlamaConfig
) -> tuple[Tensor, Tensor]:
    """Return what a layer's attention finds at states (B, T, D): keys and values (B, G, T, d)."""
    normed = rms_norm(states, layer.attention_norm, c.epsilon)
    mixed = multiply(normed, layer.linears.qkv)
    mixed = mixed.view(*states.shape[:2], -1, c.head).transpose(1, 2)[:, c.heads :]
    k, v = mixed.chunk(2, 1)
    return rotate(k.float(), *rotations(c, positions)), v


def _attention(
    layer: Layer,
    states: Tensor,
    turns: tuple[Tensor, Tensor],
    mask: Tensor,
    beside: Added,
    c: LlamaConfig,
    dropout: float,
) -> Tensor:
    rows, length, _ = states.shape
    normed = rms_norm(states, layer.attention_norm, c.epsilon)
    mixed = _linear(normed, layer.linears.qkv, beside, 0, dropout)
    mixed = mixed.view(rows, length, c.heads + 2 * c.groups, c.head).transpose(1, 2)
    q, k, v = torch.split(mixed, [c.heads, c.groups, c.groups], 1)  # (B, H or G, T, d)
    q, k = (rotate(part.float(), *turns).to(v.dtype) for part in (q, k))
    if beside.slots is not None:
        keys, values = (part.to(v.dtype) for part in beside.slots)
        k, v = torch.cat([keys, k], 2), torch.cat([values, v], 2)
    # Heads of a group side by side, as more rows of one product: keys need not be repeated.
    grouped = q.reshape(rows, c.groups, -1, c.head)  # (B, G, H/G · T, d)
    scores = (grouped @ k.mT).view(rows, c.heads, length, -1).float() * c.head**-0.5
    shares = scores.masked_fill(~mask, -torch.inf).softmax(-1).to(v.dtype)
    seen = shares.view(rows, c.groups, -1, shares.shape[-1]) @ v
    seen = seen.view(rows, c.heads, length, c.head).transpose(1, 2).reshape(rows, length, c.hidden)
    return _linear(seen, layer.linears.out, beside, 1, dropout)


def _linear(inputs: Tensor, weight: Tensor, beside: Added, which: int, dropout: float) -> Tensor:
    out = multiply(inputs, weight)
    if not beside.pairs:
        return out
    down, up = (part.to(out.dtype) for part in beside.pairs[which])
    narrow = F.linear(inputs.to(out.dtype), down)
    return out + F.linear(F.dropout(narrow, dropout) if dropout else narrow, up)
