from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.arms import CONTROL, Rate, Verdict, arms_of, in_order, over_time, rates
from curator.domain.records import Sample

SEEDS = st.integers(0, 2**31)


@given(SEEDS, st.integers(5, 20), st.booleans())
def test_every_batch_has_its_control_and_the_rest_in_turn(
    seed: int, batch: int, generator: bool
) -> None:
    counts = Counter(arms_of(seed, range(batch), batch, generator=generator))
    assert counts["control"] >= CONTROL * batch
    assert counts["control"] < CONTROL * batch + 1
    assert abs(counts["steered"] - counts["best-of"]) <= 1 or not generator
    assert generator or counts["steered"] == 0


@given(SEEDS, st.integers(1, 8), st.integers(1, 40), st.integers(0, 39))
def test_a_row_s_arm_does_not_depend_on_what_else_is_written(
    seed: int, batch: int, n: int, first: int
) -> None:
    all_rows = arms_of(seed, range(80), batch, generator=True)
    assert (
        arms_of(seed, range(first, first + n), batch, generator=True) == all_rows[first : first + n]
    )


@given(SEEDS)
def test_small_batches_share_their_control(seed: int) -> None:
    assert Counter(arms_of(seed, range(50), 2, generator=True))["control"] >= 10


def test_which_place_is_control_cannot_be_told_beforehand() -> None:
    places = {arms_of(s, range(5), 5, generator=True).index("control") for s in range(50)}
    assert places == {0, 1, 2, 3, 4}


def sample(row: int, expected: float | None = None, at: str = "t", seed: int = 3) -> Sample:
    arm = None if expected is None else "control"
    return Sample(f"s{row}", "r", at, "", "m", seed=seed, row=row, arm=arm, expected=expected)  # type: ignore[arg-type]


def test_without_arms_rows_stand_by_their_number() -> None:
    assert in_order([sample(3), sample(0), sample(1)], [2, 4]) == [0, 1, 2, 3, 4]


def test_a_batch_comes_best_first_but_for_a_share_by_lot() -> None:
    first, later = 0, 0
    for seed in range(200):
        batch = [sample(n, expected=n / 10, seed=seed) for n in range(5)]
        order = in_order(batch)
        assert sorted(order) == [0, 1, 2, 3, 4]
        assert in_order(batch[::-1]) == order
        first += order[0] == 4
        later += order != [4, 3, 2, 1, 0]
    assert first > 140  # eight in ten and some by luck
    assert later > 60


def test_an_order_by_value_stays_within_its_batch() -> None:
    early = [sample(n, 0.1, "t1") for n in range(5)]
    late = [sample(n, 0.9, "t2") for n in range(5, 10)]
    order = in_order([*late, *early], [10, 11])
    assert set(order[:5]) == {0, 1, 2, 3, 4}
    assert set(order[5:10]) == {5, 6, 7, 8, 9}
    assert order[10:] == [10, 11]


@pytest.mark.parametrize(
    ("approved", "judged", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_wilson_s_interval(approved: int, judged: int, low: float, high: float) -> None:
    assert Rate(approved, judged).interval == pytest.approx((low, high), abs=1e-3)


def test_rates_by_arm_and_over_time() -> None:
    verdicts = [
        Verdict(f"2026-01-{n + 1:02}", "steered" if n % 2 else "control", n >= 15)
        for n in range(30)
    ]
    assert rates(verdicts) == {"control": Rate(7, 15), "steered": Rate(8, 15)}
    periods = over_time(verdicts)
    assert [(p.start, p.end) for p in periods] == [
        ("2026-01-01", "2026-01-10"), ("2026-01-11", "2026-01-20"), ("2026-01-21", "2026-01-30")
    ]  # fmt: skip
    assert [p.rates["steered"].approved for p in periods] == [0, 3, 5]
    assert over_time([]) == []


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from([None, "control"]), st.booleans())))
def test_periods_leave_nobody_out(said: list[tuple[int, None, bool]]) -> None:
    verdicts = [Verdict(f"{at:02}", arm, approved) for at, arm, approved in said]
    periods = over_time(verdicts)
    assert sum(rate.judged for p in periods for rate in p.rates.values()) == len(verdicts)
    assert len(periods) <= 6
