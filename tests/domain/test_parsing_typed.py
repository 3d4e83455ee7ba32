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
