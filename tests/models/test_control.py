from itertools import islice

import pytest

from models.control import ASPECTS, Judge, conditions_of, control, written_for
from models.corpus.records import Sentence
from models.writer import Conditions, SampleEvent


class Parrot:
    """Writes what the songs of its conditions are like, or always the same."""

    def __init__(self, deaf=False):
        self.deaf = deaf

    def write(self, conditions, n, seed, *, first_row=0, **_):
        loud = not self.deaf and conditions.features["energy"] > 0.5
        text = "Loud drums break the room." if loud else "Soft strings carry the note."
        yield SampleEvent(first_row, text, 5, 0.0, None, None)


@pytest.fixture(scope="module")
def songs(few_sentences):
    """The sentences again, as of other songs."""
    return [
        Sentence(s.text, f"other {s.text}", "voice", s.genres, s.features) for s in few_sentences
    ]


def test_what_is_written_about_the_right_song_is_found_back(few_sentences, songs):
    found = control(Parrot(), few_sentences, songs, 72, seed=1)
    assert [each.aspect for each in found] == list(ASPECTS)
    for each in found:
        assert each.songs == 72
        assert each.written.share == each.people.share == 1
        assert each.shuffled == pytest.approx(0.5, abs=0.05)
        assert each.chance == 0.5


def test_a_deaf_writer_does_no_better_than_its_shuffle_or_chance(few_sentences, songs):
    for each in control(Parrot(deaf=True), few_sentences, songs, 36):
        assert each.written.share == each.shuffled == each.chance == 0.5
        assert 0.25 < each.written.low < 0.5 < each.written.high < 0.75


def test_the_same_seed_gives_the_same_intervals(few_sentences, songs):
    judge = Judge(few_sentences)
    texts = [text for _, text in written_for(Parrot(deaf=True), songs, 1)]
    assert judge.found(songs, texts, 3) == judge.found(songs, texts, 3)


def test_texts_about_one_song_count_as_one_when_it_comes_to_certainty(few_sentences, songs):
    judge = Judge(few_sentences)
    two = [songs[0], songs[-1]]
    few = judge.found(two * 20, ["Soft strings."] * 40)[0].written
    assert (few.low, few.high) != (few.share, few.share)
    assert few.high - few.low > 0.5


def test_unknown_aspects_are_left_out(few_sentences, songs):
    bare = [Sentence(s.text, s.song, "voice", s.genres) for s in songs]
    [only] = Judge(few_sentences).found(bare, [s.text for s in bare])
    assert only.aspect == "genre family"
    assert Judge(few_sentences).answer("energy", Conditions(features={"energy": 0.5})) is None
    assert Judge(few_sentences).found([Sentence("x", "x", "voice")], ["x"]) == []


def test_the_judge_reads_no_names(few_sentences):
    judge = Judge(few_sentences)
    for text in ("{artist} plays loud drums in the dark.", "plays loud drums in the dark"):
        assert judge.guess("energy", [text]) == ["high"]
    assert conditions_of(few_sentences[0]).artist == "{artist}"


def test_sentences_that_teach_nothing_are_refused(few_sentences):
    with pytest.raises(ValueError, match="energy"):
        Judge([Sentence(s.text, s.song, "voice", s.genres) for s in few_sentences])
    with pytest.raises(ValueError, match="genre family"):
        Judge([s for s in few_sentences if s.genres == ("folk",)])


def test_a_small_model_of_two_kinds_of_songs_obeys(tiny_writers, few_sentences, songs):
    few = list(islice(songs, 0, None, 3))
    obeys, knows_nothing = (
        control(tiny_writers[kind], few_sentences, few, len(few))[0] for kind in ("cvae", "vae")
    )
    assert obeys.written.share >= 0.9
    assert knows_nothing.written.share < obeys.written.share
