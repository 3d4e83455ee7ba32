"""That the benchmarks of the screen see the real desk; never how fast it is."""

import sys
from dataclasses import replace

import pytest

import curator.bench.keys as module
from curator.bench.keys import keys
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.memory import memory
from curator.bench.painting import EMPTY_APP, painting
from curator.bench.pty_probe import Terminal
from curator.bench.starting import TORCH


@pytest.fixture
def small(lab):
    """A lab with one small store, so that there are a few requests to go through."""
    scale = replace(lab.scale, sizes=(200,), keys=3)
    return Lab(lab.folder, scale, model=lab.model, device="cpu", tell=lab.tell)


def test_painting(small):
    first, queue = painting(small).measures
    assert first.name == "first paint, 200 samples"
    assert [beside.name for beside in first.beside] == [EMPTY_APP]
    assert first.bars[0].found == pytest.approx(first.spread.median - first.beside[0].spread.median)
    assert queue.spread.median >= first.spread.median


def test_keys(small):
    result = keys(small)
    stars, moved = result.measures
    assert stars.spread.repeats >= 1
    assert moved.spread.repeats == result.facts["requests"]
    assert stars.beside == moved.beside
    assert stars.beside[0].spread.repeats == stars.spread.repeats
    assert result.facts["samples_written"] >= 1


SLOW = """
import time
for said in ("cvae-small on cpu  writing 0/2", "writing 1/2", "ready"):
    print(said, flush=True)
    time.sleep(0.8)
input()
"""


def test_the_desk_rests_once_a_slow_model_has_written_all(lab, monkeypatch):
    desk = Terminal((sys.executable, "-c", SLOW))
    monkeypatch.setattr(module, "open_desk", lambda *_, **__: desk)
    with desk:
        module._Desk(lab, lab.folder, "cvae").ready()
        assert desk.last(b"ready") > desk.last(b"writing 1/2") > 0


@pytest.mark.parametrize("benchmark", [keys, memory])
def test_a_desk_at_which_another_model_writes_is_not_measured(small, monkeypatch, benchmark):
    monkeypatch.setenv("CURATOR_BASES", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(small.folder / "xdg"))
    small.model = "smollm2-voice"
    with pytest.raises(CannotMeasure, match="smollm2-voice could not be loaded; cvae-small wrote"):
        benchmark(small)


def test_memory(small):
    desk, worker = memory(small).measures
    assert (desk.name, worker.name) == ("desk, 200 samples", "worker")
    assert desk.beside[0].name == EMPTY_APP
    assert worker.beside[0].name == TORCH
    assert worker.spread.median > worker.beside[0].spread.median > desk.beside[0].spread.median
