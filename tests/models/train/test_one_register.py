"""Corpora that lack something: our own voice, captions, anything held out."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models import checkpoint
from models.corpus import prepare
from models.encoding import Encoded
from models.train import Stage, TrainConfig, TrainError, run, train
from models.train.batches import epoch_batches
from models.train.kinds import recipe

LATENT = {"embedding": 12, "encoder": 8, "hidden": 16, "latent": 4}
SIZES = {
    "cvae": LATENT | {"genre_size": 4},
    "vae": LATENT,
    "recurrent": {"embedding": 12, "hidden": 16},
}


def config(kind, *stages):
    return TrainConfig(kind=kind, vocabulary=400, stages=stages, samples=2, sizes=SIZES[kind])


def steps_of(config, sources, out):
    """Train; return the steps of each stage."""
    steps = dict.fromkeys((stage.name for stage in config.stages), 0)

    def count(progress):
        if progress.phase == "training":
            steps[progress.stage] += 1

    report = train(config, sources, out, on_progress=count)
    assert report.finished
    return steps


def weights_of(folder, name="best"):
    kept = load_file(folder / "training/state.safetensors")
    return {key: value for key, value in kept.items() if key.startswith(f"{name}/")}


@pytest.fixture
def posts(tmp_path):
    file = tmp_path / "my-posts.txt"
    file.write_text("".join(f"Tin{i} flutes{i} answer lamp{i} by night{i}.\n" for i in range(9)))
    return [file]


@pytest.mark.parametrize("kind", SIZES)
def test_posts_alone_are_learnt_from_in_every_stage(tmp_path, posts, kind):
    stages = [replace(stage, epochs=1) for stage in recipe(kind).stages]
    assert all(steps_of(config(kind, *stages), posts, tmp_path / "m").values())


def test_posts_alone_are_the_voice_that_writing_asks_for(tmp_path, posts):
    """The same texts as our own voice give the same model, to the bit."""
    voice = tmp_path / "voice.jsonl"
    read = prepare(posts)
    assert {s.register for s in read.train} == {"captions"}
    rows = ({"text": s.text, "song": s.song} for s in (*read.train, *read.valid, *read.test))
    voice.write_text("".join(json.dumps(row) + "\n" for row in rows))
    wanted = config("cvae", Stage("all", 2, 1e-2, 1e-3), Stage("voice", 2, 1e-2, 1e-3, 1, 0))
    train(wanted, posts, tmp_path / "posts")
    train(wanted, [voice], tmp_path / "voice")
    one, other = (checkpoint.load(tmp_path / name).tensors for name in ("posts", "voice"))
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_a_run_that_learnt_them_as_captions_is_not_gone_on_with(tmp_path, posts, monkeypatch):
    wanted = config("cvae", Stage("all", 2, 1e-2, 1e-3))
    with monkeypatch.context() as before:
        before.setattr(run, "_with_a_voice", lambda corpus: corpus)
        begun = train(wanted, posts, tmp_path / "m", should_stop=lambda: True)
    assert not begun.finished
    with pytest.raises(TrainError, match="the corpus is not the one"):
        train(wanted, posts, tmp_path / "m", resume=True)


@pytest.mark.parametrize("voice", [0.0, 1.0])
def test_a_stage_without_the_only_register_takes_it_all_the_same(voice):
    data = Encoded([[1, 7, 2]] * 3, torch.zeros(3, 4), torch.full((3,), voice))
    for stage in (Stage("voice", 1, 1.0, 1.0, 2, 0), Stage("captions", 1, 1.0, 1.0, 0, 2)):
        rows = [row for batch in epoch_batches(data, stage, 1, 0) for row in batch]
        assert sorted(rows) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("kind", ["recurrent", "vae"])
def test_without_anything_held_out_a_stage_with_patience_keeps_its_last_weights(
    tmp_path, sources, kind
):
    learnt = {sentence.text for sentence in prepare(sources[:1]).train}
    rows = sources[0].read_text().split("\n")
    sources[0].write_text("\n".join(row for row in rows if json.loads(row)["text"] in learnt))
    stage = Stage("all", 3, 1e-2, 1e-3, batch=8)
    last = tmp_path / "last"
    for name, patience in (("last", None), ("patient", 1)):
        wanted = config(kind, stage, replace(stage, name="again", patience=patience))
        assert len(set(steps_of(wanted, sources[:1], tmp_path / name).values())) == 1
    assert weights_of(last).keys() == weights_of(tmp_path / "patient").keys()
    kept = weights_of(tmp_path / "patient")
    assert all(torch.equal(kept[key], value) for key, value in weights_of(last).items())
