"""A tiny base with random weights, as a Hugging Face folder, as GGUF and in a wheel."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from models.pretrained import native

SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<repo_name>",
    "<reponame>",
    "<file_sep>",
    "<filename>",
)
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "rope_theta": 100_000.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "tie_word_embeddings": True,
}
NATIVE = pytest.param(
    "w8a16", marks=pytest.mark.skipif(not native.available(), reason="nothing is compiled here")
)
"""The precision of `models.pretrained.native`."""
MEMBER = "llm_tiny/tiny.F16.gguf"


def tokenizer_of(texts, specials=SPECIALS):
    """Learn a byte-level BPE like that of SmolLM2."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((" " + text for text in texts), trainer)
    return tokenizer


def make_base(folder: Path, texts, seed=0):
    """Write a base with random weights into a folder."""
    folder.mkdir(parents=True)
    tokenizer = tokenizer_of(texts)
    dice = torch.Generator().manual_seed(seed)

    def matrix(out, into):
        return (torch.randn(out, into, generator=dice) * into**-0.5).half()

    def norm():
        return (1 + 0.1 * torch.randn(32, generator=dice)).half()

    size = tokenizer.get_vocab_size()
    tensors = {"model.embed_tokens.weight": matrix(size, 32), "model.norm.weight": norm()}
    for layer in range(3):
        of = f"model.layers.{layer}"
        for name, shape in {
            "self_attn.q_proj": (32, 32),
            "self_attn.k_proj": (16, 32),
            "self_attn.v_proj": (16, 32),
            "self_attn.o_proj": (32, 32),
            "mlp.gate_proj": (48, 32),
            "mlp.up_proj": (48, 32),
            "mlp.down_proj": (32, 48),
        }.items():
            tensors[f"{of}.{name}.weight"] = matrix(*shape)
        tensors[f"{of}.input_layernorm.weight"] = norm()
        tensors[f"{of}.post_attention_layernorm.weight"] = norm()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(CONFIG | {"vocab_size": size}), "utf-8")
    return folder


_PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "embed_tokens": "token_embd",
    "norm": "output_norm",
}


def turned(rows, heads):
    """Return rows of a query or key in llama.cpp's order: the two of a rotary pair together."""
    return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def write_gguf(path: Path, folder: Path, architecture="llama", rounded=(), **more):
    """Write the base in a folder as GGUF, float16; the parts that are `rounded` in eight bits.

    `more` are tensors that do not belong there.
    """
    import gguf

    made = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    pieces = sorted(made["model"]["vocab"], key=made["model"]["vocab"].__getitem__)
    file = gguf.GGUFWriter(path, architecture)
    file.add_context_length(256)
    file.add_embedding_length(32)
    file.add_block_count(3)
    file.add_feed_forward_length(48)
    file.add_head_count(4)
    file.add_head_count_kv(2)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(8)
    file.add_rope_freq_base(100_000.0)
    file.add_tokenizer_model("gpt2")
    file.add_token_list(pieces)
    file.add_token_types([3 if piece in SPECIALS else 1 for piece in pieces])
    file.add_token_merges([" ".join(pair) for pair in made["model"]["merges"]])
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    for name, tensor in load_file(folder / "model.safetensors").items():
        *_, place, inner, outer = f"...{name.removesuffix('.weight')}".split(".")
        part = next(p for p in (f"{inner}.{outer}", outer) if p in _PARTS)
        layer = place if part == f"{inner}.{outer}" else inner
        values = tensor.numpy()
        if part.endswith(("q_proj", "k_proj")):
            values = turned(values, 4 if part.endswith("q_proj") else 2)
        where = f"blk.{layer}." if layer.isdigit() else ""
        kind = None
        if part in rounded:
            kind = gguf.GGMLQuantizationType.Q8_0
            values = gguf.quants.quantize(values.astype(np.float32), kind)
        file.add_tensor(f"{where}{_PARTS[part]}.weight", np.array(values), raw_dtype=kind)
    for name, values in more.items():
        file.add_tensor(name, values)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
    return path


def make_wheel(path: Path, gguf_file: Path, member=MEMBER):
    """Write a wheel that holds nothing but a GGUF file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(gguf_file, member)
    return path
