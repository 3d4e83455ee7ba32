import pytest

from curator.bench.results import Bar, Beside, Measure, above, at_most, ratio, times
from curator.bench.spread import Spread


def test_a_spread_has_median_and_ends():
    spread = Spread.of([3.0, 1.0, 2.0, 10.0])
    assert (spread.repeats, spread.median, spread.lowest, spread.highest) == (4, 2.5, 1.0, 10.0)


def test_percentiles_are_left_out_where_they_would_be_the_largest_value_only():
    assert Spread.of([1.0] * 19).p95 is None
    assert Spread.of([float(n) for n in range(99)]).p99 is None
    spread = Spread.of([float(n) for n in range(101)])
    assert (spread.p95, spread.p99) == (95.0, 99.0)


def test_nothing_measured_is_an_error():
    with pytest.raises(ValueError, match="nothing was measured"):
        Spread.of([])


def test_a_ratio_is_our_median_by_the_baselines():
    beside = Beside("bare", Spread.of([1.0, 2.0, 3.0]))
    measure = Measure("ours", "ms", Spread.of([5.0, 6.0, 100.0]), (beside,))
    assert measure.ratio(beside) == 3.0
    assert measure.to_dict()["beside"][0]["ratio"] == 3.0


@pytest.mark.parametrize("baseline", [0.0, -1.0])
def test_no_ratio_to_a_baseline_of_nothing(baseline):
    with pytest.raises(ValueError, match="baseline"):
        ratio(1.0, baseline)


@pytest.mark.parametrize(
    ("bar", "found", "holds"),
    [
        (times(100.0, 10.0, "≥", 10.0, "it"), 10.0, True),
        (times(99.0, 10.0, "≥", 10.0, "it"), 9.9, False),
        (times(2.0, 1.0, "≤", 2.0, "it"), 2.0, True),
        (times(2.1, 1.0, "≤", 2.0, "it"), 2.1, False),
        (above(1.0, 0.75, 0.3, "s", "it"), 0.25, True),
        (above(1.2, 0.75, 0.3, "s", "it"), 0.45, False),
        (at_most(2.0, 2.0, "s"), 2.0, True),
        (at_most(2.01, 2.0, "s"), 2.01, False),
    ],
)
def test_bars_hold_or_not(bar, found, holds):
    assert bar.found == pytest.approx(found)
    assert bar.holds is holds


def test_a_bar_in_plain_data():
    assert Bar("≤ 2 × it", 1.23456789, "≤", 2.0).to_dict() == {
        "says": "≤ 2 × it",
        "found": 1.23457,
        "limit": 2.0,
        "holds": True,
    }
