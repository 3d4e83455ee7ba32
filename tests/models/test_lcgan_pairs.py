"""Songs divided into parts, and pairs of z with songs, as real as drawn ones."""

import numpy as np
import pytest

from models.conditions import condition_space
from models.pairs import matching, own, song_of, split
from models.prior import LatentPrior

LATENT, SONGS = 4, 1500


def known_of_songs():
    """Return condition vectors that all differ, (SONGS, width)."""
    space = condition_space()
    known = np.zeros((SONGS, space.width), np.float32)
    known[np.arange(SONGS), np.arange(SONGS) % 20] = 1.0
    known[:, space.labels] = np.linspace(-1, 1, SONGS)
    known[:, space.labels + len(space.features)] = 1.0
    return known


def prior_of(known):
    means = np.random.default_rng(2).standard_normal((len(known), LATENT)).astype(np.float32)
    return LatentPrior.of(means, np.full_like(means, -2.0), known)


KNOWN = known_of_songs()
GENRES_ALONE = np.eye(12, KNOWN.shape[1], dtype=np.float32)[np.arange(600) % 12]
PRIOR = prior_of(KNOWN)


def test_songs_are_trained_on_checked_on_or_reported_on():
    parts = split(PRIOR, 1)
    rows = np.concatenate(parts)
    assert sorted(rows) == list(range(SONGS))
    assert len(parts.test) == len(parts.check) == SONGS // 10


def test_where_every_text_has_a_song_of_its_own_the_texts_are_dealt_out():
    order = np.random.default_rng(7).permutation(SONGS)
    parts = split(PRIOR, 7)
    assert list(parts.test) == sorted(order[:150])
    assert list(parts.check) == sorted(order[150:300])
    assert list(parts.train) == sorted(order[300:])


def test_texts_about_one_song_stay_together():
    prior = prior_of(np.concatenate([KNOWN[:60], KNOWN[:40]]))
    parts = split(prior, 1)
    songs = [set(song_of(prior)[rows]) for rows in parts]
    assert sorted(np.concatenate(parts)) == list(range(100))
    assert sum(map(len, songs)) == len(set.union(*songs)) == 60
    assert [len(of) for of in songs] == [48, 6, 6]


def test_a_few_repeats_leave_nearly_all_texts_where_they_would_be():
    """What was trained before must not be held to what it has seen."""
    prior = prior_of(np.concatenate([KNOWN[:200], KNOWN[:2]]))
    order = np.random.default_rng(1).permutation(202)
    parts = split(prior, 1)
    assert len(set(order[40:]) ^ set(parts.train)) <= 4
    assert len(set(order[:20]) ^ set(parts.test)) <= 4


@pytest.mark.parametrize(
    "known",
    [np.zeros_like(KNOWN[:30]), np.repeat(KNOWN[:2], 15, 0), GENRES_ALONE[:30]],
    ids=["nothing is known of them", "too few songs to divide", "many songs share a genre"],
)
def test_texts_that_no_song_tells_apart_are_dealt_out_all_the_same(known):
    assert [len(rows) for rows in split(prior_of(known), 1)] == [24, 3, 3]


def test_what_is_known_does_not_tell_real_pairs_from_drawn_ones():
    labels = condition_space().labels

    def hidden(pairs):
        features, genres = pairs.known[:, labels:], pairs.known[:, :labels]
        return np.mean(~features.any(1)), np.mean(~genres.any(1))

    rows = np.arange(SONGS)
    real, drawn = own(PRIOR, rows, SONGS, 1), matching(PRIOR, rows, SONGS, 1)
    assert hidden(real) == pytest.approx(hidden(drawn), abs=0.03)
    assert hidden(real) == pytest.approx((0.25, 0.05), abs=0.03)
    # What is left is still of the text's own song.
    own_song = KNOWN[real.place]
    assert np.all((real.known == own_song) | (real.known == 0))


def test_songs_of_which_the_genre_alone_is_known_are_many():
    parts = split(prior_of(GENRES_ALONE), 1)
    assert [len(rows) for rows in parts] == [480, 60, 60]
    assert all(len(np.unique(GENRES_ALONE[rows], axis=0)) > 6 for rows in parts)
