"""What is printed: JSON that nothing breaks, a status line for people only."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.cli.streams import Status, count, duration, json_line


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_json_line_is_a_line_and_gives_back_what_went_in(body):
    line = json_line(body)
    assert json.loads(line) == body
    assert len(line.splitlines()) == 1
    assert line.encode("utf-8")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in line)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_status_is_written_over_and_taken_away():
    screen = Terminal()
    with Status(screen, every=0) as status:
        status.show("one")
        status.show("two")
    assert screen.getvalue() == "\r\x1b[2Kone\r\x1b[2Ktwo\r\x1b[2K"


def test_a_status_is_silent_where_nobody_looks():
    pipe = io.StringIO()
    with Status(pipe) as status:
        status.show("one", now=True)
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")],
)
def test_durations_in_words(seconds, said):
    assert duration(seconds) == said


def test_counts_with_their_noun():
    assert [count(1, "row"), count(1200, "row"), count(2, "reply", "replies")] == [
        "1 row",
        "1,200 rows",
        "2 replies",
    ]
