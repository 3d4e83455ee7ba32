from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from curator.simulation import arms
from curator.simulation.arms import BEST, BOTH, SHUFFLED, auc, interval
from curator.simulation.loop import Plan


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_auc_is_the_usual_one(pairs):
    scores, liked = np.array([s for s, _ in pairs], float), np.array([yes for _, yes in pairs])
    both = 0 < liked.sum() < len(liked)
    assert auc(scores, liked) == pytest.approx(roc_auc_score(liked, scores) if both else 0.5)


def test_an_interval_is_wider_where_seeds_disagree():
    alike = [np.array([0.0, 1.0] * 40)] * 6
    apart = [np.full(80, 1.0 * (k % 2)) for k in range(6)]
    one, other = interval(alike), interval(apart)
    assert one[0] == other[0] == 0.5
    assert one[1] <= 0.5 <= one[2]
    assert other[2] - other[1] > 2 * (one[2] - one[1])


def test_a_figure_is_of_each_seed():
    found, _, _ = interval([np.zeros(4), np.ones(8)], lambda parts: len(parts), resamples=2)
    assert found == 2


class Head:
    """Chooses the draft with its number, and likes another."""

    def __init__(self, number, among=None, likes=None):
        self._number, self._among, self._likes = number, among or {}, likes

    def among(self, steering):
        return self if steering is None else Head(self._among[steering])

    def as_judge(self):
        return Head(self._likes)

    def score(self, texts, about):
        return np.array([text.endswith(str(self._number)) for text in texts], float)

    def worn(self, texts, *_):
        return np.zeros(len(texts))


@pytest.fixture
def measured(monkeypatch):
    """What is measured with a judge, a head and one of shuffled labels, on two songs."""

    def write(writer, about, n, seed, steering):
        return [SimpleNamespace(text=f"{steering or 'plain'} {k}") for k in range(n)]

    monkeypatch.setattr(arms, "songs", lambda *_, **__: ["one song", "another"])
    monkeypatch.setattr(arms, "conditions_of", lambda song: song)
    monkeypatch.setattr(arms, "write", write)
    learnt = SimpleNamespace(head=Head(1, {"there": 2}, likes=3), steering="there")
    shuffled = SimpleNamespace(head=Head(1, {"astray": 3}), steering="astray")
    return arms.measure(
        Plan(songs=2, candidates=4), SimpleNamespace(drafter=lambda: None),
        lambda text, song: SimpleNamespace(approved=True, stars=None), None, learnt, shuffled,
    )  # fmt: skip


def test_every_way_chooses_among_its_drafts_as_it_is_steered(measured):
    texts = {arm.name: set(arm.texts) for arm in measured.arms}
    assert texts[BEST] == {"plain 1"}
    assert texts[BOTH] == {"there 2"}
    assert texts[SHUFFLED] == {"astray 3"}


def test_the_auc_is_of_what_the_head_likes_and_not_of_what_it_chooses_by(measured):
    # What is taken off for worn phrases needs no labels.
    assert set(measured.arm(BEST).texts) == {"plain 1"}
    assert measured.scores.argmax(1).tolist() == [3, 3]
