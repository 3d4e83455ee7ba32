"""Tuning a base: a tiny one with random weights, for a few steps."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from models.library import load
from models.pretrained.base import Base, NoBase
from models.train import Stage, TrainConfig, TrainError, train
from models.train.kinds.pretrained import STAGES, PretrainedObjective, PretrainedTask
from models.writer import Conditions, SampleEvent
from tests.models.pretrained.tiny import make_base

SIZES = {"named": "tiny", "reads": (0, 1, 2), "rank": 4, "latent": 3}
SIZES |= {"bottleneck": 8, "encoder": 16}
CONFIG = TrainConfig(
    kind="pretrained",
    stages=(
        Stage("z first", 1, 2e-2, 2e-2, batch=12, dropout=0.0, word_dropout=0.7),
        Stage("voice", 1, 1e-2, 5e-3, caption_repeat=0, batch=12, dropout=0.05, word_dropout=0.1),
    ),
    noise_every=6,
    save_every=5,
    samples=2,
    average=0.8,
    sizes=SIZES,
)


def stopping_after(steps):
    asked = iter(range(10**6))
    return lambda: next(asked) >= steps


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder of bases; the sentences of `sources` are few tokens of the one in it."""
    folder = tmp_path_factory.mktemp("bases")
    words = "The kick leans back in the second verse and number bells ring behind the drums"
    make_base(folder / "tiny", [words, "A cello walks home before anyone is ready", words])
    return folder


@pytest.fixture(autouse=True)
def bases(place, monkeypatch):
    monkeypatch.setenv("CURATOR_BASES", str(place))


@pytest.fixture
def few(sources):
    """Fewer sentences, half of them with one length, so that steps are few; some name somebody."""
    lines = sources[0].read_text("utf-8").split("\n")[:24]
    lines[::3] = (line.replace(" and number", " and {artist} number") for line in lines[::3])
    sources[0].write_text("\n".join(lines), "utf-8")
    return sources


@pytest.fixture(scope="module")
def run(place, tmp_path_factory):
    """A whole run, shared by the tests of this file: the folder, its sources and the report."""
    made = {}

    def once(sources):
        if not made:
            folder = tmp_path_factory.mktemp("run") / "whole"
            made["run"] = folder, train(CONFIG, sources, folder)
        return made["run"]

    return once


def test_a_run_ends_with_a_folder_that_writes(few, run, place):
    folder, report = run(few)
    assert report.finished
    assert len(report.losses) == report.steps > 3
    writer = load(folder, "cpu")
    texts = [e.text for e in writer.write(Conditions(), 2, 1) if isinstance(e, SampleEvent)]
    assert len(texts) == 2
    about = json.loads((folder / "model.json").read_text("utf-8"))
    assert about["kind"] == "pretrained"
    assert about["config"]["base"] == Base(place / "tiny").hash
    assert about["config"]["named"] == "tiny"
    kept = load_file(folder / "weights.safetensors")
    assert not any("embed" in name for name in kept)
    assert {"model/names", "writable", "prior/means"} <= set(kept)
    card = (folder / "CARD.md").read_text("utf-8")
    assert "On the base tiny" in card
    assert "voice.jsonl" in card


def test_a_resumed_run_goes_on_to_the_same_bits(few, run, tmp_path):
    folder, whole = run(few)
    part = train(CONFIG, few, tmp_path / "parts", should_stop=stopping_after(3))
    assert not part.finished
    torch.manual_seed(99)  # whatever happens between two sittings
    rest = train(CONFIG, few, tmp_path / "parts", resume=True)
    assert rest.finished
    assert part.losses + rest.losses == whole.losses
    one, other = (load_file(f / "training/state.safetensors") for f in (folder, tmp_path / "parts"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_may_begin_from_another_model(few, run, tmp_path):
    folder, _ = run(few)
    plain = replace(CONFIG, noise_every=0, stages=CONFIG.stages[1:])
    begun = replace(plain, sizes=SIZES | {"begin": str(folder)})
    fresh = train(plain, few, tmp_path / "fresh", should_stop=stopping_after(1))
    later = train(begun, few, tmp_path / "later", should_stop=stopping_after(1))
    assert later.losses[0] < fresh.losses[0]


def test_what_the_first_run_read_is_not_to_be_copied_after_another(few, run, tmp_path):
    folder, _ = run(few)
    news = tmp_path / "voice.jsonl"
    lines = ["A cello walks home before anyone behind the drums is ready", "Bells ring"] * 12
    rows = [{"text": f"{line} {'and ' * n}.", "genres": ["folk"]} for n, line in enumerate(lines)]
    news.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    begun = replace(
        CONFIG, noise_every=0, stages=CONFIG.stages[1:], sizes=SIZES | {"begin": str(folder)}
    )
    train(begun, [news], tmp_path / "later")
    first, later = (
        set(load_file(f / "weights.safetensors")["training/runs"].tolist())
        for f in (folder, tmp_path / "later")
    )
    assert first < later


def test_a_model_of_other_sizes_is_no_beginning(few, run, tmp_path):
    folder, _ = run(few)
    for begin, more in ((folder, {"rank": 5}), (tmp_path / "nowhere", {})):
        config = replace(CONFIG, sizes=SIZES | {"begin": str(begin)} | more)
        with pytest.raises(TrainError, match="cannot begin from"):
            train(config, few, tmp_path / "m")


@pytest.mark.parametrize(
    "wrong", [{"sizes": SIZES | {"colour": 3}}, {"objective": {"gravity": 9.8}}]
)
def test_a_setting_that_there_is_not_is_named(few, tmp_path, wrong):
    with pytest.raises(TrainError, match=r"colour|gravity"):
        train(replace(CONFIG, **wrong), few, tmp_path / "m")


def test_without_the_base_nothing_is_begun(few, tmp_path, monkeypatch):
    monkeypatch.setenv("CURATOR_BASES", "")
    with pytest.raises(NoBase, match="curator models pull"):
        train(CONFIG, few, tmp_path / "m")
    assert not (tmp_path / "m" / "training").exists()


# -- the price of z -----------------------------------------------------------------------------


class Priced(PretrainedTask):
    """A task of a hundred steps an epoch, of which only the weight of the KL is asked."""

    def __init__(self, **objective):
        self._objective = PretrainedObjective(**objective)
        self._valid = ["a text"]

    def steps(self, stage, epoch):
        return 100


def moment(epoch, number, stage=STAGES[0]):
    return SimpleNamespace(stage=stage, epoch=epoch, number=number)


def test_the_price_of_z_is_low_at_first_and_then_rises():
    task = Priced(beta=1.0, first_beta=0.1, hold=1, warmup=0.5)
    assert [task.beta(moment(0, number)) for number in (0, 99)] == [0.1, 0.1]
    assert task.beta(moment(1, 25)) == pytest.approx(0.55)
    assert [task.beta(moment(1, 50)), task.beta(moment(3, 0))] == pytest.approx([1.0, 1.0])
    assert not task.comparable(moment(0, 99))
    assert task.comparable(moment(2, 0))
    tuning = Priced(hold=0, warmup=0.0)
    assert tuning.beta(moment(0, 0)) == 1.0


def test_the_first_stage_hides_most_of_the_input():
    """Without it z is ignored from the first step to the last."""
    assert STAGES[0].word_dropout > 0.5 > STAGES[1].word_dropout > STAGES[2].word_dropout
    assert PretrainedObjective().hold >= STAGES[0].epochs
