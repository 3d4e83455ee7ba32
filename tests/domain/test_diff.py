from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.diff import word_diff, word_distance

TEXT = st.text("ab \n", max_size=24)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("a good song", "a good song", [("same", "a good song")]),
        ("a good song", "a bad song", [("same", "a "), ("del", "good "), ("add", "bad "),
                                       ("same", "song")]),
        ("a good song", "a song", [("same", "a "), ("del", "good "), ("same", "song")]),
        ("a song", "a good song", [("same", "a "), ("add", "good "), ("same", "song")]),
        ("nice tune", "nice", [("same", "nice"), ("del", " tune")]),
        ("", "new", [("add", "new")]),
        ("old", "", [("del", "old")]),
        ("", "", []),
    ],
)  # fmt: skip
def test_what_changed(before: str, after: str, changes: list[tuple[str, str]]) -> None:
    assert word_diff(before, after) == changes


@given(TEXT, TEXT)
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    changes = word_diff(before, after)
    assert "".join(text for op, text in changes if op != "add") == before
    assert "".join(text for op, text in changes if op != "del") == after
    assert all(text for _, text in changes)
    assert all(a[0] != b[0] for a, b in pairwise(changes))


def test_very_long_texts_are_not_matched_word_by_word() -> None:
    before, after = "a b " * 20_000, "b c a " * 20_000
    changes = word_diff("same " + before, "same " + after)
    assert changes[0] == ("same", "same ")
    assert "".join(text for op, text in changes if op != "del") == "same " + after


@pytest.mark.parametrize(
    ("before", "after", "distance"),
    [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("a b", "b", 1), ("", "a b", 2),
     ("a  b", "a b", 0)],
)  # fmt: skip
def test_distance_in_words(before: str, after: str, distance: int) -> None:
    assert word_distance(before, after) == distance
