"""The company of words: what is usual, what was never written, and that nothing runs over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pretrained.company import NAMES, Company, of_our_voice

WORDS = st.lists(st.sampled_from(["drums", "hiss", "slow", "voice", "bell", "unheard"]), max_size=9)


def of(company, text, name):
    return float(company(text)[NAMES.index(name)])


@pytest.fixture(scope="module")
def voice():
    return of_our_voice()


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ("The bass line holds one note.", "The bass line holds one verse of piano kicks."),
        ("Two guitars trade a short riff.", "Two guitars riff the trade short a."),
    ],
)
def test_what_nobody_has_written_is_unusual(voice, usual, odd):
    for name in ("follows, mean", "follows, least"):
        assert of(voice, usual, name) > of(voice, odd, name)
    assert of(voice, usual, "seldom follows") < of(voice, odd, "seldom follows")


def test_nearness_is_not_asked_of_the_commonest_words(monkeypatch):
    texts = ["slow drums hiss", "slow drums hiss", "slow bell", "drums bell"]
    near = Company.of(texts)
    monkeypatch.setattr("models.pretrained.company._COMMON", 0)
    open_eyed = Company.of(texts)
    assert of(near, "slow drums hiss", "near, mean") == 0.0
    assert of(open_eyed, "slow drums hiss", "near, mean") > of(open_eyed, "hiss bell", "near, mean")


def test_sentences_are_no_company_to_each_other(monkeypatch):
    monkeypatch.setattr("models.pretrained.company._COMMON", 0)
    apart, together = Company.of(["slow drums", "hiss bell"]), Company.of(["slow drums hiss bell"])
    assert of(apart, "drums hiss", "follows, least") < of(together, "drums hiss", "follows, least")
    assert of(apart, "drums hiss", "near, mean") < of(together, "drums hiss", "near, mean")


def test_a_word_that_nobody_wrote_is_near_nothing(voice):
    for name in ("near, mean", "near, least", "seldom near"):
        assert of(voice, "Xylomarg blenk quux.", name) == 0.0


def counted(sentences, text):
    """Count by hand what follows what, ends and all."""
    known = {word for words in sentences for word in words}
    pairs = [p for words in sentences for p in zip(["", *words], [*words, ""], strict=True)]
    alone = [word for words in sentences for word in ("", *words)]
    return [
        np.log((pairs.count(pair) * (not pair[0] or pair[0] in known) + 0.2)
               / (alone.count(pair[0]) + 5))
        for pair in zip(["", *text], [*text, ""], strict=True)
    ]  # fmt: skip


@given(st.lists(WORDS.filter(bool), min_size=1, max_size=6), WORDS)
@settings(max_examples=60, deadline=None)
def test_it_counts_as_one_counts_by_hand(sentences, text):
    company = Company.of([" ".join(words) for words in sentences])
    found = company(" ".join(text))
    assert np.isfinite(found).all()
    follows = sorted(counted(sentences, text))
    assert found[0] == pytest.approx(np.mean(follows), abs=1e-5)
    assert found[1] == pytest.approx(follows[0], abs=1e-5)
