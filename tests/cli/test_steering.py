"""`curator train topics`, `curator train lcgan`, `curator generate --steer`."""

import json
import random

import pytest
import torch

from models import lcgan_store
from models.checkpoint import describe
from models.conditions import condition_space
from models.lcgan import Generator, Mover
from models.library import SHIPPED

SONG = ("--artist", "Velvet Meridian", "--title", "Glass Orchard", "--genre", "dream pop")
GENRES = ("techno", "folk", "jazz", "metal", "soul", "disco", "ambient", "hip hop")
ENDS = ("bang", "rum", "tone", "glow", "lift", "sway", "hum", "ring", "wisp", "clank")


def subject(genre):
    """Words that only lines of a genre have."""
    return [genre.replace(" ", "")[:3] + end for end in ENDS]


@pytest.fixture
def lines(tmp_path):
    """Lines of our own voice on eight subjects."""
    path = tmp_path / "lines.jsonl"
    dice = random.Random(1)
    rows = [
        {"text": " ".join(dice.sample(subject(genre), 6)).capitalize() + ".", "genres": [genre]}
        for genre in GENRES
        for _ in range(26)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def generator(folder, weights_hash, gate_bias=3.0):
    torch.manual_seed(1)
    mover = Mover(32, condition_space().width, 16, gate_bias)
    made = Generator(mover, weights_hash)
    lcgan_store.save(made, folder, writer="cvae-small", settings={}, figures={}, card="")


def test_topics_are_found_and_listed(run, lines, tmp_path):
    home = tmp_path / "home"
    ran = run(
        *("train", "topics", lines, "--topics", "8", "--iterations", "60", "--json"),
        *("--home", home),
    )
    assert ran.code == 0
    assert "coherence" in ran.err
    found = [set(topic["words"][:4]) for topic in ran.json]
    known = [genre for genre in GENRES if any(words <= set(subject(genre)) for words in found)]
    assert len(known) >= 6
    again = run("train", "topics", lines, "--topics", "8", "--home", home)
    assert (again.code, "choose another folder" in again.err) == (2, True)
    listed = run("train", "lcgan", "--home", home)
    assert listed.code == 2
    assert ran.json[0]["words"][0] in listed.out
    assert "--topic N=WEIGHT" in listed.err


@pytest.mark.parametrize(
    ("topic", "said"),
    [("x=1", "expected N=WEIGHT"), ("99=1", "no topic 99"), ("0=0", "other than 0")],
)
def test_a_wish_that_fits_no_topic_is_refused(run, lines, tmp_path, topic, said):
    home = tmp_path / "home"
    run("train", "topics", lines, "--topics", "8", "--iterations", "5", "--home", home)
    ran = run("train", "lcgan", "--topic", topic, "--home", home)
    assert ran.code == 2
    assert said in ran.err


def test_too_little_text_for_so_many_topics_is_said(run, lines, tmp_path):
    ran = run("train", "topics", lines, "--topics", "50", "--home", tmp_path / "home")
    assert ran.code == 1
    assert "too few" in ran.err


def test_steering_changes_the_texts_and_not_their_conditions(run, tmp_path):
    generator(tmp_path / "far", describe(SHIPPED / "cvae-small")["weights_hash"])
    plain = run("generate", *SONG, "-n", "2", "--seed", "1")
    steered = run("generate", *SONG, "-n", "2", "--seed", "1", "--steer", tmp_path / "far")
    assert (plain.code, steered.code) == (0, 0)
    assert steered.out != plain.out
    assert len(steered.out.splitlines()) == 2


def test_a_generator_of_another_writer_is_refused(run, tmp_path):
    generator(tmp_path / "other", "0" * 64)
    ran = run("generate", *SONG, "--steer", tmp_path / "other")
    assert ran.code == 2
    assert "other weights" in ran.err
    missing = run("generate", *SONG, "--steer", tmp_path / "nowhere")
    assert missing.code == 2
    assert "no generator" in missing.err


class Learnt:
    """What was learnt from a curator, for the weights of `weights_hash`."""

    def __init__(self, weights_hash):
        self.weights_hash = weights_hash

    def __call__(self, z, known):
        return z + 3.0


def test_a_version_that_was_learnt_steers_too(run, tmp_path, monkeypatch):
    version = tmp_path / "learned" / "v3"
    version.mkdir(parents=True)
    (version / "learned.json").write_text("{}")
    own = describe(SHIPPED / "cvae-small")["weights_hash"]
    found = {"weights_hash": own}
    monkeypatch.setattr("models.learning.load_generator", lambda folder: Learnt(**found))
    asked = ("generate", *SONG, "-n", "1", "--seed", "3", "--home", tmp_path)
    steered = run(*asked, "--steer", "v3")
    assert steered.code == 0
    assert steered.out != run(*asked).out
    found["weights_hash"] = "another"
    ran = run(*asked, "--steer", "v3")
    assert (ran.code, "another model" in ran.err) == (2, True)
