"""Words that keep the same company are alike; others are not."""

import numpy as np
import pytest

from models.corpus import own_voice, prepare
from models.learning.senses import Senses, of_our_voice


@pytest.fixture(scope="module")
def senses():
    return of_our_voice()


def alike(senses, one, other):
    return float(np.prod([senses([word]) for word in (one, other)], 0).sum())


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [("hiss", "crackle", "happy"), ("warm", "cold", "drums"), ("shoulders", "hips", "tempo")],
)
def test_what_keeps_the_same_company_is_alike(senses, word, near, far):
    assert alike(senses, word, near) > 2 * abs(alike(senses, word, far)) + 0.02
    assert alike(senses, word, word) > alike(senses, word, near)


def test_a_text_is_the_sum_of_its_words_each_once(senses):
    [one, two, both, twice, none] = senses(
        ["drums", "hum", "Drums hum.", "The drums, drums hum", "qqqq"]
    )
    np.testing.assert_allclose(both, one + two, atol=1e-5)
    np.testing.assert_allclose(twice, both + senses(["the"])[0], atol=1e-5)
    assert not none.any()


def test_the_same_sentences_give_the_same_vectors():
    texts = [line.text for line in prepare(own_voice()[:1]).train]
    one, again, fewer = Senses.of(texts), Senses.of(texts), Senses.of(texts[:-50])
    assert again.words == one.words
    assert np.array_equal(again.vectors, one.vectors)
    assert not np.array_equal(fewer.vectors, one.vectors)
