import pytest

from models.copying import copied

TRAINING = ["One two three four five six seven eight nine ten.", "Short, and whole."]


def test_a_run_of_the_size_is_copied_and_a_shorter_one_is_not():
    assert copied(["two three four"], TRAINING, size=3) == 1.0
    assert copied(["two three"], TRAINING, size=3) == 0.0
    assert copied(["three two four"], TRAINING, size=3) == 0.0


def test_the_share_is_of_the_letters_of_words():
    text = "Then ONE two, three! Others."  # 11 of 4 + 11 + 6 letters
    assert copied([text], TRAINING, size=3) == pytest.approx(11 / 21)
    assert copied([text, "four five six seven"], TRAINING, size=3) == pytest.approx(27 / 37)


def test_runs_that_overlap_count_once():
    assert copied(["one two three four"], TRAINING, size=3) == 1.0


def test_a_short_text_is_copied_only_as_a_whole():
    assert copied(["short and whole"], TRAINING) == 1.0
    assert copied(["short and"], TRAINING) == 0.0
    assert copied([""], TRAINING) == copied([], TRAINING) == 0.0
