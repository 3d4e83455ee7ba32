"""`curator bench` as a command; the benchmarks themselves are replaced by one that is at once."""

import json

import pytest
import typer
from typer.testing import CliRunner

from curator.bench import suite
from curator.bench.results import Beside, Measure, Result, times
from curator.bench.spread import Spread
from curator.cli.bench import bench


@pytest.fixture
def given():
    """What the benchmarks were asked for, and where."""
    return {}


@pytest.fixture
def error():
    return None


@pytest.fixture
def run(monkeypatch, tmp_path, given, error):
    def benchmarks(place, scale, **options):
        given.update(options, place=place, scale=scale, there=place.is_dir())
        (place / "data").write_text("x")
        ours, bare = Spread.of([5.0]), Spread.of([2.0])
        bar = times(ours.median, bare.median, "≤", 2.0, "bare")
        result = Result("keys", "it", (Measure("m", "ms", ours, (Beside("bare", bare),), (bar,)),))
        yield suite.Outcome("keys", result, None, 1.0, (None, None))
        if error:
            yield suite.Outcome("memory", None, error, 1.0, (None, None))

    monkeypatch.setattr(suite, "run", benchmarks)
    monkeypatch.setenv("CURATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CURATOR_BASES", "")  # what the command adds to it ends with the test
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    app = typer.Typer()
    app.command()(bench)
    return lambda *args: CliRunner().invoke(app, [str(arg) for arg in args])


def test_a_missed_bar_is_said_and_is_no_failure(run):
    done = run()
    assert done.exit_code == 0
    assert "missed: ≤ 2 × bare; is 2.5" in done.stdout
    assert done.stdout.endswith("0 of 1 bars hold, 1 missed\n")


@pytest.mark.parametrize("error", ["no disk"])
def test_what_could_not_be_measured_is_a_failure(run):
    done = run()
    assert done.exit_code == 1
    assert "could not be measured: no disk" in done.stdout


def test_json_is_one_object_on_one_line(run):
    done = run("--json")
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    assert report["benchmarks"][0]["measures"][0]["bars"][0]["holds"] is False
    assert (report["holds"], report["complete"], report["quick"]) == (False, True, False)


def test_quick_and_only(run, given):
    assert json.loads(run("--json", "--quick", "--only", "keys").stdout)["quick"] is True
    assert given["names"] == ["keys"]
    assert given["scale"].keys < 200


def test_all_without_only(run, given):
    run()
    assert given["names"] is suite.BENCHMARKS
    assert given["scale"].sizes == (1_000, 10_000, 100_000)


def test_the_data_lies_in_the_folder_asked_for_and_is_removed(run, given, tmp_path):
    run("--dir", tmp_path)
    assert given["place"].parent == tmp_path
    assert given["there"] is True
    assert not given["place"].exists()


def test_the_model_is_that_of_the_settings_or_the_flag(run, given, tmp_path):
    run()
    assert given["model"] == "cvae-small"
    run("--model", "vae-small")
    assert given["model"] == "vae-small"


@pytest.mark.parametrize("model", ["other", "smollm2-voice"])
def test_a_model_that_cannot_be_loaded_is_refused(run, given, model):
    done = run("--model", model)
    assert done.exception.code == 2
    assert "`curator models` lists what there is" in done.exception.message
    assert not given


def test_what_needs_no_model_runs_without_it(run, given):
    run("--model", "other", "--only", "judgement", "--only", "opening")
    assert given["names"] == ["judgement", "opening"]


def test_a_device_of_the_settings_that_is_not_there_is_refused(run, given, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text('device = "abacus"\n', "utf-8")
    done = run()
    assert done.exception.code == 2
    assert "there is no device 'abacus' here" in done.exception.message
    assert not given


def test_unknown_names_are_refused(run):
    done = run("--only", "speed")
    assert done.exception.code == 2
    assert "no benchmark is called speed" in done.exception.message
    assert "generation" in done.exception.message


def test_a_folder_that_is_not_there_is_refused(run, tmp_path):
    done = run("--dir", tmp_path / "none")
    assert done.exception.code == 2


def test_every_benchmark_is_named_in_the_help(run):
    shown = run("--help").stdout
    assert all(f"{name} " in shown for name in suite.BENCHMARKS)
