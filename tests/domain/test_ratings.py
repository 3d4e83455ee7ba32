import json
from dataclasses import replace
from typing import Any

from curator.domain.labels import Label
from curator.domain.ratings import rating_lines, song_key
from curator.domain.records import Sample, Song
from curator.domain.vectors import pack

SONG = Song(
    "Ann", "Rain", ("dub", "pop"), {"energy": 0.9}, "catalogue", genre_sources={"pop": "spotify"}
)
SAMPLE = Sample(
    "s", "r", "t", "words", "m", "hash", 7, 1, z=pack((1.0, 2.0)), logprobs=pack((-1.0, -2.0)),
    song=SONG, arm="steered", learned="v1",
)  # fmt: skip
LABEL = Label(SAMPLE, "ann", "words", SONG, True, ("verdict",), 1.0, 1.0, 1.0)


def line(label: Label) -> dict[str, Any]:
    text = rating_lines([label], ("catalogue",))
    assert text.count("\n") == 1
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_line_can_be_traced_to_its_sample_and_arm() -> None:
    found = line(LABEL)
    assert (found["id"], found["sample"], found["curator"]) == ("s", "s", "ann")
    assert (found["liked"], found["weight"], found["said"]) == (1.0, 1.0, ["verdict"])
    assert (found["weights"], found["arm"], found["learned"]) == ("hash", "steered", "v1")
    assert (found["z"], found["logprob"]) == (SAMPLE.z, -1.5)
    assert line(replace(LABEL, value=-1.0))["liked"] == 0.0


def test_an_edited_text_has_no_z_of_its_own() -> None:
    found = line(replace(LABEL, text="better", as_written=False))
    assert (found["id"], found["text"], found["z"], found["logprob"]) == ("s-e", "better", "", None)


def test_what_spotify_says_does_not_reach_the_model() -> None:
    assert line(LABEL)["about"]["genres"] == ["dub"]


def test_the_same_song_is_one_however_it_is_spelt() -> None:
    assert song_key(SONG, "r") == song_key(Song(" ANN ", "rain"), "q")
    assert song_key(Song(None, "Rain"), "r") == "r"


def test_no_text_breaks_a_line() -> None:
    hostile = "a\n\u2028b\x1b\ud83d"
    assert line(replace(LABEL, text=hostile))["text"] == hostile
