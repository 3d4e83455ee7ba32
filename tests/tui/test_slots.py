"""Places of samples, and the estimate of what is left."""

import pytest

from curator.tui.estimate import Estimate
from curator.tui.slots import Slot, find, first_choice, next_open, slots_of


class Verdict:
    def __init__(self, verdict):
        self.verdict = verdict


class Card:
    def __init__(self, key, number, verdict=None):
        self.sample = self
        self.id = key
        self.number = number
        self.judgement = Verdict(verdict)


def test_rows_still_to_come_have_their_place_among_the_written():
    slots = slots_of([Card("s1", 1), Card("s3", 3)], {2: "so f", 4: ""})
    assert [(s.number, s.key) for s in slots] == [(1, "s1"), (2, "#2"), (3, "s3"), (4, "#4")]


def test_a_place_is_found_again_once_its_sample_is_written():
    before = slots_of([Card("s1", 1)], {2: "so f"})
    assert before[find(before, "#2")].card is None
    after = slots_of([Card("s1", 1), Card("s2", 2)], {})
    assert after[find(after, "#2")].key == "s2"


def test_nothing_is_found_for_a_sample_that_is_not_there():
    assert find([Slot("s1", 1)], "s9") is None
    assert find([], None) is None


@pytest.mark.parametrize(
    ("verdicts", "at", "expected"),
    [
        ([None, None, None], 0, 1),
        (["reject", None, None], 0, 1),
        ([None, "reject", "approve"], 1, 0),
        (["reject", "reject"], 0, None),
        ([None], 0, None),
    ],
)
def test_the_next_open_place(verdicts, at, expected):
    slots = slots_of([Card(f"s{n}", n, v) for n, v in enumerate(verdicts)], {})
    assert next_open(slots, at) == expected


def test_the_first_choice_place_or_else_the_first():
    assert first_choice(slots_of([Card("a", 1, "reject"), Card("b", 2)], {})) == 1
    assert first_choice(slots_of([Card("a", 1, "reject")], {})) == 0
    assert first_choice([]) is None


def test_the_estimate_follows_the_rate():
    estimate = Estimate()
    assert estimate.left("r", 0, 4, {}, 0.0) is None
    assert estimate.left("r", 1, 4, {}, 2.0) == pytest.approx(6.0)
    assert estimate.left("r", 1, 4, {1: "x" * 60}, 3.0) == pytest.approx(5.0)
    assert estimate.left("other", 1, 4, {}, 4.0) is None


def test_the_estimate_of_a_second_batch_begins_anew():
    estimate = Estimate()
    assert estimate.left("r", 0, 4, {}, 0.0) is None
    assert estimate.left("r", 4, 8, {}, 600.0) is None
    assert estimate.left("r", 5, 8, {}, 602.0) == pytest.approx(6.0)
