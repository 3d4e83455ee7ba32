"""Lines typed at the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.parsing import Found
from curator.domain.parsing.typed import parse_typed


@pytest.mark.parametrize(
    ("line", "artist", "title"),
    [
        ("ann lee - low sun", "ann lee", "low sun"),
        ("A – One", "A", "One"),
        ("low sun by ann lee", "ann lee", "low sun"),
        ('ann lee -- "low sun"', "ann lee", "low sun"),
        ("stand by me by ben e king", "ben e king", "stand by me"),
        ("Day by Day by Ann Lee", "Ann Lee", "Day by Day"),
        # the reader of posts leaves these to this one
        ("No Woman, No Cry by Ann Lee", "Ann Lee", "No Woman, No Cry"),
        ("Gimme! Gimme! Gimme! by ABBA", "ABBA", "Gimme! Gimme! Gimme!"),
    ],
)
def test_two_parts_are_a_song(line, artist, title):
    assert parse_typed(line) == (Found(artist, title),)


@pytest.mark.parametrize("line", ["", "what a day", " - ", "a - b - c", "by", "well-known"])
def test_anything_else_is_none(line):
    assert parse_typed(line) == ()


@given(st.text())
def test_any_line_can_be_read(line):
    for found in parse_typed(line):
        assert found.artist or found.title
