import numpy as np
import pytest

from models.corpus.cleaning import words_of
from models.guards import COPY_WORDS, TrainingText, faults, repeats, to_last_end

KNOWN = "The kick walks home slowly while the cello keeps watch by the door."
TRAINING = TrainingText.of([KNOWN, "Two bars of rain, then brass."])


def test_a_copy_of_eight_words_is_found_and_seven_are_not():
    words = words_of(KNOWN)
    assert TRAINING.copied(["and", *words[2 : 2 + COPY_WORDS], "now"]) == 1
    assert TRAINING.copied(["and", *words[2 : 1 + COPY_WORDS], "now"]) == 0
    assert TRAINING.copying(["and", *words[:COPY_WORDS]])
    assert not TRAINING.copying([*words[:COPY_WORDS], "and"])


def test_a_short_sentence_is_a_copy_only_as_a_whole():
    assert TRAINING.copied(words_of("Two bars of rain, then brass!")) == 1
    assert TRAINING.copied(words_of("Two bars of brass, then rain!")) == 0


def test_the_text_survives_as_tensors():
    again = TrainingText.from_tensors(TRAINING.tensors())
    assert again.copied(words_of(KNOWN)) > 0
    assert all(tensor.dtype == np.uint32 for tensor in TRAINING.tensors().values())


def test_two_training_texts_are_one():
    other = TrainingText.of(["A cello walks home before anyone at all is ready"])
    both = TRAINING | other
    assert both.copied(words_of(KNOWN)) == TRAINING.copied(words_of(KNOWN)) > 0
    assert both.copied(words_of("A cello walks home before anyone at all is ready")) > 0


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("the the drums", True),
        ("drums and drums and more drums", True),
        ("up and down it goes, up and down", True),
        ("the bass and the kick and the room", False),
    ],
)
def test_loops_are_seen(text, looped):
    assert repeats(words_of(text)) is looped


def test_faults_weigh_in_order():
    good = "The cello keeps watch while the kick walks home."
    cut = faults("The cello keeps watch", False, TRAINING)
    looping = faults("The cello cello keeps watch.", True, TRAINING)
    copied = faults(KNOWN, True, TRAINING)
    open_ended = faults('The "cello keeps watch.', True, TRAINING)
    assert faults(good, True, TRAINING) == 0
    assert cut > looping > copied > open_ended > 0


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("The drums fall down the stairs. And then the", "The drums fall down the stairs."),
        ("The drums fall down the stairs and then,", "The drums fall down the stairs and then."),
    ],
)
def test_a_cut_text_ends_at_its_last_sentence(cut, whole):
    assert to_last_end(cut) == whole
