import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from curator.simulation.arms import auc, interval


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
