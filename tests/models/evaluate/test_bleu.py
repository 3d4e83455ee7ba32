import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluate import bleu, self_bleu_of_corpus

TEXTS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), min_size=2, max_size=5)


def words(*texts):
    return [text.split() for text in texts]


def test_the_example_of_the_paper_clips_the_count_of_a_repeated_word():
    text = words("the the the the the the the")
    references = [words("the cat is on the mat", "there is a cat on the mat")]
    assert bleu(text, references, 1) == pytest.approx(2 / 7)


def test_a_case_counted_by_hand():
    # 1-grams 5 of 6, 2-grams 3 of 5, 3-grams 2 of 4, 4-grams 1 of 3; both have six words.
    text, reference = "the cat sat on the mat", "the cat sat on a mat"
    expected = (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    assert bleu(words(text), [words(reference)]) == pytest.approx(expected)


def test_a_short_text_pays_for_it():
    assert bleu(words("a b c d"), [words("a b c d e f")]) == pytest.approx(math.exp(1 - 6 / 4))
    assert bleu(words("a b c d e f"), [words("a b c d")]) == pytest.approx(
        (4 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    )


def test_the_closest_reference_length_counts_and_the_shorter_of_two():
    references = [words("a b c d x x", "a b c d x x x x x")]
    assert bleu(words("a b c d"), references) == pytest.approx(math.exp(1 - 6 / 4))
    # Lengths 4 and 6 are as close to 5: by the shorter there is nothing to pay.
    both = [words("a b c d", "a b c d e x")]
    assert bleu(words("a b c d e"), both) == pytest.approx(1)


def test_counts_are_summed_over_the_corpus_before_dividing():
    texts, references = words("a b", "c d e f"), [words("a b"), words("x x x x")]
    assert bleu(texts, references, 1) == pytest.approx(2 / 6)


def test_without_a_match_it_is_nothing():
    assert bleu(words("a b c"), [words("a b c")]) == 0  # no run of four
    assert bleu([[]], [words("a b c")]) == 0


@given(TEXTS)
def test_self_bleu_is_bleu_against_all_the_others(texts):
    others = [texts[:i] + texts[i + 1 :] for i in range(len(texts))]
    for size in (1, 2, 4):
        assert self_bleu_of_corpus(texts, size) == pytest.approx(bleu(texts, others, size))


def test_self_bleu_of_the_same_and_of_the_different():
    assert self_bleu_of_corpus(words("a b c d e", "a b c d e")) == pytest.approx(1)
    assert self_bleu_of_corpus(words("a b c d e", "f g h i j")) == 0
    assert self_bleu_of_corpus(words("a b c d e")) == 0
