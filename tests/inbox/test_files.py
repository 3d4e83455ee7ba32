import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.inbox.files import read_file
from curator.inbox.rows import BadRow, Candidate, Kept, Row


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(name: str, data: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


def rows(path: Path) -> list[Row]:
    found = list(read_file(path))
    assert all(isinstance(row, Row) for row in found), found
    return [row for row in found if isinstance(row, Row)]


def bad(path: Path) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in read_file(path) if isinstance(row, BadRow)]


def good(path: Path) -> list[tuple[int, str]]:
    return [(row.line, row.text) for row in read_file(path) if isinstance(row, Row)]


def test_plain_lines(write: Any) -> None:
    path = write("songs.txt", "\ufeffAnn – Rain\n\n  Bob's “Snow” \r\nnul\x00 and \x1b[31m\n")
    assert [(r.line, r.text) for r in rows(path)] == [
        (1, "Ann – Rain"),
        (3, "Bob's “Snow”"),
        (4, "nul\x00 and \x1b[31m"),
    ]


def test_a_line_of_100000_characters_is_kept(write: Any) -> None:
    assert [len(r.text) for r in rows(write("x", "a\n" + "é" * 100_000 + "\nb\n"))] == [
        1,
        100_000,
        1,
    ]


def test_broken_utf8_costs_one_line(write: Any) -> None:
    path = write("x.txt", b"one\n\xff\xfe two\nthree\n")
    assert good(path) == [(1, "one"), (3, "three")]
    assert [line for line, _ in bad(path)] == [2]


def test_csv_with_all_it_can_say(write: Any) -> None:
    path = write(
        "x.csv",
        "Text,Artist,Track,Genre,Energy,tempo,user,id,Date,source\n"
        "'=play it,Ann,Rain,dub; ska,0.5,120,@eve,77,2026-01-02 03:04:05,mention\n"
        ",Bob,Snow,,,,,,,\n",
    )
    first, second = rows(path)
    assert first == Row(
        line=2,
        text="=play it",
        artist="Ann",
        title="Rain",
        genres=("dub", "ska"),
        features={"energy": 0.5, "tempo": 120.0},
        author="@eve",
        ref="77",
        at="2026-01-02T03:04:05.000Z",
        source="mention",
    )
    assert second == Row(line=3, text="", artist="Bob", title="Snow")


def test_csv_with_wrong_columns_says_which_there_are(write: Any) -> None:
    ((line, reason),) = bad(write("x.csv", "foo,bar\n1,2\n"))
    assert line == 1
    assert "foo, bar" in reason


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("a,b,c,1,approve", "5 cells instead of 4"),
        ("hello,90,,", "energy is no number from 0 to 1: '90'"),
        ("hello,loud,,", "energy is no number from 0 to 1: 'loud'"),
        (",0.5,,", "neither text nor artist nor title"),
        ("hello,,9,comment", "stars go from 1 to 5, not '9'"),
    ],
)
def test_bad_csv_rows_are_reported_and_good_ones_kept(write: Any, cells: str, reason: str) -> None:
    path = write("x.csv", f"text,energy,stars,comment\nfirst,,,\n{cells}\nlast,,,\n")
    assert bad(path) == [(3, reason)]
    assert good(path) == [(2, "first"), (4, "last")]


def test_the_sheet_of_the_bot(write: Any) -> None:
    link = '""http://twitter.com""'
    path = write(
        "sheet.csv",
        "date,spotifyquery,spotifygenres,commentary,tweetid,tweet,source\n"
        "\"Sun, 22 Jul 2018 03:04:05 GMT\",Rain Ann,\"['indie pop', \"\"children's music\"\"]\","
        f"soft rain falls,1020304050607080901,\"\"\"Rain\"\" by Ann\",\"<a href={link}>Web</a>\"\n"
        ",,,it drips,1020304050607080901,\"\"\"Rain\"\" by Ann\",\n"
        "2018-07-23,Snow Bob,\"dub,ska\",\"[\"\"one\"\", \"\"two, too\"\"]\",12,Bob's 'Snow',\n",
    )  # fmt: skip
    first, second, third = rows(path)
    assert first.text == '"Rain" by Ann'
    assert first.genres == ("indie pop", "children's music")
    assert first.song_source == "spotify"
    assert first.at == "2018-07-22T03:04:05.000Z"
    assert first.ref == second.ref == "1020304050607080901"
    assert first.source == "Web"
    assert first.candidates == (Candidate("soft rain falls"),)
    assert second.candidates == (Candidate("it drips"),)
    assert third.candidates == (Candidate("one"), Candidate("two, too"))
    assert third.genres == ("dub", "ska")


def test_json_lines(write: Any) -> None:
    full = {
        "text": "half \ud83d",
        "artist": 311,
        "genres": ["dub"],
        "features": {"valence": 0.25},
        "id": 5,
        "samples": [
            "plain",
            {
                "text": "judged",
                "verdict": "Approved",
                "stars": 4,
                "edited": "better",
                "tags": ["x"],
            },
        ],
    }
    path = write("x.jsonl", json.dumps(full) + "\n\n" + json.dumps({"title": "Rain"}) + "\n")
    first, second = rows(path)
    assert (first.text, first.artist, first.ref) == ("half \ud83d", "311", "5")
    assert (first.genres, first.features) == (("dub",), {"valence": 0.25})
    assert first.candidates == (
        Candidate("plain"),
        Candidate("judged", "approve", 4, "better", ("x",)),
    )
    assert (second.line, second.title) == (3, "Rain")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON: "),
        ("[1]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"text": ["a"]}', "text is not text"),
        ('{"text": "a", "features": {"loudly": 1}}', "there is no feature 'loudly'"),
        ('{"text": "a", "energy": NaN}', "energy is no number"),
        ('{"text": "a", "energy": true}', "energy is no number"),
        ('{"text": "a", "genres": [1]}', "not a list of words"),
        ('{"text": "a", "comment": "b", "verdict": "maybe"}', "there is no verdict 'maybe'"),
        ('{"text": "a", "ref": ' + "9" * 5000 + "}", "Exceeds the limit"),
        ('{"foo": 1}', "neither text nor artist nor title"),
        ('{"table": "songs", "doc": {}}', "there is no table 'songs'"),
        (
            '{"table": "requests", "doc": {"id": "r"}}',
            "a record of requests lacks at, source, text",
        ),
        ('{"table": "posts", "doc": {"id": "p"}}', "lacks at, post, step"),
        (
            '{"table": "versions", "doc": {"id": "v", "at": "t", "curator": "a", "version": "v1", '
            '"step": "sold"}}',
            "there is no step 'sold' of a version",
        ),
        (
            '{"table": "samples", "doc": {"id": "s", "request_id": "r", "at": "t", "text": "", '
            '"model": "m", "arm": "bent"}}',
            "there is no arm 'bent'",
        ),
        ('{"table": "events", "doc": 5}', "a record is not a JSON object"),
        ('{"sample_id": "s", "request_id": 5, "events": "[]"}', "not of the kind"),
        ('{"event_id": "e", "type": "judged", "data": "[]"}', "data is not a JSON object"),
    ],
)
def test_bad_json_lines_are_reported_and_good_ones_kept(write: Any, line: str, reason: str) -> None:
    path = write("x.jsonl", f'{{"text": "first"}}\n{line}\n{{"text": "last"}}\n')
    ((number, said),) = bad(path)
    assert (number, said[: len(reason)]) == (2, reason) or (number == 2 and reason in said)
    assert good(path) == [(1, "first"), (3, "last")]


def test_json_lines_are_known_without_their_name(write: Any) -> None:
    assert rows(write("requests", '{"artist": "Ann"}\n'))[0].artist == "Ann"
    assert rows(write("requests.txt", "{no json}\n"))[0].text == "{no json}"


def test_rescued_records(write: Any) -> None:
    request = {"id": "r", "at": "t", "source": "typed", "text": "x", "author": None,
               "ref": None, "others": "", "artist": "Ann", "title": None, "genres": "",
               "song_source": "typed", "f_energy": 0.5}  # fmt: skip
    sample = {"id": "s", "request_id": "r", "at": "t", "text": "words", "model": "m", "seed": 3}
    event = {"id": "e", "at": "t", "curator": "ann", "type": "judged", "target": "s",
             "request": "r", "verdict": "approve", "seconds": 1.5}  # fmt: skip
    step = {"id": "p", "at": "t", "post": "s", "step": "queued", "request": "r", "price": 0.01}
    version = {"id": "v", "at": "t", "curator": "ann", "version": "v1", "step": "promoted",
               "generator": True, "insisted": False}  # fmt: skip
    tables = {"requests": request, "samples": sample, "events": event, "posts": step,
              "versions": version}  # fmt: skip
    lines = [json.dumps({"table": table, "doc": doc}) for table, doc in tables.items()]
    path = write("curator-unsaved-1.jsonl", "\n".join(lines))
    first, second, third, fourth, fifth = read_file(path)
    assert isinstance(fifth, Kept)
    assert fifth.version
    assert fifth.version.to_doc() == version
    assert isinstance(fourth, Kept)
    assert fourth.step
    assert fourth.step.to_doc() == step
    assert isinstance(first, Kept)
    assert isinstance(second, Kept)
    assert isinstance(third, Kept)
    assert first.request
    assert first.request.to_doc() == request
    assert second.sample
    assert second.sample.seed == 3
    assert [e.to_doc() for e in third.events] == [event]


def test_parquet_of_others(write: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"text": ["one", None], "energy": [0.5, None], "genre": [["dub"], None]})
    pq.write_table(table, tmp_path / "x.parquet")
    assert list(read_file(tmp_path / "x.parquet")) == [
        Row(line=1, text="one", genres=("dub",), features={"energy": 0.5})
    ]
    ((line, reason),) = bad(write("broken.parquet", b"PAR1 but not really"))
    assert line == 1
    assert reason.startswith("not Parquet")


def test_parquet_with_nanoseconds(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    times = pa.array([1_700_000_000_123_456_789], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"text": ["Ann – Rain"], "date": times}), tmp_path / "songs.parquet")
    assert [row.text for row in rows(tmp_path / "songs.parquet")] == ["Ann – Rain"]


def test_a_time_beyond_all_years_costs_no_other_row(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    times = pa.array([2**60, 0], pa.timestamp("ms"))
    of_day = pa.array([1, 2], pa.time64("ns"))
    table = pa.table({"text": ["Bob – Snow", "Ann – Rain"], "played": times, "at": of_day})
    pq.write_table(table, tmp_path / "songs.parquet")
    assert [number for number, _ in bad(tmp_path / "songs.parquet")] == [1]
    assert good(tmp_path / "songs.parquet") == [(2, "Ann – Rain")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("songs.csv", 'artist,title,genres\nA,B,"[{[1]}]"\nAnn,Rain,rock\n'),
        (
            "songs.jsonl",
            json.dumps({"sample_id": "s", "request_id": "r", "events": "[" * 100_000})
            + '\n{"artist": "Ann", "title": "Rain"}\n',
        ),
    ],
)
def test_one_odd_value_costs_no_other_row(write: Any, name: str, text: str) -> None:
    found = list(read_file(write(name, text)))
    assert any(isinstance(row, Row) and row.title == "Rain" for row in found)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_file(tmp_path / "nothing.csv"))


@settings(max_examples=60)
@given(
    st.sampled_from(["x.txt", "x.csv", "x.jsonl", "x"]),
    st.sampled_from(
        [b"", b"text,artist,energy\n", b'{"text": "a"}\n', b"sample_id,request_id,events\n"]
    ),
    st.binary(max_size=60) | st.text('{}[]":,text01\n\r\x00', max_size=60).map(str.encode),
)
def test_no_file_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, name: str, head: bytes, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(head + data)
    for row in read_file(path):
        assert row.line >= 1
