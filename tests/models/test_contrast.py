import math

import pytest

from models.contrast import by_feature, contrast, strongest, sweep
from models.corpus.records import Sentence
from models.writer import Conditions, SampleEvent, TokenEvent

HIGH = ["Drums pound and the riff burns."] * 8 + ["Guitar solo, guitar everywhere."] * 2
LOW = ["A harp and soft strings."] * 8 + ["Guitar alone."] * 2


def test_words_of_either_side_come_first_and_last():
    rows = contrast(HIGH, LOW)
    assert [row.z for row in rows] == sorted((row.z for row in rows), reverse=True)
    by_word = {row.word: row for row in rows}
    assert set(strongest_words(rows)) == {"drums", "pound", "riff", "burns"}
    assert by_word["harp"].z < -1 < 1 < by_word["drums"].z
    assert abs(by_word["guitar"].z) < by_word["drums"].z
    assert (by_word["guitar"].high, by_word["guitar"].low) == (4, 2)


def strongest_words(rows):
    return [row.word for row in strongest(rows, 4)[0]]


def test_stop_words_names_and_single_words_are_out():
    words = {row.word for row in contrast([*HIGH, "The {artist} once."], [*LOW, "zither {title}"])}
    assert not words & {"the", "and", "artist", "{artist}", "title", "zither"}
    assert "zither" in {row.word for row in contrast(HIGH, ["zither"], least=1)}


def test_the_score_is_the_published_one():
    row = next(
        r for r in contrast(["drums drums harp"], ["harp harp"], prior=2.0) if r.word == "drums"
    )
    prior = 10 * 2 / 5
    odds = math.log((2 + prior) / (3 + 10 - 2 - prior)) - math.log(prior / (2 + 10 - prior))
    assert row.z == pytest.approx(odds / math.sqrt(1 / (2 + prior) + 1 / prior))


def test_swapping_the_sides_turns_the_signs():
    one = {row.word: row.z for row in contrast(HIGH, LOW)}
    other = {row.word: row.z for row in contrast(LOW, HIGH)}
    assert one.keys() == other.keys()
    assert all(one[word] == pytest.approx(-other[word]) for word in one)


def test_equal_sides_have_no_contrast():
    rows = contrast(HIGH, HIGH)
    assert all(row.z == 0 for row in rows)
    assert strongest(rows, 5) == ([], [])
    assert contrast([], []) == []


def test_more_evidence_counts_for_more_than_a_chance_rarity():
    high = ["drums"] * 40 + ["kazoo"] * 2 + ["music"] * 200
    low = ["drums"] * 5 + ["music"] * 200
    z = {row.word: row.z for row in contrast(high, low)}
    assert z["drums"] > z["kazoo"] > z["music"]


def test_a_background_that_knows_a_word_dampens_it():
    common = ["drums here, drums there"] * 300
    plain = {row.word: row.z for row in contrast(HIGH, LOW)}
    damped = {row.word: row.z for row in contrast(HIGH, LOW, background=common)}
    assert damped["drums"] < plain["drums"]
    with pytest.raises(ValueError, match="prior"):
        contrast(HIGH, LOW, prior=0)


def test_one_word_alone_is_no_division_by_zero():
    assert [row.z for row in contrast(["drums drums"], ["drums"])] == [0.0]


def test_human_texts_are_parted_by_their_feature():
    sentences = [Sentence(f"s{i}", "x", "voice", (), {"energy": i / 9}) for i in range(9)]
    sides = by_feature([*sentences, Sentence("unknown", "y", "voice")], "energy")
    assert sides.high == ["s6", "s7", "s8"]
    assert sides.low == ["s0", "s1", "s2"]
    assert by_feature(sentences, "tempo") == ([], [])


class Echo:
    """Writes what it is told, out of order."""

    name, weights_hash, device = "echo", "0", "cpu"

    def write(self, conditions, n, seed, *, sampling):
        yield TokenEvent(((0, "half"),))
        for row in reversed(range(n)):
            text = f"{conditions.artist} {sorted(conditions.features.items())} {seed} {row}"
            yield SampleEvent(row, text, 1, 0.0, None, None)


def test_a_sweep_differs_in_the_feature_alone():
    song = Conditions("Somebody", "Something", ("pop",), {"tempo": 99.0, "energy": 0.5})
    sides = sweep(Echo(), "energy", 0.1, 0.9, 2, 7, song)
    assert sides.high == [f"{{artist}} [('energy', 0.9), ('tempo', 99.0)] 7 {i}" for i in range(2)]
    assert sides.low == [text.replace("0.9)", "0.1)") for text in sides.high]
    with pytest.raises(ValueError, match="no feature 'mood'"):
        sweep(Echo(), "mood", 0, 1, 1, 1)
