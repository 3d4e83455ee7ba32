"""The time that a training has left."""

import time
from itertools import pairwise

import pytest

from models.learning.telling import Teller

FIRST = {
    "reading": 8, "drafts": 40, "reward": 14, "skill": 2, "value models": 4, "LC-GAN": 28,
    "choosing": 20, "second judge": 36, "writing": 12,
}  # fmt: skip
"""Seconds that a training of the small model took, phase by phase."""


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on only when it is told to."""
    at = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])

    def goes_on(seconds):
        at[0] += seconds

    return goes_on


@pytest.fixture
def train(clock):
    """Tell of a training whose phases take so long; return what was said and what was true."""

    def run(seconds, leave_out=()):
        told, when = [], []
        teller = Teller(told.append, lambda: False)
        teller.leave_out(*leave_out)
        for phase, took in seconds.items():
            for quarter in range(5) if took else (4,):
                clock(took / 4 if quarter else 0)
                teller(phase, quarter, 4)
                when.append(time.monotonic())
        return [(one.phase, one.eta, when[-1] - at) for one, at in zip(told, when, strict=True)]

    return run


def known(told):
    return [(said, true) for _, said, true in told if said is not None]


def test_the_time_left_is_about_what_it_takes(train):
    told = known(train(FIRST))
    assert told[-1] == (0, 0)
    assert all(true / 2 - 3 <= said <= 2 * true + 3 for said, true in told)


def test_drafts_that_were_kept_make_nobody_believe_that_all_goes_as_fast(train):
    told = train(FIRST | {"drafts": 0})
    assert len(known(told)) > 12
    assert all(true / 2 - 3 <= said <= 2 * true + 3 for said, true in known(told))
    # How fast texts are written can't be known before there are any.
    assert {phase for phase, said, _ in told if said is None} == {
        "reading", "drafts", "reward", "skill", "value models", "LC-GAN"
    }  # fmt: skip


def test_what_does_not_come_takes_no_time(train):
    short = {name: took for name, took in FIRST.items() if name not in ("second judge", "writing")}
    (last, _) = known(train(short, leave_out=("second judge", "writing")))[-1]
    assert last == pytest.approx(0)


def test_a_part_of_a_phase_moves_from_its_start_to_its_end():
    told = []
    teller = Teller(told.append, lambda: False)
    for part in (teller.part("second judge", 0, 10), teller.part("second judge", 10, 100)):
        for done in (0, 1, 2):
            part(done, 2)
    assert [(one.done, one.total) for one in told] == [
        (0, 100), (5, 100), (10, 100), (10, 100), (55, 100), (100, 100)
    ]  # fmt: skip
    assert all(one.done <= other.done for one, other in pairwise(told))


def test_it_stops_when_it_is_told_to():
    with pytest.raises(InterruptedError):
        Teller(lambda _: None, lambda: True)("reading", 0, 1)
