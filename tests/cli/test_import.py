"""`curator import`: what is good comes in, once; what is not is named; exports come back whole."""

import json
from importlib import resources

import pytest

from curator.domain.records import Event
from curator.domain.steps import PostStep
from curator.store import Store

HOSTILE = [
    "[red]Velvet[/red] [@click=app.bell]Meridian[/] - Glass Orchard",
    "\x1b[31mred\x1b[0m \x07",
    "‮RLO‬ ‍ZWJ ​",
    '=HYPERLINK("http://example.com")',
    "'=1+1",
    "@mention first",
    "quote \" and 'single' and , comma",
    "x" * 100_000,
    "👩‍🚀 창가",
]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new"


def stored(home):
    with Store.open(home, write=False) as store:
        return store.requests(), list(store.samples()), list(store.events())


def test_lines_come_in_once(run, folder, tmp_path):
    file = tmp_path / "requests.txt"
    file.write_text("Velvet Meridian - Glass Orchard\r\n\r\nthe kettle is on\r\n", "utf-8")
    ran = run("import", "--home", folder, file)
    assert (ran.code, ran.err) == (0, "")
    assert "2 requests added (1 without a song)" in ran.out
    requests, _, _ = stored(folder)
    assert [r.text for r in requests] == ["Velvet Meridian - Glass Orchard", "the kettle is on"]
    assert requests[0].song.title == "Glass Orchard"
    again = run("import", "--home", folder, file)
    assert again.code == 0
    assert "0 requests added, 2 rows known already" in again.out
    assert len(stored(folder)[0]) == 2


def test_bad_rows_are_named_by_line_and_the_good_ones_kept(run, folder, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(
        b'{"text": "Velvet Meridian - Glass Orchard"}\n{broken\n\xff\xfe\n{"text": 3.5e999}\n'
        b'{"text": "\\u0000 nul", "artist": "A", "title": "T"}\n{"features": {"energy": 2}}\n'
    )
    ran = run("import", "--home", folder, file)
    assert ran.code == 0
    for line in (2, 3, 6):
        assert f"{file}, line {line}: " in ran.err
    assert "2 requests added" in ran.out or "3 requests added" in ran.out


@pytest.mark.parametrize("body", [b"a,b\n1,2\n", b"\x00\x01\xff\n"])
def test_nothing_usable_fails(run, folder, tmp_path, body):
    file = tmp_path / "rows.csv"
    file.write_bytes(body)
    ran = run("import", "--home", folder, file)
    assert ran.code == 1
    assert "line 1" in ran.err


def test_a_missing_file_does_not_stop_the_next_one(run, folder, tmp_path):
    file = tmp_path / "requests.txt"
    file.write_text("Velvet Meridian - Glass Orchard\n", "utf-8")
    ran = run("import", "--home", folder, tmp_path / "none.txt", file)
    assert ran.code == 1
    assert "none.txt" in ran.err
    assert len(stored(folder)[0]) == 1


def test_standard_input_in_any_format(run, folder):
    assert run("import", "--home", folder, "-", input="Velvet Meridian - Glass Orchard\n").code == 0
    assert run("import", "--home", folder, "-", input='{"artist": "A", "title": "B"}\n').code == 0
    table = "artist,title\nC,D\n"
    assert run("import", "--home", folder, "-", "--format", "csv", input=table).code == 0
    assert [r.song.artist for r in stored(folder)[0]] == ["Velvet Meridian", "A", "C"]


def test_the_sheet_of_the_bot_that_came_before(run, folder, tmp_path):
    file = tmp_path / "sheet.csv"
    file.write_text(
        "date,spotifyquery,spotifygenres,commentary,tweetid,tweet,source\n"
        "2018-09-01,q,\"['dream pop', 'shoegaze']\",It glows.,111,A - B,x\n"
        "2018-09-01,q,\"['dream pop', 'shoegaze']\",It hums.,111,A - B,x\n",
        "utf-8",
    )
    assert run("import", "--home", folder, file).code == 0
    [request], samples, _ = stored(folder)
    assert (request.song.genres, request.ref) == (("dream pop", "shoegaze"), "111")
    assert [s.text for s in samples] == ["It glows.", "It hums."]


def test_records_that_the_disk_refused_once_come_back(run, home, tmp_path):
    event = Event(
        "e9",
        "2026-11-22T09:00:00.000Z",
        "ada",
        "judged",
        "s0",
        {"verdict": "reject", "request": "r0"},
    )
    file = tmp_path / "curator-unsaved.jsonl"
    file.write_text(json.dumps({"table": "events", "doc": event.to_doc()}) + "\n", "utf-8")
    assert run("import", "--home", home, file).code == 0
    assert run("import", "--home", home, file).code == 0
    assert stored(home)[2] == [event]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("every", [(), ("--all",)])
def test_an_export_comes_back_whole(run, home, folder, tmp_path, form, every):
    lines = [
        {"sample_id": f"s{n % 3}", "text": text, "verdict": "approve", "stars": 1 + n % 5}
        for n, text in enumerate(HOSTILE)
    ]
    judged = run("judge", "--home", home, input="".join(json.dumps(x) + "\n" for x in lines))
    assert judged.code == 0
    run("judge", "--home", home, input='{"undo": true}\n')
    file = tmp_path / f"labels.{form}"
    assert run("export", "--home", home, "--format", form, *every, "--out", file).code == 0
    assert run("import", "--home", folder, file).code == 0
    again = tmp_path / f"again.{form}"
    assert run("export", "--home", folder, "--format", form, *every, "--out", again).code == 0
    assert again.read_bytes() == file.read_bytes()
    if every:
        assert stored(folder)[2] == stored(home)[2]


def test_hostile_lines_are_kept_exactly_and_said_safely(run, folder, tmp_path):
    file = tmp_path / "hostile \x1b[31m\u202e.jsonl"
    rows = [{"text": text, "ref": str(n)} for n, text in enumerate(HOSTILE)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\x1b[2J{\n", "utf-8")
    ran = run("import", "--home", folder, file)
    assert ran.code == 0
    assert "line 10" in ran.err
    assert not set(ran.out + ran.err) & set("\x1b\u202e")
    assert [r.text for r in stored(folder)[0]] == [text.strip() for text in HOSTILE]


def test_the_bundled_examples_ask_for_songs_of_many_genres(run, folder):
    examples = resources.files("curator") / "examples" / "requests.jsonl"
    with resources.as_file(examples) as file:
        ran = run("import", "--home", folder, file)
    requests, _, _ = stored(folder)
    assert (ran.code, ran.err) == (0, "")
    assert len(requests) >= 30
    assert len({genre for r in requests for genre in r.song.genres}) >= 40
    assert 1 <= sum(not r.song.known for r in requests) <= 6


def test_a_rescued_step_of_a_post_is_taken_over_once(run, home, tmp_path):
    data = {
        "request": "r0",
        "text": "Text 0 shimmers.",
        "due": "2026-11-22T09:00:00.000Z",
        "price": 0.01,
    }
    step = PostStep("P1", "2026-11-22T09:00:00.000Z", "s0", "queued", data)
    lost = PostStep("P2", "2026-11-22T09:00:00.000Z", "nobody", "queued", data)
    file = tmp_path / "curator-unsaved-1.jsonl"
    rows = [json.dumps({"table": "posts", "doc": one.to_doc()}) for one in (step, lost)]
    file.write_text("\n".join(rows), "utf-8")
    first, second = (run("import", "--home", home, file) for _ in range(2))
    assert "the post's sample is not here" in first.err
    assert "1 row known already" in second.out
    with Store.open(home, write=False) as store:
        assert store.posts() == [step]
