"""`curator corpus build`: a folder of texts in, training data and an honest report out."""

import json

import pytest

from curator.cli.corpus import histogram
from models.corpus import prepare

POSTS = [
    {
        "title": "Marble Foxes share “Paper Lanterns”",
        "url": "https://blog.example/1",
        "content": "<p>Guitars arrive like weather, and Marble Foxes refuse to take an umbrella. "
        "By the second chorus &#8220;Paper Lanterns&#8221; has burned through the whole room.</p>",
    },
    {"title": "Best songs of 2017", "content": "A chorus wider than the road it is on."},
    {"title": "nothing in it", "url": "https://blog.example/3"},
]


@pytest.fixture
def posts(tmp_path):
    file = tmp_path / "posts.json"
    file.write_text(json.dumps(POSTS))
    return file


def test_the_report_has_funnel_measures_and_plot(run, posts):
    ran = run("corpus", "build", posts, posts.parent / "gone.csv")
    assert ran.code == 0
    assert "2  sentences kept" in ran.out
    assert "-1  about many songs (rows)" in ran.out
    assert "gone.csv: No such file or directory" in ran.out
    assert "posts.json, item 3" in ran.err
    assert "most frequent first word" in ran.out
    assert "Sentences by their number of words" in ran.out
    assert "█" in ran.out
    assert "\x1b" not in ran.out
    lines = [line for line in ran.out.split("\n") if "not used" not in line]
    assert max(map(len, lines)) <= 80


def test_our_own_sentences_are_measured_without_a_source(run):
    ran = run("corpus", "build", "--json")
    assert ran.code == 0
    [body] = ran.json
    assert body["measures"]["sentences"] > 4_000
    assert body["funnel"]["refused"] == {}


def test_json_is_one_line_and_says_the_same_as_the_report(run, posts, tmp_path):
    file = tmp_path / "report.json"
    ran = run("corpus", "build", posts, "--json", "--report", file)
    [body] = ran.json
    assert body == json.loads(file.read_text())
    assert body["funnel"]["splits"] == {"train": 2, "valid": 0, "test": 0}
    assert body["measures"]["placeholders"] == {"artist": 0.5, "title": 0.5}
    assert json.loads(run("corpus", "build", posts, "--report", "-").out) == body


def test_the_training_data_can_be_read_back(run, posts, tmp_path):
    out = tmp_path / "made"
    ran = run("corpus", "build", posts, "--out", out)
    assert ran.code == 0
    assert f"curator train cvae {out}" in ran.err
    assert sorted(file.name for file in out.iterdir()) == [
        "funnel.json",
        "test.jsonl",
        "train.jsonl",
        "valid.jsonl",
    ]
    assert {s.text for s in prepare([out]).train} == {
        "Guitars arrive like weather, and {artist} refuse to take an umbrella.",
        "By the second chorus {title} has burned through the whole room.",
    }
    assert run("corpus", "build", out, "--json").json[0]["funnel"]["sentences_kept"] == 2


def test_a_built_folder_is_replaced_with_the_report_in_it_and_with_nothing_else(
    run, posts, tmp_path
):
    out = tmp_path / "made"
    command = ("corpus", "build", posts, "--out", out, "--report")
    assert run(*command, out / "report.json").code == 0
    assert run(*command, out / "report.json").code == 0
    assert len(list(out.iterdir())) == 5
    before = (out / "report.json").read_text()
    for other in ("-", tmp_path / "report.json", out / "other.json", out / "more" / "report.json"):
        ran = run(*command, other)
        assert (ran.code, ran.out) == (2, "")
        assert "holds other files" in ran.err
    assert (out / "report.json").read_text() == before
    assert "report.json: beside a built corpus" in run("corpus", "build", out).out


def test_nothing_is_written_without_out(run, posts, tmp_path):
    before = set(tmp_path.rglob("*"))
    assert run("corpus", "build", posts).code == 0
    assert set(tmp_path.rglob("*")) == before


def test_what_cannot_be_done_is_said_with_its_code(run, posts, tmp_path):
    (tmp_path / "short.txt").write_text("Too short.\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("keep me")
    for arguments, code, said in [
        ((tmp_path / "gone.csv",), 1, "nothing to learn from"),
        ((tmp_path / "short.txt",), 1, "no sentence is left"),
        ((posts, "--out", tmp_path / "folder"), 2, "holds other files"),
        ((posts, "--out", posts), 2, "holds other files"),
        ((posts, "--report", tmp_path), 2, "needs a file"),
        ((posts, "--report", tmp_path / "short.txt" / "x.json"), 1, "short.txt"),
        ((posts, "--wrong"), 2, "--wrong"),
    ]:
        ran = run("corpus", "build", *arguments)
        assert (ran.code, ran.out) == (code, ""), ran.err
        assert said in ran.err
    assert (tmp_path / "folder" / "mine.txt").read_text() == "keep me"


def test_a_damaged_file_does_not_flood_the_terminal(run, posts, tmp_path):
    (tmp_path / "bad.jsonl").write_text("{\n" * 100 + json.dumps(POSTS[0]) + "\n")
    ran = run("corpus", "build", tmp_path / "bad.jsonl", "--json")
    assert ran.code == 0
    assert len(ran.err.strip().split("\n")) == 21
    assert "80 more rows" in ran.err
    assert len(ran.json[0]["funnel"]["bad_lines"]) == 100


def test_names_of_files_cannot_command_the_terminal(run, tmp_path):
    (tmp_path / "a\x1b[31m.txt").write_text("The organ naps below a wide and quiet field.\n")
    ran = run("corpus", "build", tmp_path)
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("lengths", [{7: 3}, {6: 1, 35: 40_000}, {6: 0, 7: 1}])
def test_any_lengths_can_be_plotted(lengths):
    plain = histogram(lengths, color=False)
    assert "\x1b" not in plain
    assert f"{max(lengths.values()):,}" in plain
    assert max(map(len, plain.split("\n"))) <= 80
    assert "\x1b[" in histogram(lengths, color=True)
