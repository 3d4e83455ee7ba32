import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.pretrained.base import Base
from models.pretrained.gguf_file import read_gguf
from tests.models.pretrained.tiny import write_gguf

pytest.importorskip("gguf")
TEXTS = ["Loud guitars hold 1024 notes.", "naïve 🎸 riff, isn't it?", "<|im_end|> ends"]


@pytest.fixture(scope="module")
def read(base, tmp_path_factory):
    """Configuration, tensors, tokenizer, and what was told while they were read."""
    told = []
    path = write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf", base.folder)
    return *read_gguf(path, lambda *counts: told.append(counts)), told


def test_tensors_come_back_as_they_were(base, read):
    _, tensors, _, _ = read
    expected = load_file(base.folder / "model.safetensors")
    assert tensors.keys() == expected.keys()
    for name, values in expected.items():
        assert tensors[name].dtype == np.float16
        assert np.array_equal(tensors[name], values), name


def test_the_tokenizer_cuts_as_the_one_before(base, read):
    ours = read[2]
    theirs = Base(base.folder).tokenizer()
    whole = json.loads((base.folder / "tokenizer.json").read_text("utf-8"))
    assert ours.get_vocab() == whole["model"]["vocab"]
    for text in TEXTS[:2]:
        assert ours.encode(" " + text).ids == theirs.encode(text)
        assert ours.decode(ours.encode(text).ids) == text
    assert ours.encode(TEXTS[2]).ids[0] == 2  # a special token is one token


def test_the_configuration_is_that_of_a_hugging_face_folder(base, read):
    given = json.loads((base.folder / "config.json").read_text("utf-8"))
    assert {name: read[0][name] for name in given} == pytest.approx(given)


def test_every_tensor_is_told(read):
    told = read[3]
    assert told == [(n, len(told)) for n in range(1, len(told) + 1)]
    assert len(told) == 2 + 3 * 9


def test_eight_bits_are_undone(base, tmp_path):
    parts = ("self_attn.q_proj", "self_attn.o_proj")
    path = write_gguf(tmp_path / "tiny.gguf", base.folder, rounded=parts)
    _, tensors, _ = read_gguf(path)
    for name, values in load_file(base.folder / "model.safetensors").items():
        gap = np.abs(tensors[name].astype(np.float32) - values).max()
        rounded = any(part in name for part in parts)
        assert (0 < gap < 0.01) if rounded else gap == 0, name


def test_what_is_no_llama_is_refused(base, tmp_path):
    (tmp_path / "text.gguf").write_text("not at all")
    with pytest.raises(ValueError, match=r"text\.gguf is no GGUF file"):
        read_gguf(tmp_path / "text.gguf")
    with pytest.raises(ValueError, match="is no GGUF file"):
        read_gguf(tmp_path / "nowhere.gguf")
    path = write_gguf(tmp_path / "other.gguf", base.folder, architecture="qwen2")
    with pytest.raises(ValueError, match="holds a qwen2"):
        read_gguf(path)


def test_a_tensor_without_a_place_is_named(base, tmp_path):
    odd = {"blk.0.attn_q.bias": np.zeros(32, np.float16)}
    path = write_gguf(tmp_path / "odd.gguf", base.folder, **odd)
    with pytest.raises(ValueError, match=r"blk\.0\.attn_q\.bias"):
        read_gguf(path)


def test_half_a_file_is_refused(base, tmp_path):
    path = write_gguf(tmp_path / "half.gguf", base.folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is no GGUF file"):
        read_gguf(path)
