"""From a GGUF file to the tensors and the tokenizer that Hugging Face folders hold.

GGUF is llama.cpp's format; of its many quantisations the `gguf` library undoes all. Two things
differ from the folders: names, and the order of the rows of query and key, which llama.cpp turns
so that rotary pairs are neighbours.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

Array = NDArray[Any]

_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_CONTROL = 3
"""The type of tokens that are no text, in GGUF's list of token types."""


def read_gguf(
    path: Path, on_tensor: Callable[[int, int], None] = lambda *_: None
) -> tuple[dict[str, Any], dict[str, Array], Tokenizer]:
    """Return configuration, float16 tensors and tokenizer of a Llama-type model in GGUF.

    `on_tensor` is told how many tensors of how many are read. Raises ValueError if the file is no
    such model.
    """
    from gguf import GGUFReader
    from gguf.quants import dequantize

    try:
        file = GGUFReader(path)
        fields = {name: field.contents() for name, field in file.fields.items()}
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise ValueError(f"{path.name} is no GGUF file: {error}") from None
    if fields.get("general.architecture") != "llama":
        raise ValueError(f"{path.name} holds a {fields.get('general.architecture')}, not a llama")
    config = _config(fields)
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    tensors: dict[str, Array] = {}
    for number, tensor in enumerate(file.tensors, 1):
        name, part = _name(tensor.name)
        values = np.asarray(dequantize(tensor.data, tensor.tensor_type), np.float32)
        if part in heads:
            values = _unturned(values, heads[part])
        tensors[name] = values.astype(np.float16)
        on_tensor(number, len(file.tensors))
    return config, tensors, _tokenizer(fields)


def _config(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a Hugging Face `config.json` of a Llama says."""
    about = {name.removeprefix("llama."): value for name, value in fields.items()}
    size, heads = about["embedding_length"], about["attention.head_count"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": size,
        "intermediate_size": about["feed_forward_length"],
        "num_hidden_layers": about["block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": about.get("attention.head_count_kv", heads),
        "head_dim": about.get("rope.dimension_count", size // heads),
        "max_position_embeddings": about["context_length"],
        "rms_norm_eps": about["attention.layer_norm_rms_epsilon"],
        "rope_theta": about.get("rope.freq_base", 10_000.0),
        "vocab_size": len(fields["tokenizer.ggml.tokens"]),
        "bos_token_id": fields["tokenizer.ggml.bos_token_id"],
        "eos_token_id": fields["tokenizer.ggml.eos_token_id"],
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "dtype": "float16",
    }


def _name(name: str) -> tuple[str, str]:
    """Return the name in a Hugging Face folder, and which part of a layer it is."""
    found = re.fullmatch(r"(?:blk\.(\d+)\.)?(\w+)\.weight", name)
    if not found or found[2] not in _NAMES:
        raise ValueError(f"there is no place for a tensor called {name}")
    where = f"model.layers.{found[1]}." if found[1] else ""
    return f"{where}{_NAMES[found[2]]}.weight", found[2]


def _unturned(values: Array, heads: int) -> Array:
    """Undo llama.cpp's order of rows: pairs side by side become two halves of each head."""
    rows, columns = values.shape
    pairs = values.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.swapaxes(1, 2).reshape(rows, columns)


def _tokenizer(fields: dict[str, Any]) -> Tokenizer:
    if fields.get("tokenizer.ggml.model") != "gpt2":
        raise ValueError("the tokenizer is not a byte-level BPE")
    pieces: list[str] = fields["tokenizer.ggml.tokens"]
    kinds: list[int] = fields["tokenizer.ggml.token_type"]
    merges = [tuple(pair.split(" ", 1)) for pair in fields["tokenizer.ggml.merges"]]
    vocabulary = {piece: token for token, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = [p for p, kind in zip(pieces, kinds, strict=True) if kind == _CONTROL]
    tokenizer.add_special_tokens([AddedToken(p, normalized=False, special=True) for p in control])
    return tokenizer
