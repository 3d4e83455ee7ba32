import pytest

from models.evaluate import distinct, loops, self_bleu, variety


def test_variety_tells_repetition_from_riches():
    same = ["the drums keep the time tonight."] * 4
    rich = ["the drums keep the time tonight.", "a cello leans into one long low note."]
    assert self_bleu([t.split() for t in same]) == 1
    assert self_bleu([t.split() for t in rich]) == 0
    figures = variety([*same, "a cut text with and with and with and"], training=rich)
    assert figures["exact_repeats"] == pytest.approx(3 / 5)
    assert figures["cut"] == figures["looping"] == pytest.approx(1 / 5)
    assert 0.5 < figures["overlap_4"] < 1


def test_distinct_counts_different_runs_among_all():
    texts = [["a", "b", "a"], ["a", "b"]]
    assert distinct(texts, 1) == pytest.approx(2 / 5)
    assert distinct(texts, 2) == pytest.approx(2 / 3)
    assert distinct(texts, 3) == 1
    assert distinct(texts, 4) == 0


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [("la la land", True), ("on and on and on and", True), ("on and on it goes", False)],
)
def test_a_loop_is_a_word_after_itself_or_three_words_twice(text, is_loop):
    assert loops(text.split()) is is_loop


def test_a_closing_quotation_mark_is_no_cut():
    figures = variety(['"Hold on," it says, "and dance."', "It goes on and"], training=[])
    assert figures["cut"] == 0.5
    assert figures["overlap_4"] == 0
