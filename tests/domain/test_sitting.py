"""Active time and pace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.sitting import IDLE_AFTER, Sitting, Stopwatch


def test_idle_time_counts_up_to_the_limit_only():
    watch = Stopwatch(100.0)
    watch.touch(104.0)
    watch.touch(104.0 + 3600)
    assert watch.total == 4.0 + IDLE_AFTER


def test_laps_add_up_to_the_total():
    watch = Stopwatch(0.0)
    assert watch.lap(3.0) == 3.0
    watch.touch(5.0)
    assert watch.lap(6.0) == 3.0
    assert watch.total == 6.0


@given(st.lists(st.floats(-100, 100), max_size=30))
def test_time_never_runs_backwards(steps):
    watch, now, laps = Stopwatch(0.0), 0.0, 0.0
    for step in steps:
        now += step
        lap = watch.lap(now)
        assert lap >= 0
        laps += lap
    assert watch.total == pytest.approx(laps)


def test_the_pace_tells_the_time_left():
    sitting = Sitting(judged=12, approved=6, rejected=6, edited=0, seconds=360, left=10)
    assert sitting.pace == 60
    assert sitting.seconds_left == 600


def test_before_the_first_approval_there_is_no_pace():
    sitting = Sitting(judged=2, approved=0, rejected=2, edited=0, seconds=60, left=10)
    assert sitting.pace == 0
    assert sitting.seconds_left is None
