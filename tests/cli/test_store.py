"""`curator store`: what is damaged is found, mended, and nothing whole is lost."""

import os
import shutil

import pytest

from curator.domain.records import Event
from curator.domain.session import Session
from curator.store import Store


@pytest.fixture
def killed(home, tmp_path):
    """The folder as a process leaves it that is killed with ten ratings in the journal."""
    folder = tmp_path / "killed"
    with Store.open(home) as store:
        for n in range(10):
            data = {"request": "r0", "stars": 1 + n % 5}
            event = Event(f"e{n}", "2026-11-22T09:00:00.000Z", "ada", "rated", "s0", data)
            store.append(event).result()
        shutil.copytree(home, folder)
    return folder


def journal(home):
    [file] = home.glob("journal-*.jsonl")
    return file


def events(home):
    with Store.open(home, write=False) as store:
        return [event.id for event in Session(store.events()).events()]


def test_a_whole_folder_is_well(run, home):
    ran = run("store", "check", "--home", home)
    assert (ran.code, ran.err) == (0, "")
    assert "3 samples" in ran.out
    assert "All is well" in ran.out


def test_a_torn_last_line_is_dropped_and_said(run, killed):
    file, home = journal(killed), killed
    file.write_bytes(file.read_bytes()[:-20])
    ran = run("judge", "--home", home, input='{"sample_id": "s1", "verdict": "reject"}\n')
    assert ran.code == 0
    assert "torn" in ran.err
    assert events(home)[:9] == [f"e{n}" for n in range(9)]
    assert len(events(home)) == 10


def test_a_damaged_middle_line_stops_everything_but_check_and_repair(run, killed):
    file, home = journal(killed), killed
    lines = file.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b'"stars":5', b'"stars":4')
    file.write_bytes(b"\n".join(lines))
    for command in (("export",), ("judge",), ("import", "-"), ("generate", "--save")):
        ran = run(*command, "--home", home, input="")
        assert ran.code == 4, command
        assert "line 5" in ran.err
        assert "curator store repair" in ran.err
    check = run("store", "check", "--home", home)
    assert check.code == 4
    assert "line 5" in check.out
    repair = run("store", "repair", "--home", home)
    assert repair.code == 0
    assert "line 5" in repair.out
    assert list(home.glob("*.damaged-*"))
    assert run("store", "check", "--home", home).code == 0
    assert events(home) == [f"e{n}" for n in range(10) if n != 4]


def test_repairing_beside_a_writer_names_it(run, home):
    with Store.open(home):
        ran = run("store", "repair", "--home", home)
    assert ran.code == 3
    assert str(os.getpid()) in ran.err


def test_checking_needs_no_lock(run, home):
    with Store.open(home):
        assert run("store", "check", "--home", home).code == 0


@pytest.mark.parametrize("command", [("store", "check"), ("store", "repair"), ("judge",)])
def test_a_mistyped_folder_is_said_and_not_made(run, tmp_path, command):
    ran = run(*command, "--home", tmp_path / "hoem", input="")
    assert (ran.code, ran.out) == (2, "")
    assert "--home" in ran.err
    assert not (tmp_path / "hoem").exists()
