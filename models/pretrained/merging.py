"""The decoder as other programs know it: the base with what was tuned added into its matrices."""

from typing import Any

import torch
from torch import Tensor

from models.pretrained.base import Base
from models.pretrained.model import Pretrained
from models.tokenizer import ARTIST, TITLE


def merged(model: Pretrained) -> dict[str, Tensor]:
    """Return float32 tensors by the names of a Hugging Face folder; z is left out of them."""
    base = model.base
    c = base.config
    tensors = {
        "model.embed_tokens.weight": base.embed.float().clone(),
        "model.norm.weight": base.norm,
    }
    if base.head is not base.embed:
        tensors["lm_head.weight"] = base.head.float().clone()
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        if name in tensors:
            tensors[name][[ARTIST, TITLE]] = model.names.detach()
    widths = [c.heads * c.head, c.groups * c.head, c.groups * c.head]
    for number, layer in enumerate(base.layers):
        of = f"model.layers.{number}"
        qkv, out, gate_up, down = (
            weight.float() + model.config.scale * (up[number] @ low[number]).detach()
            for weight, low, up in zip(layer.linears, model.downs, model.ups, strict=True)
        )
        for part, weight in zip("qkv", torch.split(qkv, widths), strict=True):
            tensors[f"{of}.self_attn.{part}_proj.weight"] = weight
        tensors[f"{of}.self_attn.o_proj.weight"] = out
        gate, up_ = gate_up.chunk(2)
        tensors[f"{of}.mlp.gate_proj.weight"], tensors[f"{of}.mlp.up_proj.weight"] = gate, up_
        tensors[f"{of}.mlp.down_proj.weight"] = down
        tensors[f"{of}.input_layernorm.weight"] = layer.attention_norm
        tensors[f"{of}.post_attention_layernorm.weight"] = layer.feed_norm
    return {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}


def as_transformers(model: Pretrained, base: Base) -> Any:
    """Return transformers' `LlamaForCausalLM` with these weights, in evaluation mode."""
    import json

    from transformers import LlamaConfig, LlamaForCausalLM

    from models.pretrained.base import CONFIG

    config = LlamaConfig(**json.loads((base.folder / CONFIG).read_text("utf-8")))
    theirs: Any = LlamaForCausalLM(config)
    weights = merged(model)
    weights.setdefault("lm_head.weight", weights["model.embed_tokens.weight"])
    theirs.load_state_dict(weights)
    return theirs.float().eval()
