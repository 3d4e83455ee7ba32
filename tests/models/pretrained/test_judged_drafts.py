"""Judged drafts as they are read from an export: what song each was written for."""

import base64
import json

import numpy as np
import pytest

from curator.domain.columns import song_columns
from curator.domain.records import Song
from models.pretrained.judged import Judged, JudgedError, read
from models.writer import Conditions

NOW = Song(
    "The New Name",
    "Right Title",
    ("dream pop", "shoegaze"),
    {"energy": 0.6, "tempo": 120.0},
    "musicbrainz",
    {"shoegaze": "spotify"},
    {"tempo": "spotify"},
)
TOLD = Song(
    "Old Name",
    None,
    ("techno", "house"),
    {"danceability": 0.4, "energy": 0.9},
    "parsed",
    {"house": "spotify"},
    {"danceability": "spotify"},
)


@pytest.fixture
def draft(tmp_path):
    """Read a draft about a song that was written for another, beside enough others."""

    def one(now, told=None, **more):
        z = base64.b64encode(np.zeros(3, "<f4").tobytes()).decode()
        row = song_columns(now) | {"text": "Old Name waits.", "z": z, "request_id": "r1"}
        row = row | {"sample_song": told and json.dumps(told.to_doc())} | more
        verdicts = ["approve", "reject"] * 10
        lines = [json.dumps(row | {"verdict": verdict}) for verdict in verdicts]
        (tmp_path / "judged.jsonl").write_text("\n".join(lines), "utf-8")
        return read([tmp_path / "judged.jsonl"])[0]

    return one


def test_what_spotify_said_is_not_learnt(draft):
    known = Conditions("The New Name", "Right Title", ("dream pop",), {"energy": 0.6})
    assert draft(NOW).song == known
    alone = Song("A", "T", ("house",), {"energy": 0.5}, "spotify")
    assert draft(alone).song == Conditions("A", "T", (), {})
    own = Song("A", "T", ("house",), {"energy": 0.5}, "spotify", {"house": "curator"})
    assert draft(own).song == Conditions("A", "T", ("house",), {})


def test_a_draft_is_of_the_song_that_it_was_written_for(draft):
    found = draft(NOW, TOLD)
    assert found.song == Conditions("Old Name", None, ("techno",), {"energy": 0.9})
    assert found.z is not None
    # As with texts that were written elsewhere: without a name there is no song.
    assert draft(NOW, Song(genres=("techno",))).song.artist == "The New Name"


def test_a_song_in_another_shape_is_read_or_said_to_be_none(draft):
    of_dict = draft(NOW, sample_song=TOLD.to_doc())
    assert of_dict.song.artist == "Old Name"
    assert draft(NOW, sample_song="null").song.artist == "The New Name"
    assert draft(NOW, genre_sources="\nspotify").song.genres == ("dream pop",)
    with pytest.raises(JudgedError, match="sample_song is to be a song"):
        draft(NOW, sample_song="[1]")


def about(artist, title, request=""):
    return Judged("x", Conditions(artist, title), 1.0, request=request).about


def test_a_song_is_one_however_it_is_spelt():
    assert about("The  Knife", "heartbeats ") == about("the knife", "Heartbeats")
    assert about("A", "B", "r1") == about("A", "B", "r2")
    assert about("A", "B") != about("A", "C")


def test_songs_without_a_name_are_their_requests_own(draft):
    assert draft(Song(genres=("house",))).about == "r1"
    assert draft(Song("A", None), request_id="r2").about == "r2"
    assert about(None, None, "r1") != about(None, None, "r2")
    assert about("A", None) != about("B", None)  # where there are no requests
