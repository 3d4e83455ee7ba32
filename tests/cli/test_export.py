"""`curator export`: what was judged comes out, as it stands or step by step."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from curator.store import Store


@pytest.fixture
def judged(run, home):
    """s0 approved as edited, s1 rejected and that undone, s2 rejected with stars."""
    lines = [
        {"sample_id": "s0", "verdict": "approve", "text": "=HYPERLINK(1)", "tags": ["a", "b"]},
        {"sample_id": "s2", "verdict": "reject", "stars": 2},
        {"sample_id": "s1", "verdict": "reject"},
        {"undo": True},
    ]
    ran = run("judge", "--home", home, input="".join(json.dumps(x) + "\n" for x in lines))
    assert ran.code == 0
    return home


def test_a_row_for_each_sample_as_it_stands(run, judged):
    ran = run("export", "--home", judged)
    rows = {row["sample_id"]: row for row in ran.json}
    assert set(rows) == {"s0", "s2"}
    approved = rows["s0"]
    assert (approved["verdict"], approved["text"]) == ("approve", "=HYPERLINK(1)")
    assert (approved["original"], approved["edited"]) == ("Text 0 shimmers.", True)
    assert (approved["artist"], approved["seed"], approved["row"]) == ("Velvet Meridian", 7, 0)
    assert "2 rows to standard output: 1 approve, 1 reject" in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_without_room_it_says_so_in_a_line(judged):
    program = [sys.executable, "-P", "-m", "curator", "export", "--home", str(judged)]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 1
    assert ran.stderr.decode().splitlines()[-1].startswith("curator: what was to be written has no")
    assert b"Traceback" not in ran.stderr
    assert b"Exception ignored" not in ran.stderr


def test_verdict_and_filter_choose(run, judged):
    ids = lambda ran: [row["sample_id"] for row in ran.json]  # noqa: E731
    assert ids(run("export", "--home", judged, "--verdict", "reject")) == ["s2"]
    assert ids(run("export", "--home", judged, "--filter", "verdict:approve")) == ["s0"]
    assert ids(run("export", "--home", judged, "--filter", "genre:jazz")) == []


def test_all_lists_every_step_with_what_became_of_it(run, judged):
    rows = run("export", "--home", judged, "--all").json
    with Store.open(judged, write=False) as store:
        assert {row["event_id"] for row in rows} == {event.id for event in store.events()}
    undone = [row for row in rows if row["undone"]]
    assert [(row["type"], row["sample_id"]) for row in undone] == [("judged", "s1")]


def test_kto_and_dpo_are_for_training(run, judged):
    kto = run("export", "--home", judged, "--format", "kto").json
    assert {(row["completion"], row["label"]) for row in kto} == {
        (" =HYPERLINK(1)", True),
        (" Text 2 shimmers.", False),
    }
    dpo = run("export", "--home", judged, "--format", "dpo").json
    assert (" =HYPERLINK(1)", " Text 2 shimmers.") in {(r["chosen"], r["rejected"]) for r in dpo}


def test_csv_runs_no_formula_and_parquet_is_one(run, judged, tmp_path):
    table = tmp_path / "labels.csv"
    ran = run("export", "--home", judged, "--format", "csv", "--out", table)
    assert (ran.code, ran.out) == (0, "")
    assert str(table) in ran.err
    with table.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert texts == ["'=HYPERLINK(1)", "Text 2 shimmers."]
    parquet = tmp_path / "labels.parquet"
    assert run("export", "--home", judged, "--format", "parquet", "--out", parquet).code == 0
    assert parquet.read_bytes()[:4] == b"PAR1"


def test_hf_is_a_folder_that_says_what_is_in_it(run, judged, tmp_path):
    folder = tmp_path / "labels"
    ran = run("export", "--home", judged, "--format", "hf", "--out", folder)
    assert (ran.code, ran.out) == (0, "")
    assert "2 in labels, 2 in kto, 2 in dpo" in ran.err
    assert (folder / "README.md").is_file()
    assert run("export", "--home", judged, "--format", "hf", "--out", folder).code == 0
    ran = run("export", "--home", judged, "--format", "hf", "--out", judged)
    assert ran.code == 2
    assert "something else" in ran.err


def test_it_reads_beside_a_writer(run, judged):
    with Store.open(judged):
        assert len(run("export", "--home", judged).json) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "kto", "--all"), "--all"),
        (("--format", "hf"), "--out"),
        (("--filter", "colour:red"), "there are state:"),
        (("--out", "/nowhere/labels.csv"), "--out"),
        (("--format", "xml"), "parquet"),
        (("--verdict", "maybe"), "approve"),
    ],
)
def test_wrong_usage_says_what_is_allowed(run, judged, options, said):
    ran = run("export", "--home", judged, *options)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") <= 2


def test_a_folder_that_is_not_there_and_one_that_is_damaged(run, judged, tmp_path):
    assert run("export", "--home", tmp_path / "none").code == 2
    snapshot = judged / "curator.json"
    snapshot.write_bytes(snapshot.read_bytes().replace(b"shimmers", b"shivers!", 1))
    ran = run("export", "--home", judged)
    assert ran.code == 4
    assert "curator store check" in ran.err


def test_a_reader_who_leaves_early_is_no_error_to_shout_about(judged):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "curator.cli.main", "export", "--home", str(judged)],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr
