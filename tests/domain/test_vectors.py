"""Vectors as records keep them, and the way between two."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.vectors import between, pack, unpack

NUMBERS = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=8)


@given(NUMBERS)
def test_a_vector_comes_back(numbers):
    assert unpack(pack(tuple(numbers))) == tuple(numbers)


def test_they_are_little_endian_float32():
    assert pack((1.0, -2.0)) == "AACAPwAAAMA="


@pytest.mark.parametrize("packed", ["AAA=", "!", "AACAPw"])
def test_what_is_no_vector_is_refused(packed):
    with pytest.raises(ValueError):  # noqa: PT011 - also those of base64
        unpack(packed)


@given(NUMBERS, st.randoms())
def test_the_ends_are_the_ends(numbers, random):
    start, end = pack(tuple(numbers)), pack(tuple(random.sample(numbers, len(numbers))))
    assert unpack(between(start, end, 0.0)) == unpack(start)
    assert unpack(between(start, end, 1.0)) == unpack(end)


def test_the_way_is_an_arc():
    middle = unpack(between(pack((2.0, 0.0)), pack((0.0, 2.0)), 0.5))
    assert math.hypot(*middle) == pytest.approx(2.0)
    assert middle[0] == pytest.approx(middle[1])
    third = unpack(between(pack((2.0, 0.0)), pack((0.0, 2.0)), 1 / 3))
    assert math.atan2(third[1], third[0]) == pytest.approx(math.pi / 6)


@pytest.mark.parametrize("end", [(3.0, 0.0), (-3.0, 0.0), (0.0, 0.0)])
def test_where_there_is_no_arc_the_way_is_straight(end):
    assert unpack(between(pack((1.0, 0.0)), pack(end), 0.5)) == ((1.0 + end[0]) / 2, 0.0)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="shorter"):
        between(pack((1.0, 2.0)), pack((1.0,)), 0.5)
