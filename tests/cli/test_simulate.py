"""`curator simulate`, with the weights that ship and the smallest of everything else."""

import json

import pytest
from typer.testing import CliRunner

from curator.cli import simulate as command
from curator.cli.commands import app
from curator.simulation.loop import Plan, Told
from curator.simulation.report import lines
from models.lcgan import LcGanConfig
from models.learning import LearnSettings

pytestmark = pytest.mark.usefixtures("few_senses")

SHORT = "def taste(text, song):\n    return len(text.split()) <= 11\n"
STARS = "def taste(text, song):\n    return 5 if ',' not in text else 2\n"
SMALL = ("--ratings", "40", "--rounds", "2", "--songs", "12", "-n", "4", "--json")


@pytest.fixture(scope="module", autouse=True)
def quick(tmp_path_factory):
    """Little of everything, and drafts that are written once for all tests."""
    cache = tmp_path_factory.mktemp("drafts")

    def plan(ratings, rounds, seed, flip, songs, drafts):
        lcgan = LcGanConfig(steps=2, hidden=16, pairs=64, batch=32, check_every=2, held_out=16)
        settings = LearnSettings(
            drafts=160, members=3, lcgan=lcgan, choices=(4,), held_out=24, folds=3, worn=32
        )
        return Plan(ratings, rounds, seed, flip, songs, drafts, settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "_plan", plan)
        patch.setattr(command, "drafts_folder", lambda scratch: cache)
        yield


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    def write(source=SHORT):
        path = tmp_path_factory.mktemp("judge") / "mine.py"
        path.write_text(source)
        return f"{path}:taste"

    return write


def simulate(*args):
    result = CliRunner().invoke(app, ["simulate", *map(str, args)])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def options(judge):
    return ("--judge", judge(), "--second-judge", judge(STARS), "--flip", "0.1", *SMALL)


@pytest.fixture(scope="module")
def found(options):
    return simulate(*options)


def test_it_accounts_for_every_way(found):
    arms = {arm["name"]: arm for arm in found["arms"]}
    assert list(arms) == [
        "prior",
        "no labels",
        "best-of-N",
        "LC-GAN",
        "LC-GAN + best-of-N",
        "shuffled labels",
    ]
    assert [arm["drafts"] for arm in arms.values()] == [1, 4, 4, 1, 4, 4]
    for arm in arms.values():
        for figure in (arm["approval"], arm["second_approval"]):
            assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
        assert 0 <= arm["self_bleu_4"] <= 1
        assert 0 < arm["distinct_2"] <= 1
        assert len(arm["samples"]) == 5
    gaps = {(g["of"], g["over"]): g for g in found["differences"]}
    gain = arms["best-of-N"]["approval"]["value"] - arms["prior"]["approval"]["value"]
    assert gaps["best-of-N", "prior"]["gain"]["value"] == pytest.approx(gain, abs=1e-3)
    assert ("LC-GAN + best-of-N", "best-of-N") in gaps
    assert ("shuffled labels", "no labels") in gaps


def test_it_learns_from_the_judge(found):
    arms = {arm["name"]: arm["approval"]["value"] for arm in found["arms"]}
    assert arms["best-of-N"] > arms["prior"]
    assert found["auc"]["value"] > 0.5
    assert found["labels"] == [40]
    assert found["flipped"] == [4]
    assert [r["judged"] for r in found["rounds"]] == [20, 20]


def test_the_same_seed_gives_the_same_account(found, options):
    again = simulate(*options)
    assert again | {"seconds": 0} == found | {"seconds": 0}


def test_a_table_is_for_people(found):
    told = "\n".join(lines(found))
    assert "| way | drafts | approval (95 %) | taste | self-BLEU-4 | distinct-2 |" in told
    assert "LC-GAN + best-of-N over best-of-N:" in told
    assert "AUC" in told
    assert len([line for line in lines(found) if line.startswith("| ")]) == 7


def test_a_judge_who_likes_nothing_teaches_nothing(run, judge):
    source = "def taste(text, song):\n    return False\n"
    ran = run("simulate", "--judge", judge(source), "--ratings", "6", "--songs", "10", "--json")
    assert ran.code == 1
    [found] = ran.json
    assert [arm["name"] for arm in found["arms"]] == ["prior"]
    assert "too few labels to know" in found["nothing_learnt"][0]
    assert found["auc"] is None


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("def taste(text, song):\n    return 'fine'\n", 1, "neither True or False nor 1 to 5"),
        ("def taste(text, song):\n    return 1 / 0\n", 1, "ZeroDivisionError"),
        ("def other(text, song):\n    return True\n", 2, "no function 'taste'; it has other"),
    ],
)
def test_a_bad_judge_is_said_in_a_line(run, judge, source, code, said):
    ran = run("simulate", "--judge", judge(source), *SMALL)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not ran.out


def test_a_missing_file_and_a_model_that_cannot_learn(run, judge, tmp_path):
    ran = run("simulate", "--judge", f"{tmp_path}/none.py:taste")
    assert (ran.code, "there is no file" in ran.err) == (2, True)
    ran = run("simulate", "--judge", judge(), "--model", "gru-small")
    assert (ran.code, "cannot learn" in ran.err) == (2, True)


def test_nothing_is_left_in_the_data_folder(run, judge, tmp_path):
    home = tmp_path / "mine"
    source = judge("def taste(text, song):\n    return False\n")
    ran = run("simulate", "--home", home, "--judge", source, "--ratings", "4", "--rounds", "1",
              "--songs", "10", "--json")  # fmt: skip
    assert json.loads(ran.out)["labels"] == [4]
    assert not home.exists()


class Line:
    live = True

    def __init__(self):
        self.shown = []

    def show(self, text):
        self.shown.append(text)


def test_time_left_is_counted_from_where_a_stage_was_first_seen(monkeypatch):
    clock = iter([100.0, 110.0, 130.0])
    monkeypatch.setattr(command.time, "monotonic", lambda: next(clock))
    line = Line()
    teller = command._Teller(line, 1)
    for done in (256, 512, 1024):
        teller.tell(Told("round 1: drafts", done, 2048))
    assert line.shown == [
        "round 1: drafts 256/2,048",
        "round 1: drafts 512/2,048 · 1 min 00 s left",
        "round 1: drafts 1,024/2,048 · 40 s left",
    ]
