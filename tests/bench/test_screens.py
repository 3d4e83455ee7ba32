"""That the benchmarks of the screen see the real desk; never how fast it is."""

from dataclasses import replace

import pytest

from curator.bench.keys import keys
from curator.bench.lab import Lab
from curator.bench.memory import memory
from curator.bench.painting import EMPTY_APP, painting
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


def test_memory(small):
    desk, worker = memory(small).measures
    assert (desk.name, worker.name) == ("desk, 200 samples", "worker")
    assert desk.beside[0].name == EMPTY_APP
    assert worker.beside[0].name == TORCH
    assert worker.spread.median > worker.beside[0].spread.median > desk.beside[0].spread.median
