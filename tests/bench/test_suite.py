import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from curator.bench import suite, table
from curator.bench.lab import CannotMeasure, Scale
from curator.bench.results import Beside, Measure, Result, times
from curator.bench.spread import Spread


def fast(lab):
    lab.tell("half", 0.5)
    ours, bare = Spread.of([2.0, 4.0, 3.0]), Spread.of([2.0])
    good = times(ours.median, bare.median, "≤", 2.0, "bare")
    missed = times(ours.median, bare.median, "≤", 1.0, "bare")
    measure = Measure("it", "ms", ours, (Beside("bare", bare),), (good, missed))
    return Result("fast", "something", (measure,), ("a note",), {"fact": 1})


def broken(_lab):
    raise CannotMeasure("no disk")


def odd(_lab):
    raise RuntimeError("no NVIDIA driver")


@pytest.fixture
def outcomes(monkeypatch, tmp_path):
    """Run benchmarks of our own; returns what `run` is given, told and yields."""
    monkeypatch.setattr(suite, "BENCHMARKS", {"broken": 10, "odd": 0, "fast": 30})
    modules = {f"curator.bench.{which.__name__}": which for which in (broken, odd, fast)}

    def load(name):
        function = modules[name]
        return type("module", (), {function.__name__: staticmethod(function)})

    monkeypatch.setattr(suite.importlib, "import_module", load)

    def run(tell=lambda *_: None, **options):
        scale = Scale(0.0, 1, (), 1, 1, (), 1, (), 1)
        return list(suite.run(tmp_path, scale, model="m", tell=tell, **options))

    return run


def test_one_that_cannot_be_measured_stops_no_other(outcomes):
    bad, good = outcomes(names=["fast", "broken"])
    assert (bad.name, bad.result, bad.error) == ("broken", None, "no disk")
    assert (good.name, good.error) == ("fast", None)
    assert good.result.measures[0].name == "it"


def test_one_that_fails_as_nobody_expected_stops_no_other(outcomes):
    bad, good = outcomes(names=["odd", "fast"])
    assert (bad.result, bad.error) == (None, "RuntimeError: no NVIDIA driver")
    assert good.error is None


def test_only_those_that_are_asked_for(outcomes):
    assert [outcome.name for outcome in outcomes(names=["fast"])] == ["fast"]


def test_progress_counts_over_all_benchmarks_and_says_what_is_left(outcomes):
    told = []
    outcomes(lambda *what: told.append(what), names=["broken", "fast"])
    (name, what, done, left) = told[0]
    assert (name, what) == ("fast", "half")
    assert done == (10 + 0.5 * 30) / 40
    assert left > 0


def test_the_report_says_what_holds_and_whether_all_was_measured(outcomes, tmp_path):
    found = outcomes(names=["broken", "fast"])
    report = suite.report(found, tmp_path, datetime.now(UTC), quick=True)
    assert json.loads(json.dumps(report)) == report
    assert set(report) == {
        "curator", "started", "seconds", "quick", "machine", "benchmarks", "holds", "complete",
    }  # fmt: skip
    assert set(report["machine"]) == {
        "processor", "cores", "memory_gb", "system", "python", "torch", "textual", "disk",
    }  # fmt: skip
    assert report["holds"] is False
    assert report["complete"] is False
    bad, good = report["benchmarks"]
    assert set(bad) == {"name", "error", "seconds", "load_before", "load_after"}
    assert set(good) == set(bad) | {"about", "measures", "notes", "facts"}
    assert [bar["holds"] for bar in good["measures"][0]["bars"]] == [True, False]


def test_the_report_is_complete_where_nothing_failed(outcomes, tmp_path):
    report = suite.report(outcomes(names=["fast"]), tmp_path, datetime.now(UTC), quick=False)
    assert report["complete"] is True


def shown(outcome):
    console = Console(width=table.WIDTH, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table.of_outcome(outcome))
    return captured.get()


def test_the_table_shows_ours_the_baseline_the_ratio_and_the_bars(outcomes):
    rows = [line.split() for line in shown(outcomes(names=["fast"])[0]).splitlines()]
    assert ["it", "3", "3", "ms", "–", "–"] in rows
    assert ["bare", "1", "2", "ms", "–", "–", "1.5×"] in rows
    assert ["holds:", "≤", "2", "×", "bare;", "is", "1.5"] in rows
    assert ["missed:", "≤", "1", "×", "bare;", "is", "1.5"] in rows
    assert ["a", "note"] in rows
    assert "load" in rows[0]


def test_a_small_ratio_is_shown_the_other_way_round():
    assert [table._ratio(ratio) for ratio in (12.34, 0.5, 0.0005)] == ["12.3×", "0.5×", "1/2,000"]


def test_the_table_says_why_something_was_not_measured(outcomes):
    assert "broken\n  could not be measured: no disk" in shown(outcomes(names=["broken"])[0])


def test_the_summary_counts(outcomes):
    bars = outcomes(names=["fast"])[0].result.bars
    assert table.summary(bars, 1) == "1 of 2 bars hold, 1 missed, 1 could not be measured"
    assert table.summary(bars[:1], 0) == "1 of 1 bars hold"


def test_each_benchmark_is_the_function_of_its_name_in_its_module():
    import importlib

    for name in suite.BENCHMARKS:
        module = importlib.import_module(f"curator.bench.{name}")
        assert callable(getattr(module, name))
