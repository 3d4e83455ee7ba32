"""`curator judge`: what is acknowledged is on disk, what is not is nowhere."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.desk.scripted import ScriptedJudge
from curator.domain.records import Request, Sample, Song
from curator.domain.session import Session
from curator.store import Store, StoreError

AT = "2026-11-22T09:00:00.000Z"


@pytest.fixture
def judge(run, home):
    def judging(*lines, curator="ada"):
        text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
        return run("judge", "--home", home, "--curator", curator, input=text)

    return judging


def stored(home):
    with Store.open(home, write=False) as store:
        return Session(store.events())


def test_one_line_says_everything_about_a_sample(judge, home):
    ran = judge(
        {
            "sample_id": "s1",
            "verdict": "approve",
            "stars": 4,
            "text": "It glows.",
            "tags": [" warm ", "short", "warm"],
            "rank": "best",
            "seconds": 3.5,
        }
    )
    assert ran.code == 0
    [answer] = ran.json
    now = stored(home).judgement("s1")
    assert answer["ok"] is True
    assert answer["id"] == now.event_id == answer["events"]["judged"]
    assert set(answer["events"]) == {"edited", "rated", "tagged", "ranked", "judged"}
    assert (now.verdict, now.stars, now.text, now.rank) == ("approve", 4, "It glows.", "best")
    assert (now.tags, now.seconds, now.curator) == (("warm", "short"), 3.5, "ada")


def test_a_line_is_one_transaction(judge, home):
    before = _last_seq(home)
    judge({"sample_id": "s1", "verdict": "approve", "stars": 4, "text": "It glows."})
    assert _last_seq(home) == before + 1


def _last_seq(home):
    with Store.open(home, write=False) as store:
        [meta] = store.db.table("_meta").all()
    return meta["last_seq"]


def test_bad_lines_are_answered_and_the_rest_is_judged(judge, home):
    ran = judge(
        "{not json",
        "[1]",
        {"sample_id": "nobody", "verdict": "approve"},
        {"verdict": "approve"},
        {"sample_id": "s0"},
        {"sample_id": "s0", "verdict": "approved"},
        {"sample_id": "s0", "stars": 6},
        {"sample_id": "s0", "stars": True},
        {"sample_id": "s0", "tags": "warm"},
        {"sample_id": "s0", "rank": "good"},
        {"sample_id": "s0", "text": "  "},
        {"sample_id": "s0", "seconds": -1, "verdict": "reject"},
        {"sample_id": "s0", "seconds": 10**400, "verdict": "reject"},
        {"sample_id": "s0", "star": 3},
        {"undo": True, "sample_id": "s0"},
        "",
        {"sample_id": "s2", "verdict": "reject"},
    )
    *bad, good = ran.json
    assert ran.code == 1
    assert [a["ok"] for a in bad] == [False] * 15
    assert all(a["error"] and a["line"] == n for n, a in enumerate(bad, 1))
    assert (good["ok"], good["line"]) == (True, 17)
    session = stored(home)
    assert session.judgement("s2").verdict == "reject"
    assert [e.target for e in session.events()] == ["s2"]


def test_broken_utf8_is_refused_by_its_place(run, home):
    ran = run("judge", "--home", home, input=b'{"sample_id": "s\xff"}\n')
    assert ran.json[0]["error"] == "not UTF-8 at byte 17"


def test_undo_and_redo_reach_back_over_restarts(judge, home):
    first = judge({"sample_id": "s0", "verdict": "reject"}).json[0]["id"]
    back = judge({"undo": True}).json[0]
    assert (back["ok"], back["undone"], back["sample_id"]) == (True, first, "s0")
    assert stored(home).judgement("s0").verdict is None
    assert judge({"redo": True}).json[0]["redone"] == first
    assert stored(home).judgement("s0").verdict == "reject"
    answers = judge({"undo": True}, {"undo": True}).json
    assert answers[1] == {"ok": False, "error": "there is nothing to undo", "line": 2}


def test_undo_is_of_ones_own(judge):
    judge({"sample_id": "s0", "verdict": "reject"}, curator="bea")
    assert judge({"undo": True}, curator="ada").json[0]["ok"] is False


def test_text_as_written_is_no_edit_and_null_takes_things_away(judge, home):
    judge({"sample_id": "s0", "text": "Other.", "stars": 5, "rank": "worst", "tags": ["x"]})
    judge({"sample_id": "s0", "text": "Text 0 shimmers.", "stars": None, "rank": None, "tags": []})
    now = stored(home).judgement("s0")
    assert (now.text, now.stars, now.rank, now.tags) == (None, None, None, ())


def test_hostile_text_is_kept_exactly_and_answered_safely(judge, home):
    text = "[red]\x1b[31m \u202e=1+1 \u2028\x85 \x00 👩‍🚀 ' \""
    ran = judge({"sample_id": "s0", "text": text, "verdict": "approve"})
    assert ran.json[0]["ok"] is True
    assert stored(home).judgement("s0").text == text
    bad = judge({"sample_id": text})
    assert text in json.loads(bad.out)["error"] or repr(text) in json.loads(bad.out)["error"]
    assert not set(bad.out) & set("\x1b\u202e\u2028\x85\x00")


class Refusing:
    """A store whose disk takes nothing while `full`."""

    def __init__(self, store):
        self.full = False
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def append(self, *records):
        if not self.full:
            return self._store.append(*records)
        future = Future()
        future.set_exception(StoreError("the disk is full"))
        return future


def test_what_the_disk_refuses_is_nowhere_and_the_next_line_works(home):
    with Store.open(home) as store:
        disk = Refusing(store)
        judge = ScriptedJudge(disk, "ada")
        disk.full = True
        answer = judge.take(b'{"sample_id": "s0", "verdict": "approve"}')
        assert answer == {"ok": False, "error": "the disk is full"}
        assert judge.session.judgement("s0").verdict is None
        assert judge.take(b'{"undo": true}')["error"] == "there is nothing to undo"
        disk.full = False
        assert judge.take(b'{"sample_id": "s0", "verdict": "reject"}')["ok"]
    assert stored(home).judgement("s0").verdict == "reject"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
FIELD = st.sampled_from(
    ["sample_id", "verdict", "stars", "text", "tags", "rank", "seconds", "undo", "redo", "x"]
)
VALUE = JSON | st.sampled_from(["s0", "s1", "approve", "reject", "best", 3, True, ["a"]])
LINE = st.binary(max_size=20) | st.dictionaries(FIELD, VALUE, max_size=4).map(
    lambda body: json.dumps(body).encode()
)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINE, max_size=8))
def test_no_line_breaks_it_and_its_session_is_what_the_store_folds_to(lines):
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        song = Song("A", "B")
        store.append(
            Request("r0", AT, "typed", "A - B", song),
            *(Sample(f"s{n}", "r0", AT, "T.", "m", song=song) for n in range(2)),
        ).result()
        judge = ScriptedJudge(store, "ada")
        answers = [judge.take(line) for line in lines]
        json.dumps(answers, allow_nan=False)
        assert all(isinstance(a["ok"], bool) and ("id" in a) == a["ok"] for a in answers)
        again = Session(store.events())
        for sample in ("s0", "s1"):
            assert judge.session.judgement(sample) == again.judgement(sample)


def test_kill_9_loses_nothing_acknowledged(home, run):
    command = (sys.executable, "-m", "curator.cli.main", "judge", "--home", str(home))
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    lines = [
        {"sample_id": f"s{n % 3}", "verdict": ("approve", "reject")[n % 2], "stars": 1 + n % 5}
        for n in range(500)
    ]
    process.stdin.write("".join(json.dumps(line) + "\n" for line in lines).encode())
    process.stdin.flush()  # and left open: it would go on
    answers = [json.loads(process.stdout.readline()) for _ in range(150)]
    process.send_signal(signal.SIGKILL)
    with process:
        rest = process.stdout.read()  # communicate() does not see what readline() has read ahead
    answers += [json.loads(line) for line in rest.splitlines() if line.endswith(b"}")]
    acknowledged = [id for a in answers if a["ok"] for id in a["events"].values()]
    assert len(acknowledged) >= 300
    with Store.open(home, write=False) as store:
        kept = {event.id for event in store.events()}
    assert kept >= set(acknowledged)
    exported = run("export", "--home", home, "--format", "jsonl", "--all", "--out", "-")
    assert {row["event_id"] for row in exported.json} >= set(acknowledged)


def test_a_second_writer_names_the_holder(home, run):
    with Store.open(home):
        ran = run("judge", "--home", home, input="{}\n")
    assert ran.code == 3
    assert str(os.getpid()) in ran.err
    assert len(ran.err.strip().split("\n")) <= 2
    assert ran.out == ""
