import numpy as np
import pytest

from models.homotopy import (
    GREEDY,
    between,
    reconstruct,
    reconstruction_bleu,
    reconstructions,
    walk,
)
from models.writer import Conditions, SampleEvent, Sampling

FOLK = Conditions(genres=("folk",), features={"energy": 0.2, "tempo": 80})
ONE = "Slow strings hold one long note in the dark."
OTHER = "Hard drums break every last bar in the dark."


@pytest.mark.parametrize("path", ["spherical", "linear"])
def test_the_path_begins_and_ends_at_its_ends(path):
    one, other = np.array([3, 0, 0], np.float32), np.array([0, 1, 1], np.float32)
    assert np.array_equal(between(one, other, 0.0, path), one)
    assert np.array_equal(between(one, other, 1.0, path), other)


def test_the_spherical_path_keeps_its_length_and_even_steps():
    one, other = np.array([2, 0], np.float32), np.array([0, 2], np.float32)
    points = [between(one, other, at) for at in np.linspace(0, 1, 5)]
    assert [np.linalg.norm(p) for p in points] == pytest.approx([2] * 5)
    angles = [np.arctan2(p[1], p[0]) for p in points]
    assert np.diff(angles) == pytest.approx(np.full(4, np.pi / 8), rel=1e-4)
    assert np.linalg.norm(between(one, other, 0.5, "linear")) == pytest.approx(2**0.5)


@pytest.mark.parametrize("other", [[0, 0], [2, 0], [-2, 0]])
def test_where_there_is_no_arc_the_path_is_straight(other):
    middle = between(np.array([2, 0], np.float32), np.array(other, np.float32), 0.5)
    assert middle == pytest.approx([(2 + other[0]) / 2, 0], abs=1e-6)


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(0.8, 0.95, 1)])
def test_the_ends_of_a_walk_are_the_reconstructions_of_the_ends(tiny_writers, sampling):
    for writer in tiny_writers.values():
        points = list(walk(writer, ONE, OTHER, FOLK, 5, seed=3, sampling=sampling))
        assert [at for at, _ in points] == [0, 0.25, 0.5, 0.75, 1]
        ends = [reconstruct(writer, text, FOLK, 3, sampling=sampling) for text in (ONE, OTHER)]
        assert [points[0][1], points[-1][1]] == ends
        assert ends[0] != ends[1]


def test_a_walk_from_a_sentence_to_itself_stays_there(tiny_writers):
    texts = {text for _, text in walk(tiny_writers["vae"], ONE, ONE, FOLK, 4)}
    assert len(texts) == 1


def test_a_walk_is_told_point_by_point_and_needs_two(tiny_writers):
    assert next(walk(tiny_writers["cvae"], ONE, OTHER, FOLK))[0] == 0
    with pytest.raises(ValueError, match="two points"):
        list(walk(tiny_writers["cvae"], ONE, OTHER, FOLK, 1))


def test_greedy_depends_on_no_random_number(tiny_writers):
    one, other = (reconstruct(tiny_writers["cvae"], ONE, FOLK, seed) for seed in (1, 2))
    assert one == other
    z = tiny_writers["cvae"].encode(ONE, FOLK)
    events = tiny_writers["cvae"].decode(z[None], FOLK, 9, sampling=Sampling(0.01, 0.5, 1))
    assert [e.text for e in events if isinstance(e, SampleEvent)] == [one]


def test_reconstructions_are_closer_than_chance(tiny_writers, few_sentences):
    texts = [s.text for s in few_sentences]
    conditions = [Conditions(genres=s.genres, features=s.features) for s in few_sentences]
    done = []
    made = reconstructions(tiny_writers["cvae"], texts, conditions, on_text=lambda: done.append(1))
    assert len(done) == len(made) == len(texts)
    shifted = made[7:] + made[:7]
    assert reconstruction_bleu(texts, made) > reconstruction_bleu(texts, shifted) + 0.1
    assert reconstruction_bleu(texts, texts) == pytest.approx(1)
