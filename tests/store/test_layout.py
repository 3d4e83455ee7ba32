"""Rows, lines and seals: what is written can be read, and nothing else passes for it."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_records import HOSTILE, event, request, sample

from curator.domain.records import Event, Sample, Song
from curator.store.errors import StoreError
from curator.store.journal import BadLine, read_journal
from curator.store.layout import ids_of, parse, requests_of, sealed, to_line, to_op

TEXT = st.text() | st.sampled_from([HOSTILE, '}],["', '"', "\\", '},["samples","x",{"id":"'])
SONG = st.builds(Song, artist=st.none() | TEXT, title=st.none() | TEXT)
RECORDS = st.lists(
    st.builds(sample, st.integers(0, 9), text=TEXT, model=TEXT, weights=TEXT, song=SONG)
    | st.builds(request, st.integers(0, 9), text=TEXT, song=SONG, author=st.none() | TEXT)
    | st.builds(
        event,
        st.integers(0, 9),
        edited=TEXT,
        seconds=st.floats(allow_nan=False, allow_infinity=False),
    )
    | st.builds(
        Sample, id=TEXT.filter(bool), request_id=TEXT, at=TEXT, text=TEXT, model=st.just("m")
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=4), st.booleans())
@example([[sample(1, text="ends in }],["), event(2)]], True)
def test_what_was_written_is_read(transactions, joined):
    written = [[to_op(record) for record in records] for records in transactions]
    data = b"".join(to_line(n, ops, joined=joined) for n, ops in enumerate(written, 7))
    assert data.count(b"\n") == len(written)
    assert data.isascii()
    assert [(t.number, t.seq, t.joined, t.rows) for t in read_journal(data)] == [
        (n, n + 6, joined, [(op.table, op.row) for op in ops]) for n, ops in enumerate(written, 1)
    ]
    for records, ops in zip(transactions, written, strict=True):
        for record, op in zip(records, ops, strict=True):
            assert type(record).from_doc(parse(op.row)) == record
            assert ids_of([op.row]) == [op.id] == [record.id]
            if op.table == "samples":
                assert requests_of([op.row]) == [record.request_id]


def test_a_line_is_json_of_three_fields():
    line = json.loads(to_line(5, [to_op(event(1))], joined=False))
    assert line.keys() == {"seq", "ops", "crc"}
    assert line["seq"] == 5
    assert line["ops"] == [["events", "E0001", event(1).to_doc()]]


@settings(deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_a_line_with_any_byte_changed_is_bad(place, change):
    line = bytearray(to_line(3, [to_op(sample(1)), to_op(event(1))], joined=False))
    line[place % (len(line) - 1)] ^= change
    assert any(isinstance(found, BadLine) for found in read_journal(bytes(line)))


@pytest.mark.parametrize("line", [b"", b"{}", b'{"seq":1,"ops":[]}', b',"crc":"00000001"}'])
def test_what_has_no_seal_is_not_sealed(line):
    assert not sealed(memoryview(line), 0, len(line))


@pytest.mark.parametrize(
    "record",
    [
        event(1, words=["a", "list"]),
        event(1, seconds=float("nan")),
        event(1, id="clash"),
        Event("", "now", "iris", "judged", "S1"),
        Sample(7, "R", "now", "text", "cvae"),
        "a text",
    ],
)
def test_what_is_not_flat_or_has_no_id_is_refused(record):
    with pytest.raises(StoreError):
        to_op(record)
