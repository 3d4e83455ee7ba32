import json
import shutil

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from models.pretrained.base import Base, NoBase, find
from models.tokenizer import ARTIST, BOS, EOS, PAD, TITLE, UNK
from models.units import cut, read_tokenizer
from tests.models.pretrained.tiny import SPECIALS, tokenizer_of


@pytest.fixture
def own(base, tmp_path):
    """A copy of the base that may be damaged."""
    return Base(shutil.copytree(base.folder, tmp_path / "own"), "own")


def test_a_base_is_found_by_name_in_any_of_the_places(place, base, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", f"{tmp_path}:{place}")
    assert find("tiny").folder == base.folder
    assert find("tiny").name == "tiny"


def test_a_folder_is_no_name_but_can_be_given_one(base):
    with pytest.raises(NoBase, match=f"models pull NAME --from {base.folder}` makes a base of it"):
        find(str(base.folder))


def test_a_base_that_is_not_here_is_named_with_the_command_that_fetches_it(monkeypatch):
    with pytest.raises(NoBase, match=r"'smollm2' is not here; `curator models pull smollm2`"):
        find("smollm2")
    monkeypatch.setenv("CURATOR_BASES", "")
    with pytest.raises(NoBase, match="'tiny' is not here"):
        find("tiny")


def damage(**changes):
    def change(folder):
        config = json.loads((folder / "config.json").read_text("utf-8"))
        (folder / "config.json").write_text(json.dumps(config | changes), "utf-8")

    return change


def without(*parts):
    def change(folder):
        tensors = load_file(folder / "model.safetensors")
        kept = {k: v for k, v in tensors.items() if not any(part in k for part in parts)}
        save_file(kept, folder / "model.safetensors")

    return change


def halved(part):
    def change(folder):
        tensors = load_file(folder / "model.safetensors")
        kept = {k: v[: len(v) // 2].clone() if part in k else v for k, v in tensors.items()}
        save_file(kept, folder / "model.safetensors")

    return change


def cut_off(name):
    def change(folder):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cut_off("config.json"), "is no base"),
        (damage(model_type="bert"), "is no base: not a plain Llama"),
        (cut_off("model.safetensors"), "damaged"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors"),
        (without("layers.1.mlp.down"), "missing: 'model.layers.1.mlp.down_proj.weight'"),
        (damage(num_hidden_layers=4), "model.layers.3"),
        (damage(vocab_size=500), "another size"),
        (damage(intermediate_size=40), "another size"),
        (halved("q_proj"), "another size"),
        (halved("norm"), "another size"),
        (lambda f: (f / "model.safetensors.index.json").write_text("{}"), "index.json is damaged"),
        (
            lambda f: (f / "model.safetensors.index.json").write_text(
                '{"weight_map": {"model.norm.weight": "../gone.safetensors"}}'
            ),
            "gone.safetensors",
        ),
    ],
)
def test_damaged_weights_are_an_error_that_says_so(own, change, said):
    change(own.folder)
    with pytest.raises(NoBase, match=said):
        own.load()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cut_off("tokenizer.json"), "can't be used"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "can't be used"),
        (
            lambda f: tokenizer_of(["la la"], SPECIALS[:4]).save(str(f / "tokenizer.json")),
            "first six tokens are not special",
        ),
    ],
)
def test_a_damaged_tokenizer_is_an_error_that_says_so(own, change, said):
    change(own.folder)
    with pytest.raises(NoBase, match=said):
        own.tokenizer()


def test_shards_are_read_as_one_file_is(base, own):
    tensors = load_file(own.folder / "model.safetensors")
    (own.folder / "model.safetensors").unlink()
    names = sorted(tensors)
    files = {"a.safetensors": names[:9], "b.safetensors": names[9:]}
    for file, kept in files.items():
        save_file({name: tensors[name] for name in kept}, own.folder / file)
    where = {name: file for file, kept in files.items() for name in kept}
    (own.folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    ours, theirs = own.load(), base.load()
    assert torch.equal(ours.embed, theirs.embed)
    for mine, other in zip(ours.layers, theirs.layers, strict=True):
        assert all(map(torch.equal, mine.linears, other.linears))
    assert len(own.hash) == 64
    (own.folder / "b.safetensors").unlink()
    with pytest.raises(NoBase, match=r"b\.safetensors"):
        _ = Base(own.folder).hash


def test_the_hash_is_of_weights_and_tokenizer(base, own):
    assert Base(own.folder, "other name").hash == base.hash
    tensors = load_file(own.folder / "model.safetensors")
    tensors["model.norm.weight"][0] += 1
    save_file(tensors, own.folder / "model.safetensors", {"format": "pt"})
    assert Base(own.folder).hash != base.hash
    shutil.copy(base.folder / "model.safetensors", own.folder)
    assert Base(own.folder).hash == base.hash
    with (own.folder / "tokenizer.json").open("a") as file:
        file.write("\n")
    assert Base(own.folder).hash != base.hash


def test_unused_tokens_are_the_placeholders(tokenizer):
    text = "Here {artist} plays {title}, twice."
    tokens = tokenizer.encode(text)
    assert tokens.count(ARTIST) == tokens.count(TITLE) == 1
    assert tokenizer.decode(tokens) == text
    assert tokenizer.pieces[:6] == [b"", b"", b"", b"", b" {artist}", b" {title}"]


@settings(max_examples=50)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_round_trip(tokenizer, text):
    shown = text.replace("<", "").replace("{", "").removeprefix(" ")
    tokens = tokenizer.encode(shown)
    assert tokenizer.decode(tokens) == shown
    assert not {PAD, BOS, EOS, UNK} & set(tokens)


@pytest.mark.parametrize("special", SPECIALS[:4])
def test_special_tokens_cannot_be_typed(tokenizer, special):
    tokens = tokenizer.encode(f"loud {special} clear")
    assert not {PAD, BOS, EOS, UNK} & set(tokens)
    assert "".join(tokenizer.decode(tokens).split()) == f"loud{special}clear"


def test_a_tokenizer_is_kept_by_the_name_of_its_base(tokenizer, monkeypatch):
    kept = tokenizer.to_json()
    assert len(kept) < 100
    again = read_tokenizer(kept)
    assert cut(again, "Slow strings, {title}.") == cut(tokenizer, "Slow strings, {title}.")
    monkeypatch.setenv("CURATOR_BASES", "")
    with pytest.raises(NoBase, match="curator models pull"):
        read_tokenizer(kept)
    with pytest.raises(ValueError, match="not a tokenizer"):
        read_tokenizer('{"kind": "base"}')
