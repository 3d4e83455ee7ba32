"""`curator generate`, with the model that ships."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from curator.desk.writing import seed_of
from curator.store import Store

SONG = ("--artist", "Velvet {Meridian}", "--title", "Glass Orchard", "--genre", "dream pop")


def test_five_are_the_beginning_of_more(run):
    five = run("generate", *SONG, "-n", "5", "--seed", "1")
    more = run("generate", *SONG, "-n", "18", "--seed", "1", "--json")
    assert (five.code, five.err) == (0, "")
    assert [row["row"] for row in more.json] == list(range(18))
    assert five.out.split("\n")[:5] == [row["text"] for row in more.json[:5]]
    assert len({row["text"] for row in more.json}) == 18
    row = more.json[0]
    assert list(row)[:6] == ["id", "text", "model", "seed", "tokens", "seconds"]
    assert (row["model"], row["seed"]) == ("cvae-small", 1)
    assert re.fullmatch("[0-9a-f]{64}", row["weights"])
    assert row["tokens"] > 0


def test_without_a_seed_it_takes_one_and_says_it(run):
    first = run("generate", *SONG, "-n", "1", "--json")
    said = re.fullmatch(r"seed (\d+)\n", first.err)
    assert said
    again = run("generate", *SONG, "-n", "1", "--json", "--seed", said[1])
    assert again.json[0]["text"] == first.json[0]["text"]


def test_what_is_saved_is_what_is_printed(run, tmp_path):
    ran = run("generate", *SONG, "-n", "3", "--save", "--json", "--home", tmp_path / "home")
    with Store.open(tmp_path / "home", write=False) as store:
        [request] = store.requests()
        samples = list(store.samples())
    assert request.song.genres == ("dream pop",)
    assert [(s.id, s.text, s.row) for s in samples] == [
        (row["id"], row["text"], row["row"]) for row in ran.json
    ]
    assert {row["request_id"] for row in ran.json} == {request.id}
    # The desk, asked for more of this request, goes on where this left off.
    assert {s.seed for s in samples} == {seed_of(request.id)}
    assert all(s.z and s.logprobs and s.weights and s.temperature for s in samples)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--feature", "energi=1"), "danceability"),
        (("--feature", "energy=2"), "energy goes from 0 to 1"),
        (("--feature", "tempo=0.5"), "tempo goes from 20 to 300"),
        (("--feature", "energy=nan"), "energy goes from 0 to 1"),
        (("--feature", "energy"), "NAME=X"),
        (("--genre", "zzyzx"), "curator models --genres"),
        (("--model", "none"), "curator models"),
        (("--device", "toaster"), "there is cpu"),
        (("--temperature", "9"), "less than or equal to 2"),
        (("-n", "0"), "greater than or equal to 1"),
        (("--seed", "-1"), "greater than or equal to 0"),
        (("--colour", "red"), "--colour"),
    ],
)
def test_wrong_usage_says_what_is_allowed(run, options, said):
    ran = run("generate", *SONG, *options)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.strip().split("\n")) <= 2


def test_a_genre_of_a_known_kind_is_taken_for_it_and_said(run):
    ran = run("generate", "--genre", "melodic dubstep", "-n", "1", "--seed", "1")
    assert ran.code == 0
    assert "'melodic dubstep' is read as 'dubstep'" in ran.err


def test_a_locked_folder_is_said_before_the_model_is_loaded(home, shell):
    with Store.open(home):
        ran = shell("generate", *SONG, "--save", "--home", home, timeout=20)
    assert (ran.code, ran.out) == (3, "")
    assert str(os.getpid()) in ran.err


def test_ctrl_c_ends_it_at_once_and_what_was_acknowledged_is_kept(tmp_path):
    options = ("-n", "100000", "--save", "--json", "--home", str(tmp_path / "home"))
    process = subprocess.Popen(
        [sys.executable, "-m", "curator.cli.main", "generate", *SONG, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # communicate() does not see what readline() has read ahead
    )
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGINT)
    rest, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in error
    assert b"stopped after" in error
    said = {json.loads(line)["id"] for line in [*lines, *rest.splitlines()]}
    with Store.open(Path(tmp_path / "home"), write=False) as store:
        assert {sample.id for sample in store.samples()} >= said
