"""The reward head on tastes that are known, with the noise that labels have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learning.head import HeadConfig, fit_head
from models.learning.skill import concordance

GROUPS = {"words": slice(0, 40), "style": slice(40, 46), "z": slice(46, 62)}
WIDTH = 62
QUICK = HeadConfig(draws=60, seed=1)


def texts(count, seed):
    """Features of which every group has length one on average."""
    x = np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)
    for place in GROUPS.values():
        x[:, place] /= np.sqrt(place.stop - place.start)
    return x


def liked(x, place, flips=0.0, seed=0):
    """The fifth of the texts that lies highest along a direction within one group."""
    rng = np.random.default_rng(3)
    direction = np.zeros(WIDTH)
    direction[GROUPS[place]] = rng.standard_normal(GROUPS[place].stop - GROUPS[place].start)
    scores = x @ direction
    found = scores > np.quantile(scores, 0.8)
    return (found ^ (np.random.default_rng(seed).random(len(x)) < flips)).astype(np.float32)


@pytest.mark.parametrize(("place", "least"), [("style", 0.85), ("z", 0.75), ("words", 0.6)])
def test_it_finds_out_of_which_kind_a_taste_is(place, least):
    x, new = texts(120, 1), texts(1000, 2)
    head = fit_head(x, liked(x, place, 0.15), np.ones(120), GROUPS, QUICK)
    assert concordance(head.score(new), liked(new, place)) > least
    assert max(head.importance, key=head.importance.get) == place


def test_shuffled_labels_teach_nothing():
    x, new = texts(120, 1), texts(1000, 2)
    labels = np.random.default_rng(0).permutation(liked(x, "style"))
    head = fit_head(x, labels, np.ones(120), GROUPS, QUICK)
    assert abs(concordance(head.score(new), liked(new, "style")) - 0.5) < 0.15
    assert head.curve[0] < 1.0


def test_chances_are_about_as_often_right_as_they_say():
    x, new = texts(400, 1), texts(2000, 2)
    head = fit_head(x, liked(x, "style", 0.1), np.ones(400), GROUPS, QUICK)
    chances, truth = head.chance(head.score(new)), liked(new, "style", 0.1, seed=9)
    assert chances.mean() == pytest.approx(truth.mean(), abs=0.05)
    assert np.mean(truth[chances > 0.6]) > 0.5 > 0.3 > np.mean(truth[chances < 0.2])


def test_it_is_in_doubt_of_what_nobody_rated():
    x = texts(100, 1)
    x[:, GROUPS["style"]] = 0.0
    x[:, 40] = liked(x, "z")
    head = fit_head(x, liked(x, "z"), np.ones(100), GROUPS, HeadConfig(60, 40, 1))
    strange = np.zeros((1, WIDTH), np.float32)
    strange[0, 42] = 5.0
    assert head.scores(strange).std() > 1.5 * head.scores(x[:20]).std(1).mean()


def test_graded_labels_say_more_than_yes_and_no():
    x, new = texts(80, 1), texts(1000, 2)
    direction = np.zeros(WIDTH)
    direction[GROUPS["z"]] = np.random.default_rng(3).standard_normal(16)

    def stars(of):
        scores = of @ direction
        edges = np.quantile(x @ direction, [0.2, 0.4, 0.6, 0.8])
        return (np.searchsorted(edges, scores) / 4).astype(np.float32)

    graded = fit_head(x, stars(x), np.ones(80), GROUPS, QUICK)
    yes = fit_head(x, (stars(x) >= 1).astype(np.float32), np.ones(80), GROUPS, QUICK)
    truth = stars(new)
    assert concordance(graded.score(new), truth) > concordance(yes.score(new), truth)


def test_a_label_that_weighs_little_changes_little():
    x = texts(60, 1)
    values = liked(x, "z")
    wrong = values.copy()
    wrong[:10] = 1 - wrong[:10]
    light = np.ones(60, np.float32)
    light[:10] = 0.01
    true, heavy, weighed = (
        fit_head(x, v, w, GROUPS, QUICK).weights
        for v, w in ((values, np.ones(60)), (wrong, np.ones(60)), (wrong, light))
    )

    def like_true(weights):
        return float(np.corrcoef(weights, true)[0, 1])

    assert like_true(weighed) > like_true(heavy) + 0.05


def test_the_same_seed_gives_the_same_head():
    x = texts(40, 1)
    one, two = (fit_head(x, liked(x, "z"), np.ones(40), GROUPS, QUICK) for _ in range(2))
    assert np.array_equal(one.members, two.members)
    assert np.array_equal(one.weights, two.weights)


@settings(max_examples=20, deadline=None)
@given(st.integers(8, 40), st.integers(0, 10**6))
def test_chances_are_chances_whatever_the_labels(count, seed):
    x = texts(count, seed)
    values = np.random.default_rng(seed).random(count).astype(np.float32)
    head = fit_head(x, values, np.ones(count), GROUPS, HeadConfig(draws=10, seed=1))
    chances = head.chance(head.scores(texts(20, seed + 1)))
    assert chances.shape == (20, 10)
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
