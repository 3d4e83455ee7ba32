"""`curator train cvae` and `curator models`: a run that stops when asked, and says how to go on."""

import re
import shlex
import signal
import subprocess
import sys

import pytest

from models.corpus import own_voice
from models.train.finishing import write_samples


@pytest.fixture
def voice(tmp_path):
    """A few of the sentences that ship."""
    lines = own_voice()[0].read_text("utf-8").splitlines()[:40]
    file = tmp_path / "few.jsonl"
    file.write_text("\n".join([*lines, "{broken"]) + "\n", "utf-8")
    return file


def two_samples(writer, sentences, count):
    """What has learnt nothing is refused often: two hundred samples of it take their time."""
    return write_samples(writer, sentences, 2)


def test_ctrl_c_keeps_a_checkpoint_and_the_line_it_prints_goes_on(voice, tmp_path):
    out = tmp_path / "my model"
    options = (str(voice), "--epochs", "1", "--out", str(out))
    process = subprocess.Popen(
        [sys.executable, "-m", "curator.cli.main", "train", "cvae", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = ""
    while "step" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    output, rest = process.communicate(timeout=120)
    assert (process.returncode, output) == (130, "")
    assert "Traceback" not in rest
    assert re.search(r"40\s+sentences kept", said)
    assert "few.jsonl, line 41" in said
    assert (out / "training" / "state.safetensors").exists()
    command = shlex.split(rest.strip().split("\n")[-1])
    assert command[1:4] == ["train", "cvae", str(voice)]
    again = subprocess.run(
        [sys.executable, "-m", "curator.cli.main", *command[1:], "--steps", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert "a checkpoint is kept" in again.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--resume",), 1, "nothing to resume"),
        (("none.txt",), 1, "none.txt"),
        (("--device", "toaster"), 2, "there is cpu"),
        (("--device", "cpu:toaster"), 2, "there is no device 'cpu:toaster' here"),
        (("--epochs", "0"), 2, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_done_is_said(run, tmp_path, options, code, said):
    ran = run("train", "cvae", *options, "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_finished_model_is_not_trained_over(run, tmp_path):
    (tmp_path / "model.json").write_text("{}", "utf-8")
    ran = run("train", "cvae", "--out", tmp_path)
    assert ran.code == 2
    assert "--out" in ran.err


def test_a_language_model_goes_on_as_it_was_begun(run, voice, tmp_path, monkeypatch):
    monkeypatch.setattr("models.train.kinds.recurrent_folder.write_samples", two_samples)
    sizes = ("--cell", "lstm", "--hidden", "16", "--embedding", "12", "--tokens", "words")
    options = (*sizes, "--feature", "energy", "--epochs", "1", "--seed", "4")
    ran = run("train", "lm", voice, *options, "--steps", "1", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    command = shlex.split(ran.err.strip().split("\n")[-1])
    rest = run(*command[1:])
    assert rest.code == 0, rest.err
    assert "done: 2 steps" in rest.err
    written = run(
        "generate", "--model", tmp_path / "out", "--feature", "energy=0.9", "--title", "T"
    )
    assert written.code == 0, written.err
    assert written.out.strip()


def test_what_a_run_was_told_is_told_again(run, voice, tmp_path):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("the 1 0 2\nsoft 0 1 1\nlow 3 1 0\n", "utf-8")
    options = ("--word-vectors", vectors, "--device", "cpu", "--epochs", "1")
    ran = run("train", "cvae", voice, *options, "--steps", "1", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    command = shlex.split(ran.err.strip().split("\n")[-1])
    assert command[command.index("--word-vectors") + 1] == str(vectors)
    assert command[command.index("--device") + 1] == "cpu"
    rest = run(*command[1:], "--steps", "1")
    assert rest.code == 0, rest.err


def test_a_base_is_found_again_in_the_home_that_it_lies_in(run, voice, tmp_path, monkeypatch):
    home = tmp_path / "a home"
    base = home / "bases" / "own"
    base.mkdir(parents=True)
    (base / "config.json").write_text("{}", "utf-8")
    monkeypatch.setenv("CURATOR_BASES", "")
    told = []
    monkeypatch.setattr(
        "curator.cli.train_pretrained.run", lambda *_, again, **__: told.append(again)
    )
    ran = run("train", "pretrained", voice, "--base", "own", "--home", home, "--device", "cpu")
    assert ran.code == 0, ran.err
    monkeypatch.setenv("CURATOR_BASES", "")  # a process of its own knows nothing of the first
    again = run(*told[0][1:])
    assert again.code == 0, again.err
    assert told[1] == told[0]
    assert told[0][told[0].index("--device") + 1] == "cpu"


@pytest.mark.parametrize(
    ("option", "said"), [(("--feature", "colour"), "colour"), (("--cell", "elman"), "lstm")]
)
def test_a_language_model_says_what_it_does_not_know(run, voice, tmp_path, option, said):
    ran = run("train", "lm", voice, *option, "--out", tmp_path / "out")
    assert ran.code != 0
    assert said in ran.err


def test_ngrams_are_counted_and_write(run, voice, tmp_path):
    ran = run("train", "ngram", voice, "--order", "4", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "held-out symbols unseen" in ran.err
    assert run("train", "ngram", voice, "--out", tmp_path / "out").code == 2
    written = run("generate", "--model", tmp_path / "out", "-n", "2", "--title", "T")
    assert written.code == 0, written.err
    assert len(written.out.strip().split("\n")) == 2


def test_models_lists_what_ships_with_its_figures(run, tmp_path):
    rows = [row for row in run("models", "--json", "--home", tmp_path).json if row["shipped"]]
    kinds = {row["name"]: row["kind"] for row in rows}
    assert {"cvae", "vae", "recurrent", "ngram"} <= set(kinds.values())
    shipped = next(row for row in rows if row["name"] == "cvae-small")
    assert shipped["size"] < 25_000_000
    assert shipped["latent"] >= 32
    assert shipped["figures"]["held_out"]["voice"]["nll_per_token"] > 0
    plain = run("models", "--home", tmp_path)
    assert plain.code == 0
    assert "held-out nats a token" in plain.out


def test_a_model_of_ones_own_is_listed_and_a_broken_one_is_named(run, tmp_path):
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{broken", "utf-8")
    ran = run("models", "--json", "--home", tmp_path)
    assert ran.code == 1
    assert "mine" in [row["name"] for row in ran.json if "problem" in row]


def test_the_genres_are_listed_by_family(run):
    families = {row["family"]: row["genres"] for row in run("models", "--genres", "--json").json}
    assert len(families) == 15
    assert "dream pop" in families["pop"]
