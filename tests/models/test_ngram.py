import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ngram import END, Continuation, Ngram
from models.units import CharTokenizer

TEXTS = ["abab.", "abba.", "cab."]
LETTERS = st.text("ab .", max_size=12)


def histories(texts, order):
    """All n-grams counted the plain way: history → what followed; "^" is the beginning."""
    table = {}
    for text in texts:
        symbols = ["^", *text, END]
        for i in range(1, len(symbols)):
            for size in range(order):
                if i - size >= 0:
                    table.setdefault(tuple(symbols[i - size : i]), Counter())[symbols[i]] += 1
    return table


@settings(max_examples=60)
@given(texts=st.lists(LETTERS, min_size=1, max_size=6), order=st.integers(1, 11))
def test_the_index_counts_as_a_table_would(texts, order):
    model = Ngram.fit(texts, order)
    for history, counts in histories(texts, order).items():
        start = history[:1] == ("^",)
        found = model.table("".join(history[start:]), start=start)
        assert {row.symbol: row.count for row in found} == counts
        assert sum(row.probability for row in found) == pytest.approx(1.0)
        assert found == sorted(found, key=lambda row: -row.count)


def test_order_one_is_the_frequency_of_letters():
    found = Ngram.fit(TEXTS, 1).table("whatever")
    counts = Counter("".join(TEXTS)) + Counter({END: 3})
    assert found == [
        Continuation(symbol, count / counts.total(), count)
        for symbol, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def test_a_short_history_counts_wherever_it_comes_and_start_only_there():
    model = Ngram.fit(TEXTS, 3)
    anywhere = {row.symbol: row.count for row in model.table("a")}
    assert anywhere == {"b": 4, ".": 1}
    assert {row.symbol: row.count for row in model.table("a", start=True)} == {"b": 2}
    assert {row.symbol: row.count for row in model.table("", start=True)} == {"a": 2, "c": 1}
    assert model.table("zz") == []
    assert model.table("a long story ab") == model.table("ab")


def test_the_end_and_the_names_are_symbols():
    model = Ngram.fit(["by {artist}.", "by {title}"], 4)
    assert [row.symbol for row in model.table("by ")] == ["{artist}", "{title}"]
    assert [row.symbol for row in model.table("{title}")] == [END]


@given(texts=st.lists(LETTERS, min_size=1, max_size=5), order=st.integers(1, 6))
def test_training_text_is_never_impossible(texts, order):
    found = Ngram.fit(texts, order).likelihood(texts)
    assert found.unseen == 0
    assert found.symbols == sum(len(text) + 1 for text in texts)
    assert found.perplexity == found.perplexity_where_seen >= 1.0


def test_longer_histories_know_their_training_text_better():
    model = Ngram.fit(TEXTS, 4)
    nats = [model.of_order(order).likelihood(TEXTS).nats for order in (1, 2, 3, 4)]
    assert nats == sorted(nats, reverse=True)
    assert nats[0] > nats[-1]


def test_what_is_unseen_is_impossible_and_said_so():
    model = Ngram.fit(TEXTS, 3)
    nats = model.nats("abz")
    assert nats[:2] == pytest.approx([math.log(3 / 2), math.log(2 / 2)])
    assert nats[2:] == [math.inf, math.inf]  # z, and the end after a history with z
    found = model.likelihood(["abz"])
    assert (found.unseen, found.symbols, found.words) == (2, 4, 1)
    assert found.perplexity == found.perplexity_per_word == math.inf
    assert found.perplexity_where_seen == pytest.approx(math.exp(math.log(1.5) / 2))


def test_the_best_finite_order_is_found():
    model = Ngram.fit(["abcabcabc."] * 3 + ["ac."], 5)
    best = model.best_finite(["abc."])
    assert best is not None
    assert math.isfinite(best.perplexity)
    for order in range(1, 6):
        other = model.of_order(order).likelihood(["abc."])
        assert other.unseen or other.nats >= best.nats
    assert model.best_finite(["z"]) is None


def test_it_survives_as_tensors_and_stays_small():
    model = Ngram.fit([f"line {i} of some text that goes on." for i in range(200)], 7)
    tensors = model.tensors()
    again = Ngram.from_tensors(7, model.tokenizer, tensors)
    assert again.table("line") == model.table("line")
    assert sum(t.nbytes for t in tensors.values()) < 6.5 * len(tensors["ngram/symbols"])
    with pytest.raises(ValueError, match="index"):
        Ngram(7, model.tokenizer, tensors["ngram/symbols"][:5], tensors["ngram/places"])


def test_no_text_and_no_order():
    empty = Ngram(3, CharTokenizer([]), np.zeros(0, np.uint16), np.zeros(0, np.int32))
    assert empty.table("a") == []
    with pytest.raises(ValueError, match="at least one"):
        Ngram.fit(TEXTS, 0)
