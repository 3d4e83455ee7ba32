"""Surprisal in words and numbers."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.surprise import (
    CLASSES,
    class_of,
    counted,
    odds,
    shares_of_word,
    word_of,
    words_of,
)

PIECES = ["The", " drum", "mer", " is", " l", "a", "te", "."]


@pytest.mark.parametrize(
    ("nats", "name"),
    [(0, "expected"), (-0.1, "expected"), (0.999, "expected"), (1, "likely"), (3, "surprising"),
     (5, "startling"), (math.inf, "startling")],
)  # fmt: skip
def test_classes(nats, name):
    assert CLASSES[class_of(nats)].name == name


def test_classes_say_their_bounds_and_leave_no_gap():
    assert [each.bounds for each in CLASSES] == ["<1", "1–3", "3–5", "≥5"]
    assert all(a.high == b.low for a, b in pairwise(CLASSES))


def test_counting():
    assert counted([0.5, 0.2, 2, 9]) == [2, 1, 0, 1]


@pytest.mark.parametrize(
    ("nats", "said"),
    [(0, "1 in 1.0"), (math.log(2), "1 in 2.0"), (math.log(31), "1 in 31"),
     (math.log(12_345), "1 in 12,345"), (math.log(3e9), "1 in 3e09"), (math.inf, "never seen"),
     (5000, "1 in 1e304")],
)  # fmt: skip
def test_odds(nats, said):
    assert odds(nats) == said


def test_words_begin_with_a_space():
    assert [list(word) for word in words_of(PIECES)] == [[0], [1, 2], [3], [4, 5, 6, 7]]
    assert word_of(PIECES, 2) == range(1, 3)
    assert word_of(["a"], 0) == range(1)


@given(st.lists(st.text("ab ", min_size=1), min_size=1))
def test_every_piece_is_in_one_word(pieces):
    words = words_of(pieces)
    assert [n for word in words for n in word] == list(range(len(pieces)))
    assert all(word_of(pieces, n) == word for word in words for n in word)


def test_shares_of_a_word_are_found_whatever_the_pieces():
    whole = [("The", {"z": 1.0}), (" drummer", {"z": 2.0, "rock": -1.0}), (" is", {}),
             (" late.", {"z": 4.0}), ("⏎", {"z": 100.0})]  # fmt: skip
    assert shares_of_word(PIECES, 1, whole) == {"z": 2.0, "rock": -1.0}
    assert shares_of_word(PIECES, 2, whole) == {"z": 2.0, "rock": -1.0}
    assert shares_of_word(PIECES, 7, whole) == {"z": 4.0}
    same = [(piece, {"z": 1.0}) for piece in [" The", *PIECES[1:]]]
    assert [shares_of_word(PIECES, n, same)["z"] for n in (0, 1, 3, 4)] == [1, 2, 1, 4]
