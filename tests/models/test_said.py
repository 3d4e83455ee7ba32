import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import library
from models.evaluate.bleu import ngrams
from models.said import A_RUN, PAIRS, Said
from models.writer import Conditions, SampleEvent, Sampling

SONG = Conditions("Somebody", "Something", ("shoegaze",), {"energy": 0.8})
SAID = Said(["Slow drums carry the voice home.", "The bass hums under the rain."])
LINES = st.lists(st.sampled_from(["the", "bass", "hums", "under", "a", "kick"]), max_size=12)


def test_what_nobody_said_loses_nothing():
    assert SAID("Bright horns run up and fall down laughing.") == 0
    assert SAID("") == 0
    assert Said([])("Slow drums carry the voice home.") == 0


def test_every_run_of_four_words_that_was_said_costs():
    runs = ["A kick and a hum", "Drums carry the voice", "Slow drums carry the voice home"]
    losses = [SAID(text) for text in runs]
    assert losses == sorted(losses)
    assert losses[0] == 0
    assert losses[1] == pytest.approx(A_RUN + PAIRS)  # one run, and all of its pairs
    assert losses[2] == pytest.approx(3 * A_RUN + PAIRS)


def test_case_and_marks_make_no_other_phrase():
    assert SAID("slow drums, carry the VOICE home") == SAID("Slow drums carry the voice home.")


def test_a_pair_of_words_costs_by_its_share_and_however_often_it_was_said():
    once, often = Said(["the bass"]), Said(["the bass"] * 9)
    assert once("The bass waits.") == often("The bass waits.") > 0
    assert once("The bass waits.") == pytest.approx(PAIRS / 2)
    assert once("The bass.") > once("The bass waits.") > once("The bass waits and waits.")


@given(st.lists(LINES), LINES)
def test_what_shares_no_pair_with_what_was_said_is_free_and_all_else_is_not(said, words):
    known = {pair for line in said for pair in ngrams(line, 2)}
    loss = Said([" ".join(line) for line in said])(" ".join(words))
    assert (loss > 0) == bool(known & set(ngrams(words, 2)))


@pytest.fixture(scope="module")
def writer():
    return library.load(device="cpu")


def written(writer, said=None, rows=12, first=0, candidates=6):
    events = writer.write(SONG, rows, 5, first_row=first,
                          sampling=Sampling(candidates=candidates, said=said))  # fmt: skip
    return [e.text for e in sorted((e for e in events if isinstance(e, SampleEvent)),
                                   key=lambda e: e.row)]  # fmt: skip


def test_what_was_said_is_not_said_again(writer):
    before = written(writer)
    after = written(writer, Said(before))
    assert not set(before) & set(after)
    runs = [{run for text in texts for run in ngrams(text.lower().split(), 4)}
            for texts in (before, after)]  # fmt: skip
    assert len(runs[0] & runs[1]) < 0.1 * len(runs[1])


def test_who_remembers_the_same_writes_the_same_however_many_at_a_time(writer):
    said = Said(written(writer))
    together = written(writer, said)
    assert together == [text for row in range(12) for text in written(writer, said, 1, row)]


def test_one_draft_is_all_there_is_to_choose_from(writer):
    before = written(writer, candidates=1)
    assert written(writer, Said(before), candidates=1) == before
