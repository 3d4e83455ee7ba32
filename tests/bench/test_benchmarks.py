"""That each benchmark runs and says what it should; never how fast anything is."""

import pytest

import curator.bench.generation as subject
from curator.bench.generation import DEPLOYED, ONE_DRAFT, SAME, _bars, _rate, generation
from curator.bench.judgement import BARE, TINYDB, judgement
from curator.bench.lab import CannotMeasure
from curator.bench.opening import PARSED, opening
from curator.bench.spread import Spread
from curator.bench.starting import TORCH, starting

SPREAD = {"repeats", "median", "lowest", "highest", "p95", "p99"}


def checked(result):
    """Check the documented fields of a result; return its measures by their names."""
    data = result.to_dict()
    assert set(data) == {"name", "about", "measures", "notes", "facts"}
    for measure in data["measures"]:
        assert set(measure) == {"name", "unit", "beside", "bars"} | SPREAD
        assert 0 < measure["lowest"] <= measure["median"] <= measure["highest"]
        assert measure["repeats"] >= 1
        for beside in measure["beside"]:
            assert set(beside) == {"name", "ratio"} | SPREAD
            expected = measure["median"] / beside["median"]
            assert beside["ratio"] == pytest.approx(expected, rel=1e-3)
        for bar in measure["bars"]:
            assert set(bar) == {"says", "found", "limit", "holds"}
    return {measure["name"]: measure for measure in data["measures"]}


def names(items):
    return [item["name"] for item in items]


@pytest.mark.parametrize("drafts", [1, 3])
def test_generation(lab, monkeypatch, drafts):
    import torch

    wrote = []
    ours = subject._ours
    monkeypatch.setattr(subject, "_drafts", lambda _stored: drafts)
    monkeypatch.setattr(subject, "BARS", {2: ((SAME, 10.0), (DEPLOYED, 200.0))})
    monkeypatch.setattr(
        subject, "_ours", lambda writer, n: wrote.append((writer.candidates, n)) or ours(writer, n)
    )
    threads = torch.get_num_threads()
    result = generation(lab)
    assert torch.get_num_threads() == threads
    measures = checked(result)
    assert all(m["unit"] == "samples/s" for m in measures.values())
    assert all(names(m["beside"]) == [SAME, DEPLOYED] for m in measures.values())
    limits = {name: [bar["limit"] for bar in m["bars"]] for name, m in measures.items()}
    assert limits.pop("batch 1") == []
    assert limits.pop("batch 2") == [10.0, 200.0]
    assert limits == ({} if drafts == 1 else {f"batch 2{ONE_DRAFT}": [10.0]})
    assert wrote[2:] == ([] if drafts == 1 else [(1, 2)])
    assert ("of each 3 drafts" in result.notes[0]) is (drafts == 3)
    assert result.about.startswith("samples a second of cvae-small on cpu, ")


def test_the_bars_of_generation():
    spreads = {"batch 16": 100, "batch 64": 1000, "batch 5": 1, SAME: 10, DEPLOYED: 4}
    spreads = {name: Spread.of([value]) for name, value in spreads.items()}
    bars = {batch: _bars(f"batch {batch}", batch, spreads) for batch in (5, 16, 64)}
    found = {batch: [(b.found, b.limit, b.holds) for b in bars[batch]] for batch in bars}
    assert found == {
        5: [],
        16: [(10.0, 10.0, True)],
        64: [(100.0, 20.0, True), (250.0, 200.0, True)],
    }


def test_a_turn_goes_on_for_its_time_and_counts_what_was_written(monkeypatch):
    clock = iter([0.0, 1.0, 2.5, 4.0])
    monkeypatch.setattr("curator.bench.generation.time.perf_counter", lambda: next(clock))
    assert _rate(lambda: 5, 3.0) == 15 / 4.0


def test_judgement(lab):
    measures = checked(judgement(lab))
    assert list(measures) == [
        "key to durable, 10 samples",
        "append to durable, 10 samples",
        "key to durable, 40 samples",
        "append to durable, 40 samples",
    ]
    assert all(names(m["beside"]) == [BARE, TINYDB] for m in measures.values())
    repeats = [(m["repeats"], m["beside"][1]["repeats"]) for m in measures.values()]
    assert repeats == [(3, 2), (3, 2), (3, 1), (3, 1)]
    limits = [[bar["limit"] for bar in m["bars"]] for m in measures.values()]
    assert limits == [[], [], [2.0], [2.0]]


def test_opening(lab):
    measures = checked(opening(lab))
    assert list(measures)[:4] == [
        "store, snapshot, 10 samples",
        "desk, snapshot, 10 samples",
        "store, journal, 10 samples",
        "desk, journal, 10 samples",
    ]
    assert all(names(m["beside"]) == [PARSED] for m in measures.values())
    assert [len(m["bars"]) for m in measures.values()] == [0] * 4 + [1] * 4


def test_starting(lab):
    measures = checked(starting(lab))
    (measure,) = measures.values()
    assert names(measure["beside"]) == [TORCH]
    assert measure["bars"][0]["limit"] == 4.0


def test_another_model_than_that_asked_for_is_not_timed(lab, monkeypatch, capfd):
    monkeypatch.setenv("CURATOR_BASES", "")
    lab.model = "smollm2-voice"
    with pytest.raises(CannotMeasure, match=r"first-sample smollm2-voice .* failed"):
        starting(lab)
    assert "the base 'smollm2' is not here" in capfd.readouterr().err
