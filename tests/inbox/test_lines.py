import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.inbox import lines
from curator.inbox.lines import Line, Record, Records, read_lines
from curator.inbox.rows import BadRow


def read(data: bytes) -> list[tuple[int, str]]:
    return [
        (line.number, line.text) if isinstance(line, Line) else (line.line, f"BAD {line.reason}")
        for line in read_lines(io.BytesIO(data))
    ]


def records(text: str) -> list[tuple[int, list[str] | str]]:
    return [
        (r.line, r.cells) if isinstance(r, Record) else (r.line, r.reason)
        for r in Records(read_lines(io.BytesIO(text.encode())))
    ]


def test_lines_end_with_lf_or_crlf_and_nothing_else() -> None:
    assert read("a\r\nb\nc\u2028d\x0ce".encode()) == [(1, "a"), (2, "b"), (3, "c\u2028d\x0ce")]
    assert read(b"") == []


def test_a_byte_order_mark_is_no_text() -> None:
    assert read(b"\xef\xbb\xbfa\n\xef\xbb\xbfb") == [(1, "a"), (2, "\ufeffb")]


def test_bytes_that_are_no_utf8_cost_their_line_only() -> None:
    assert read(b"good\nbad \xff\nlatin \xe9t\xe9\n\xed\xa0\xbd\nGood") == [
        (1, "good"),
        (2, "BAD not UTF-8: byte 0xff at character 5"),
        (3, "BAD not UTF-8: byte 0xe9 at character 7"),
        (4, "BAD not UTF-8: byte 0xed at character 1"),
        (5, "Good"),
    ]


def test_utf16_is_named() -> None:
    ((line, reason),) = read("a\nb".encode("utf-16"))
    assert line == 1
    assert "UTF-16" in reason


def test_lines_beyond_the_limit_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 10)
    assert read(b"short\n" + b"x" * 35 + b"\nnext\n") == [
        (1, "short"),
        (2, "BAD longer than 10 bytes"),
        (3, "next"),
    ]


def test_records_over_several_lines() -> None:
    text = 'a,b\n"one\ntwo, ""three""",4\n\n,\n5,6\n'
    assert records(text) == [
        (1, ["a", "b"]),
        (2, ['one\ntwo, "three"', "4"]),
        (6, ["5", "6"]),
    ]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_cells_are_divided_by_what_the_header_is(sign: str) -> None:
    text = f"a{sign}b\n1,5{sign}2\n"
    assert records(text) == [(1, ["a", "b"]), (2, ["1,5", "2"])]


def test_a_stray_quote_costs_its_line_only() -> None:
    text = 'a,b\n1,"never closed\n3,4\n5,"quoted, well"\n7,8\n'
    assert records(text) == [
        (1, ["a", "b"]),
        (2, "a quote is opened and not closed"),
        (3, ["3", "4"]),
        (4, ["5", "quoted, well"]),
        (5, ["7", "8"]),
    ]


def test_two_stray_quotes_do_not_swallow_what_is_between() -> None:
    text = 'a,b\n1,"x\n3,4\n5,"y\n7,8\n'
    assert [line for line, cells in records(text) if isinstance(cells, list)] == [1, 3, 5]


def test_another_number_of_cells_is_reported() -> None:
    assert records("a,b\n1\n1,2,3\n1,2\n") == [
        (1, ["a", "b"]),
        (2, "1 cells instead of 2"),
        (3, "3 cells instead of 2"),
        (4, ["1", "2"]),
    ]


def test_cells_longer_than_csvs_own_limit() -> None:
    long = "x" * 300_000
    assert records(f"a,b\n{long},2\n")[1] == (2, [long, "2"])


def test_a_bad_line_inside_a_record_ends_it() -> None:
    found = list(Records(read_lines(io.BytesIO(b'a,b\n"x\n\xff",1\n2,3\n'))))
    assert [type(r) for r in found] == [Record, BadRow, BadRow, Record]
    assert [r.line for r in found] == [1, 2, 3, 4]


@given(st.binary(max_size=80) | st.text('",\n\r;\x00a', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_reported_in_order(data: bytes) -> None:
    numbers = [record.line for record in Records(read_lines(io.BytesIO(data)))]
    assert numbers == sorted(set(numbers))
