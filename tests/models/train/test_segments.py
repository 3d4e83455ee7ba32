import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokenizer import BOS, EOS, PAD
from models.train.segments import HIDDEN, segments, stream

SENTENCES = st.lists(
    st.lists(st.integers(6, 30), max_size=9).map(lambda s: [BOS, *s, EOS]), min_size=1, max_size=12
)


@given(sentences=SENTENCES, rows=st.integers(1, 7), seed=st.integers(0, 99))
def test_every_token_is_foretold_exactly_once(sentences, rows, seed):
    laid = stream(sentences, rows, seed, epoch=0)
    targets = Counter()
    for segment in segments(laid.length, seed, epoch=0, base=8):
        tokens, whose = laid.cut(segment)
        assert tokens.shape == (rows, segment.length + 1)
        assert whose.shape == (rows, segment.length)
        targets.update(tokens[:, 1:].ravel().tolist())
    for token in (BOS, PAD):
        del targets[token]
    assert targets == Counter(t for s in sentences for t in s if t != BOS)


@given(sentences=SENTENCES, rows=st.integers(1, 7), seed=st.integers(0, 99))
def test_each_input_knows_its_sentence_and_rows_go_on(sentences, rows, seed):
    laid = stream(sentences, rows, seed, epoch=1)
    assert (laid.tokens[1:, 0] == laid.tokens[:-1, -1]).all()
    inputs, whose = laid.tokens[:, :-1].ravel(), laid.sentences.ravel()
    assert ((whose == HIDDEN) == (inputs == PAD)).all()
    seen = {}
    for token, sentence in zip(inputs.tolist(), whose.tolist(), strict=True):
        seen.setdefault(sentence, []).append(token)
    seen.pop(HIDDEN, None)
    for sentence, tokens in seen.items():
        assert tokens == sentences[sentence][: len(tokens)]
    assert set(seen) == set(range(len(sentences)))


def test_an_epoch_is_the_same_again_and_others_differ():
    sentences = [[BOS, i, EOS] for i in range(6, 40)]
    one = stream(sentences, 4, seed=1, epoch=2)
    assert np.array_equal(one.tokens, stream(sentences, 4, seed=1, epoch=2).tokens)
    assert not np.array_equal(one.tokens, stream(sentences, 4, seed=1, epoch=3).tokens)
    assert not np.array_equal(one.tokens, stream(sentences, 4, seed=2, epoch=2).tokens)
    assert segments(900, 1, 2) == segments(900, 1, 2) != segments(900, 1, 3)


def test_sentences_come_as_often_as_asked():
    sentences = [[BOS, 7, EOS], [BOS, 8, EOS], [BOS, 9, EOS]]
    laid = stream(sentences, 1, 0, 0, repeats=[3, 0, 1])
    counts = Counter(laid.tokens.ravel().tolist())
    assert (counts[7], counts[8], counts[9]) == (3, 0, 1)
    with pytest.raises(ValueError, match="no sentence"):
        stream(sentences, 1, 0, 0, repeats=[0, 0, 0])


def test_conditions_are_hidden_for_whole_sentences():
    sentences = [[BOS, *[6 + i] * 5, EOS] for i in range(400)]
    laid = stream(sentences, 1, 0, 0, hide=0.25)
    inputs, hidden = laid.tokens[0, :-1], laid.sentences[0] == HIDDEN
    for token in range(6, 406):
        assert hidden[inputs == token].all() or not hidden[inputs == token].any()
    assert 0.2 < hidden.mean() < 0.3
    assert np.array_equal(inputs, stream(sentences, 1, 0, 0).tokens[0, :-1])


@given(length=st.integers(1, 3000), seed=st.integers(0, 99), base=st.integers(8, 90))
def test_stretches_cover_the_rows(length, seed, base):
    cuts = segments(length, seed, 0, base)
    assert cuts[0].start == 0
    assert all(a.start + a.length == b.start for a, b in itertools.pairwise(cuts))
    assert cuts[-1].start + cuts[-1].length == length
    assert all(cut.length >= 5 for cut in cuts[:-1])
    assert all(cut.rate == cut.length / base for cut in cuts)


def test_stretches_are_about_the_base_and_now_and_then_half_of_it():
    sizes = np.array([cut.length for cut in segments(70 * 4000, 3, 0)])
    assert 0.03 < (sizes < 52).mean() < 0.07
    assert abs(sizes[sizes >= 52].mean() - 70) < 0.5
    assert 4.5 < sizes[sizes >= 52].std() < 5.5
