import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus.roundups import is_roundup
from models.corpus.songs import NO_SONG, Song, song_of

FOXES = Song("Marble Foxes", "Paper Lanterns")


@pytest.mark.parametrize(
    "headline",
    [
        "Marble Foxes - Paper Lanterns",
        "Marble Foxes – Paper Lanterns (feat. Ola Brandt) | Some Blog",
        "Marble Foxes: Paper Lanterns",
        "Marble Foxes: “Paper Lanterns”",
        "Marble Foxes shares “Paper Lanterns”",
        "Marble Foxes Share New Single 'Paper Lanterns'",
        "Marble Foxes' new track “Paper Lanterns” glows",
        'Northern duo Marble Foxes return with "Paper Lanterns," a slow burner',
        "“Paper Lanterns” by Marble Foxes",
        "Listen to Marble Foxes’s “Paper Lanterns”",
        "Stream “Paper Lanterns” from Marble Foxes",
        "[Premiere] Marble Foxes — Paper Lanterns [Official Video]",
        "NEW MUSIC: Marble Foxes – Paper Lanterns (2018)",
        "Song of the Day: Marble Foxes - Paper Lanterns",
        "SONG PICK: Marble Foxes - Paper Lanterns",
    ],
)
def test_the_usual_headlines_name_their_song(headline):
    assert song_of(headline) == FOXES


@pytest.mark.parametrize(
    "headline",
    [
        "",
        "Hope",
        "Interview: Marble Foxes",
        "A walk through the studio",
        "Tour: ten cities",
        "- : -",
    ],
)
def test_a_headline_without_a_song_names_none(headline):
    assert song_of(headline) == NO_SONG


def test_what_is_too_long_for_a_headline_is_not_looked_through():
    assert song_of("(feat " * 100_000) == NO_SONG
    assert not is_roundup("(feat " * 100_000, (), [])


def test_a_title_alone_is_better_than_nothing():
    assert song_of("Wander down a hazy hole on ‘Follow Me Home’").title == "Follow Me Home"


@given(st.text(max_size=80) | st.text(alphabet="AbC'\"“”‘’-–:|/()[] ,.", max_size=40))
def test_any_headline_can_be_asked(headline):
    song = song_of(headline)
    for name in song:
        assert name is None or name.strip() == name != ""


def test_most_headlines_of_real_blogs_are_understood():
    shared = Path(os.environ.get("CURATOR_SHARED", Path(__file__).parents[3].parent / "shared"))
    file = shared / "data" / "parsing" / "blog-headlines-dev.json"
    if not file.is_file():
        pytest.skip("the headlines are not on this machine")

    def key(name):
        return "".join(c for c in (name or "").lower() if c.isalnum())

    rows = json.loads(file.read_text("utf-8"))
    right = sum(key(song_of(row["headline"]).title) == key(row["song"]) for row in rows)
    assert right / len(rows) > 0.75


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Best songs of 2017", True),
        ("The 20 Best New Tracks", True),
        ("Top 50: our year", True),
        ("This Week's Mixtape", True),
        ("Weekly Playlist", True),
        ("New Music Friday", True),
        ("Premieres: five to hear", True),
        ("Favorite albums of the year", True),
        ("Marble Foxes share “Best of Me”", False),
        ("Marble Foxes - Best Friend", False),
        ("[Premiere] Marble Foxes - Paper Lanterns", False),
        ("Marble Foxes share “Top 50 Playlist”", False),
    ],
)
def test_headlines_tell_roundups(headline, expected):
    assert is_roundup(headline, (), ["One paragraph about one song."]) is expected


def test_many_headings_or_entries_make_a_roundup():
    entries = [f"{n}. Band {n} – Song number {n}" for n in range(1, 7)]
    prose = ["The bass - if it is one - hums, and the choir waits for its turn to answer it."] * 8
    assert is_roundup("Notes", (), [*entries, *prose])
    assert not is_roundup("Notes", (), [*entries[:3], *prose])
    assert is_roundup("Notes", ("A", "B", "C", "D", "E"), prose)
    assert not is_roundup("Notes", ("A", "B"), prose)
