"""`curator parse`: a line in, a line out, whatever the line."""

import json

import pytest


def test_a_line_in_a_line_out(run):
    ran = run("parse", "--json", input="Velvet Meridian - Glass Orchard\r\n\nthe kettle is on\n")
    assert ran.code == 0
    assert [(row["text"], row["artist"], row["title"]) for row in ran.json] == [
        ("Velvet Meridian - Glass Orchard", "Velvet Meridian", "Glass Orchard"),
        ("", None, None),
        ("the kettle is on", None, None),
    ]


def test_plain_lines_hold_three_fields_and_say_null(run):
    ran = run("parse", input='"Glass Orchard" by Velvet Meridian\na\tb\n')
    assert ran.out.split("\n")[0].split("\t")[1:] == ["Velvet Meridian", "Glass Orchard"]
    assert ran.out.split("\n")[1].split("\t")[1:] == ["null", "null"]


def test_every_song_of_a_text_is_listed(run):
    text = "Juno Saltmarsh - Blue Noon; Pocket Aviary - Tell the Gulls\n"
    ran = run("parse", "--json", input=text)
    assert [song["artist"] for song in ran.json[0]["songs"]] == ["Juno Saltmarsh", "Pocket Aviary"]


@pytest.mark.parametrize("how", [("-",), ()])
def test_broken_and_hostile_lines_survive(run, how):
    lines = [b"\xff\xfe Velvet", b"\x1b[31m[red]\x00", "‮ ‍".encode(), b"x" * 100_000, b"\x85 \x0b"]
    ran = run("parse", *how, "--json", input=b"\n".join(lines) + b"\n")
    assert ran.code == 0
    texts = [row["text"] for row in ran.json]
    assert texts == [line.decode("utf-8", "replace") for line in lines]
    assert not set(ran.out) & set("\x1b\x00\x85\u202e\u2028\u200d")
    plain = run("parse", input=b"\n".join(lines) + b"\n").out
    assert len(plain.split("\n")) == len(lines) + 1
    assert not set(plain) & set("\x1b\x00\x85\u202e\u2028")


def test_a_file_and_its_byte_order_mark(run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes(b"\xef\xbb\xbfVelvet Meridian - Glass Orchard")
    assert run("parse", file, "--json").json[0]["text"] == "Velvet Meridian - Glass Orchard"


def test_a_missing_file_is_said_in_a_line(run, tmp_path):
    ran = run("parse", tmp_path / "none.txt")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "none.txt" in ran.err


def test_it_speaks_utf8_whatever_the_locale_says(shell):
    text = "Björk Ørsted – “Çağla”\n"
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    ran = shell("parse", "--json", input=text.encode(), env=env)
    assert ran.code == 0
    assert json.loads(ran.out)["text"] == text.strip()
