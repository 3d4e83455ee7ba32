import re
import sys

import pytest

from curator.bench.lab import CannotMeasure
from curator.bench.processes import descendants
from curator.bench.pty_probe import COLUMNS, ROWS, WORD, Terminal


def python(code):
    return (sys.executable, "-c", code)


def test_what_comes_out_is_seen_with_its_time():
    with Terminal(python("import os; print('size', os.get_terminal_size(), flush=True)")) as it:
        seen = it.wait(re.compile(rb"columns=%d, lines=%d" % (COLUMNS, ROWS)))
        assert seen > it.started


def test_a_key_and_its_answer():
    code = "import sys\nfor line in sys.stdin: print('got', line.upper(), flush=True)"
    with Terminal(python(code)) as it:
        since = it.size
        pressed = it.send(b"abc\n")
        assert it.wait(re.compile(b"got ABC"), since) > pressed


def test_what_came_before_does_not_count():
    with Terminal(python("print('here', flush=True); input()")) as it:
        it.wait(re.compile(b"here"))
        with pytest.raises(CannotMeasure, match="did not show it in time"):
            it.wait(re.compile(b"here"), it.size, patience=0.05)


def test_a_program_that_ends_is_not_waited_for():
    with Terminal(python("print('bye')")) as it, pytest.raises(CannotMeasure, match=r"ended.*bye"):
        it.wait(re.compile(b"never"))


def test_the_curators_own_settings_are_not_passed_on(monkeypatch):
    monkeypatch.setenv("CURATOR_BATCH", "64")
    code = "import os; print(os.environ.get('CURATOR_BATCH'), os.environ['CURATOR_AHEAD'])"
    with Terminal(python(code), CURATOR_AHEAD="0") as it:
        it.wait(re.compile(b"None 0"))


def test_where_the_bases_of_models_lie_is_passed_on(monkeypatch):
    monkeypatch.setenv("CURATOR_BASES", "/some/bases")
    with Terminal(python("import os; print('in', os.environ.get('CURATOR_BASES'))")) as it:
        it.wait(re.compile(b"in /some/bases"))


def test_closing_ends_what_the_program_started():
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1,\n"
        "    start_new_session=True)\n"
        "print('child', child.pid, flush=True)\ninput()"
    )
    with Terminal(python(code)) as it:
        it.wait(re.compile(rb"child \d+"))
        assert len(descendants(it.pid)) == 1
        pid = it.pid
    assert descendants(pid) == []


@pytest.mark.parametrize(
    ("painted", "word"),
    [
        (b"\x1b[?1049h\x1b[>25u\x1b]22;default\x07\x1b[1;1H\x1b[38;2;1;2;3mrea", b"rea"),
        (b"\x1b[?1049h\x1b[>25u\x1b]22;default\x07\x1b[1;1H", None),
        (b"\x1b[?1049h\x1b[?2026$p\x1bP+q544e\x1b\\\x1b(B1 2\r\n abc def", b"abc"),
        (b"\x1b[?1049h\x1b]0;a title\x1b\\", None),
        (b"Traceback (most recent call last)", None),
        (b"warning\r\n\x1b[?1049h\x1b[1;1Habc", b"abc"),
    ],
)
def test_the_first_word_is_no_part_of_an_escape_sequence(painted, word):
    found = WORD.search(painted)
    assert (found[0][-3:] if found else None) == word
