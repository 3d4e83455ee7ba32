"""Tags into genres."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.music.genres import MOST, genres_of, tidy, voted


@pytest.mark.parametrize(
    "tag",
    ["seen live", "favourites", "Female Vocalists", "80s", "1994", "american", "my songs",
     "beautiful", "vinyl", "love it", "", "  ", "!!", "x" * 60, "best of 2011",
     "under 2000 listeners", "nan", "NaN", "null"],
)  # fmt: skip
def test_no_genres(tag):
    assert tidy(tag) is None


@pytest.mark.parametrize(
    ("tag", "genre"),
    [("Hip-Hop", "hip hop"), ("R'n'B", "r&b"), ("Drum & Bass", "drum and bass"),
     ("Shoegaze", "shoegaze"), ("  Dream   Pop ", "dream pop"), ("synthpop", "synth-pop"),
     ("lo_fi", "lo-fi"), ("american folk", "american folk"),
     ("live electronic", "live electronic")],
)  # fmt: skip
def test_genres_are_written_one_way(tag, genre):
    assert tidy(tag) == genre


def test_votes_are_counted_over_spellings():
    votes = [
        ("Hip-Hop", 3),
        ("jazz", 4),
        ("hip hop", 3),
        ("seen live", 90),
        ("polka", 0),
        ("ska", -2),
    ]
    assert voted(votes) == ("hip hop", "jazz")


def test_a_few_votes_beside_many_are_a_joke():
    assert voted([("rock", 50), ("opera", 2)]) == ("rock",)


@given(st.lists(st.tuples(st.text(), st.integers(-5, 50)), max_size=20))
def test_whatever_comes_is_short_and_flat(votes):
    for genres in (voted(votes), genres_of(tag for tag, _ in votes)):
        assert len(genres) <= MOST
        assert len(set(genres)) == len(genres)
        assert not any("\n" in g or g != g.strip() for g in genres)
