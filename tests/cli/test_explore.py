"""`curator explore`, with the model that ships and with a small n-gram."""

import json

import pytest

from curator.cli.painting import Paint, signed, table

TEXT = "A drum machine with a limp."
ABOUT = ("--genre", "techno", "--feature", "energy=0.9")


def test_surprisal_in_json(run):
    ran = run("explore", "surprisal", TEXT, *ABOUT, "--json")
    [body] = ran.json
    assert (ran.code, body["text"], body["model"]) == (0, TEXT, "cvae-small")
    assert "".join(each["piece"] for each in body["pieces"]) == TEXT
    assert body["nats"] == pytest.approx(sum(each["nats"] for each in body["pieces"]), abs=0.01)
    assert {each["class"] for each in body["pieces"]} <= {
        "expected", "likely", "surprising", "startling"
    }  # fmt: skip


def test_surprisal_for_programs_is_a_piece_a_line(run):
    ran = run("explore", "surprisal", TEXT, *ABOUT)
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert "".join(piece for _, piece in rows) == TEXT
    assert all(float(nats) >= 0 for nats, _ in rows)


def test_surprisal_for_people_has_colours_and_a_legend(run, monkeypatch):
    monkeypatch.setattr("curator.cli.painting.Paint.__init__", _terminal)
    ran = run("explore", "surprisal", TEXT, *ABOUT)
    assert "\x1b[" in ran.out.splitlines()[0]
    assert "startling" in ran.out
    assert "≥5 nats" in ran.out
    assert "nats in all" in ran.out


def _terminal(self):
    self.live = self._colours = True


def test_the_song_changes_what_is_surprising(run):
    loud = run("explore", "surprisal", TEXT, "--genre", "techno", "--json").json[0]["nats"]
    quiet = run("explore", "surprisal", TEXT, "--genre", "folk", "--json").json[0]["nats"]
    assert loud != quiet


def test_contributions(run):
    ran = run("explore", "contributions", TEXT, *ABOUT, "--json")
    for row in ran.json:
        assert row["by_condition"].keys() == {"techno", "energy", "z", "words before"}
        assert sum(row["by_condition"].values()) == pytest.approx(row["nats"], abs=0.2)
    plain = run("explore", "contributions", TEXT, *ABOUT).out.splitlines()
    assert plain[0].split("\t") == ["piece", "all", "techno", "energy", "z", "words before"]
    assert len(plain) == len(ran.json) + 1


def test_homotopy(run):
    asked = ("explore", "homotopy", TEXT, "A lullaby with teeth.", "--steps", "3")
    ran = run(*asked, "--json")
    assert [row["t"] for row in ran.json] == [0.0, 0.5, 1.0]
    assert all(row["text"] for row in ran.json)
    assert [line.split("\t")[1] for line in run(*asked).out.splitlines()] == [
        row["text"] for row in ran.json
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("surprisal", TEXT, "--model", "nothing"), "`curator models` lists"),
        (("surprisal", TEXT, "--genre", "tecno"), "did you mean techno"),
        (("history", "the gui"), "--model names"),
        (("history", "the gui", "--model", "cvae-small"), "no n-gram"),
    ],
)
def test_what_can_not_be_asked_is_said(run, asked, said):
    ran = run("explore", *asked)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_table_is_aligned_for_people_and_has_tabs_for_programs(monkeypatch):
    rows = [["drum", 1.25, -0.5], ["a", 0.0, 12.0]]
    paint = Paint()
    assert table(["piece", "all", "rock"], rows, paint, cell=signed) == [
        "piece\tall\trock", "drum\t1.2500\t-0.5000", "a\t0.0000\t12.0000"
    ]  # fmt: skip
    paint.live = True
    lines = table(["piece", "all", "rock"], rows, paint, cell=signed)
    assert lines == ["piece    all    rock", "drum   +1.25   −0.50", "a      +0.00  +12.00"]


def test_infinite_surprisal_is_null(run, monkeypatch):
    from models.writer import TokenSurprisal

    class Never:
        name = "never"

        def surprisal(self, text, conditions):
            return [TokenSurprisal(text, float("inf"))]

    monkeypatch.setattr("curator.cli.explore._writer", lambda *_: Never())
    out = run("explore", "surprisal", "x", "--json").out
    assert json.loads(out)["pieces"] == [{"piece": "x", "nats": None, "class": "startling"}]
    for asked in (("homotopy", "a", "b"), ("contributions", "a")):
        ran = run("explore", *asked)
        assert ran.code == 2
        assert "latent space" in ran.err or "cannot tell" in ran.err


def test_history(run, monkeypatch):
    from models.ngram_writer import NgramWriter

    class Counted(NgramWriter):
        name = "counted"

        def __init__(self):
            self.model = self

        def table(self, history, *, start):
            from models.ngram import Continuation

            rows = [Continuation("t", 0.75, 3), Continuation(" ", 0.25, 1)]
            return [] if history == "zz" else rows[: 1 if start else 2]

    monkeypatch.setattr("curator.cli.explore._writer", lambda *_: Counted())
    asked = ("explore", "history", "gui", "--model", "counted")
    assert run(*asked).out == "t\t0.7500\t3\n␣\t0.2500\t1\n"
    assert run(*asked, "--start", "--json").json == [
        {"symbol": "t", "probability": 0.75, "count": 3}
    ]
    assert "never seen 'zz'" in run("explore", "history", "zz", "--model", "counted").err


@pytest.mark.parametrize("live", [False, True])
def test_words(run, monkeypatch, live):
    from models.contrast import Sides

    loud, quiet = ["drums hit, drums burn"] * 9, ["a hush falls, a hush stays"] * 9
    asked = []

    def sweep(writer, *how):
        asked.append(how)
        return Sides(loud, quiet)

    monkeypatch.setattr("models.contrast.sweep", sweep)
    monkeypatch.setattr("curator.cli.explore._writer", lambda *_: None)
    if live:
        monkeypatch.setattr("curator.cli.painting.Paint.__init__", _terminal)
    ran = run("explore", "words", "--feature", "tempo", "--most", "1", "-n", "9")
    assert ran.code == 0
    assert asked[0][:5] == ("tempo", 20.0, 300.0, 9, 0)
    assert "drums" in ran.out
    assert "hush" in ran.out
    rows = run("explore", "words", "--most", "1", "--json").json
    assert [(row["word"], row["high"], row["low"]) for row in rows] == [
        ("drums", 18, 0), ("hush", 0, 18)
    ]  # fmt: skip
    assert rows[0]["z"] > 2 > -2 > rows[1]["z"]
