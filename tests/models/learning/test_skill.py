"""What is said of a head's skill, and when nothing is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.learning.head import HeadConfig
from models.learning.skill import calibration, concordance, folds_of, measure, too_few

GROUPS = {"z": slice(0, 8)}
QUICK = HeadConfig(draws=30, seed=1)


def labelled(count, flips=0.0, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 8)).astype(np.float32) / np.sqrt(8).astype(np.float32)
    values = (x[:, 0] > 0.2).astype(np.float32)
    turned = rng.random(count) < flips
    return x, np.where(turned, 1 - values, values), [f"song {i // 2}" for i in range(count)]


def skill(x, values, songs, folds=5):
    return measure(x, values, np.ones(len(values)), songs, GROUPS, QUICK, folds)


def test_a_clear_taste_is_found_and_said_so():
    found = skill(*labelled(120))
    assert found.enough
    assert found.verdict == "ranks better than chance"
    assert 0.5 < found.auc.low <= found.auc.value <= found.auc.high <= 1
    assert found.brier.value < found.brier_of_the_mean
    assert (found.ratings, found.songs) == (120, 60)
    assert found.liked == labelled(120)[1].sum()


def test_where_labels_are_whims_it_says_that_it_does_not_know():
    x, values, songs = labelled(80)
    found = skill(x, np.random.default_rng(5).permutation(values), songs)
    assert not found.enough
    assert "too few labels to know" in found.verdict


def test_the_songs_of_a_fold_are_left_out():
    """Features that only name the song rank perfectly if a song is on both sides."""
    songs = [f"song {i // 4}" for i in range(80)]
    values = np.repeat(np.random.default_rng(1).random(20) < 0.5, 4).astype(np.float32)
    x = np.repeat(np.eye(20, dtype=np.float32), 4, 0)
    groups = {"z": slice(0, 20)}
    found = measure(x, values, np.ones(80), songs, groups, QUICK)
    assert found.auc.value < 0.75


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0] * 10 + [0.0] * 9, "19 of 20"),
        ([1.0] * 3 + [0.0] * 30, "3 of 4 liked"),
        ([1.0] * 30 + [0.0] * 2, "2 of 4 disliked"),
        ([1.0] * 16 + [0.0] * 4, ""),
    ],
)
def test_how_many_are_too_few(values, said):
    found = too_few(np.array(values))
    assert found.startswith("too few labels to know") is bool(said)
    assert said in found


def test_too_few_songs_to_know():
    x, values, _ = labelled(40)
    found = skill(x, values, ["one song"] * 20 + ["another"] * 20)
    assert found.auc is None
    assert "songs" in found.verdict


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60), st.integers(1, 6))
def test_folds_hold_every_row_once_and_never_divide_a_song(songs, folds):
    parts = folds_of(songs, folds, 1)
    assert sorted(np.concatenate(parts)) == list(range(len(songs)))
    of_song = [{songs[i] for i in part} for part in parts]
    assert sum(map(len, of_song)) == len(set(songs))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_concordance_of_yes_and_no_is_the_auc(pairs):
    scores = np.array([score for score, _ in pairs], np.float32)
    values = np.array([value for _, value in pairs], np.float32)
    both = len(set(values.tolist())) == 2
    expected = roc_auc_score(values, scores) if both else 0.5
    assert concordance(scores, values) == pytest.approx(expected)


def test_only_what_one_head_has_ranked_is_compared():
    # Heads that know nothing, in folds of which each was told what is usual in the others.
    liked = np.repeat([2, 3, 4, 5, 6], 20), np.tile(np.arange(20), 5)
    values = (liked[1] < liked[0]).astype(np.float32)
    fold = np.repeat(np.arange(5), 20)
    heights = np.repeat([(20 - k) / 80 for k in (2, 3, 4, 5, 6)], 20).astype(np.float32)
    assert concordance(heights, values) < 0.45
    assert concordance(heights, values, fold) == 0.5


def test_calibration_is_the_gap_between_said_and_seen():
    values = np.array([0, 1] * 50, np.float32)
    assert calibration(np.full(100, 0.5, np.float32), values) == pytest.approx(0)
    assert calibration(np.full(100, 0.9, np.float32), values) == pytest.approx(0.4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_chance_adds_to_a_calibration_error_does_not_raise_its_interval(seed):
    # Mostly whims: the head says little more than how many are liked, and is right in that.
    found = skill(*labelled(100, flips=0.3, seed=seed)).calibration
    assert found.low == 0 < found.value <= found.high
