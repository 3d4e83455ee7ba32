from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.labels import Label, kinds, labels, normalised
from curator.domain.records import Event, Request, Sample, Song
from curator.domain.session import Session

SONG = Song("Ann", "Rain", ("dub",), {"energy": 0.9}, "typed")
REQUESTS = [Request(r, "2026-01-01T00:00:00.000Z", "typed", "Ann – Rain", SONG) for r in "rq"]


def samples(request_id: str) -> list[Sample]:
    return [
        Sample(request_id + s, request_id, "", f"words {s}", "m", seed=7, row=n, song=SONG)
        for n, s in enumerate("abcd")
    ]


def event(number: int, kind: str, target: str, curator: str = "ann", **data: Any) -> Event:
    about = {} if kind in ("undone", "redone", "deferred") else {"request": target[0]}
    return Event(f"e{number}", "t", curator, kind, target, about | data)  # type: ignore[arg-type]


def found(*events: Event, likes: dict[str, int] | None = None) -> list[Label]:
    return labels(REQUESTS, samples, Session(events), likes or {})


def raws(*events: Event, likes: dict[str, int] | None = None) -> dict[str, float]:
    return {label.id: label.raw for label in found(*events, likes=likes)}


TARGETS = st.sampled_from([r + s for r in "rq" for s in "abcd"])
STEPS = st.one_of(
    st.tuples(
        st.just("judged"), TARGETS, st.sampled_from(["approve", "reject", None]).map(
            lambda v: {"verdict": v})),
    st.tuples(st.just("rated"), TARGETS, st.sampled_from([None, 1, 2, 3, 4, 5]).map(
        lambda v: {"stars": v})),
    st.tuples(st.just("ranked"), TARGETS, st.sampled_from([None, "best", "worst"]).map(
        lambda v: {"rank": v})),
    st.tuples(st.just("edited"), TARGETS, st.sampled_from([None, "better"]).map(
        lambda v: {"text": v})),
)  # fmt: skip
CURATORS = st.sampled_from(["ann", "bob"])
SAID = st.lists(st.tuples(STEPS, CURATORS), max_size=20)


def events_of(said: list[Any]) -> list[Event]:
    return [
        event(n, kind, target, curator, **data)
        for n, ((kind, target, data), curator) in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("judged", "ra", {"verdict": "approve"})], {"ra": 1.0}),
        ([("judged", "ra", {"verdict": "reject"})], {"ra": -1.0}),
        ([("rated", "ra", {"stars": 4})], {"ra": pytest.approx((4 - 19 / 6) / 2)}),
        ([("rated", "ra", {"stars": 3}), ("judged", "ra", {"verdict": "approve"})], {"ra": 0.5}),
        ([("rated", "ra", {"stars": 1}), ("rated", "ra", {"stars": 3})], {"ra": 0.0}),
        (
            [("ranked", "ra", {"rank": "best"}), ("ranked", "rb", {"rank": "worst"})],
            {"ra": 1.0, "rb": -1.0},
        ),
        (
            [("ranked", "ra", {"rank": "worst"}), ("judged", "ra", {"verdict": "approve"})],
            {"ra": pytest.approx(1 / 3)},
        ),
        ([("edited", "ra", {"text": "better"})], {"ra-e": 1.0, "ra": -0.5}),
        (
            [("edited", "ra", {"text": "better"}), ("judged", "ra", {"verdict": "reject"})],
            {"ra-e": -1.0, "ra": -0.5},
        ),
        ([("deferred", "r", {})], {}),
        ([("tagged", "ra", {"tags": "dull"})], {}),
        ([("drafted", "ra", {"text": "bett"})], {}),
        (
            [("judged", "ra", {"verdict": "approve"}), ("judged", "ra", {"verdict": None})],
            {},
        ),
    ],
)
def test_what_was_said_is_one_number(said: list[Any], expected: dict[str, float]) -> None:
    assert raws(*events_of([(one, "ann") for one in said])) == expected


def test_likes_are_a_weak_label_once_there_are_enough_posts() -> None:
    approved = event(0, "judged", "ra", verdict="approve")
    few = {"ra": 0, "x": 5, "y": 6, "z": 7}
    assert raws(approved, likes=few) == {"ra": 1.0}
    assert raws(approved, likes=few | {"v": 9}) == {"ra": pytest.approx((1 - 0.25 * 0.8) / 1.25)}
    (label,) = found(approved, likes=few | {"v": 9})
    assert label.said == ("verdict", "likes")
    assert label.weight == 1.0


def test_an_edited_text_is_no_text_that_the_sample_s_z_wrote() -> None:
    edited, original = found(event(0, "edited", "ra", text="better"))
    assert (edited.text, edited.as_written, edited.liked) == ("better", False, True)
    assert (original.text, original.as_written, original.liked) == ("words a", True, False)
    assert kinds([edited, original]) == {"edit": 2}


@given(SAID)
def test_labels_are_bounded_and_the_more_liked_is_worth_more(said: list[Any]) -> None:
    given_labels = found(*events_of(said))
    for one in given_labels:
        assert -1 <= one.raw <= 1
        assert -1 <= one.value <= 1
        assert 0 < one.weight <= 1
        assert one.said
    for one in given_labels:
        for other in given_labels:
            if one.curator == other.curator and one.raw > other.raw:
                assert one.value > other.value or abs(one.value) == abs(other.value) == 1


@given(SAID)
def test_what_is_undone_was_never_said(said: list[Any]) -> None:
    events = events_of(said)
    undone = [event(100 + n, "undone", e.id, e.curator) for n, e in enumerate(reversed(events))]
    assert found(*events, *undone) == []


@given(SAID, STEPS)
def test_an_undone_step_and_a_request_put_off_change_nothing(said: list[Any], step: Any) -> None:
    events = events_of(said)
    kind, target, data = step
    more = event(100, kind, target, "ann", **data)
    undo = event(101, "undone", more.id)
    assert found(*events, more, undo, event(102, "deferred", "r")) == found(*events)


@given(SAID)
def test_a_curator_alone_is_taken_at_their_word(said: list[Any]) -> None:
    alone = found(*events_of([(step, "ann") for step, _ in said]))
    assert all(one.value == one.raw for one in alone)


def approvals(curator: str, share: float) -> list[Label]:
    return [
        Label(samples("r")[0], curator, "", SONG, True, ("verdict",), value, 1.0)
        for value in [1.0] * round(100 * share) + [-1.0] * round(100 * (1 - share))
    ]


@given(st.floats(0.3, 0.7), st.floats(0.3, 0.7))
def test_strict_and_generous_curators_come_to_the_same_usual(one: float, other: float) -> None:
    both = normalised(approvals("strict", one) + approvals("generous", other))
    usual = [sum(label.value for label in of) / 100 for of in (both[:100], both[100:])]
    raw = [sum(label.raw for label in of) / 100 for of in (both[:100], both[100:])]
    assert abs(usual[0] - usual[1]) <= 0.6 * abs(raw[0] - raw[1]) + 1e-9
    assert all(label.liked == (label.raw > 0) for label in both)


def test_what_a_strict_curator_approves_is_worth_more() -> None:
    both = normalised(approvals("strict", 0.3) + approvals("generous", 0.7))
    assert both[0].value == 1.0 > both[100].value
    assert both[99].value > both[199].value == -1.0


def test_a_few_labels_of_another_move_little() -> None:
    most, one = approvals("ann", 0.5), approvals("bob", 1.0)[:1]
    both = normalised(most + one)
    assert abs(both[0].value - 1.0) < 0.02
    assert both[-1].value > 0.8


def test_who_gives_four_and_five_stars_tells_them_apart() -> None:
    stars = [event(n, "rated", r + s, stars=4 + n % 2) for n, (r, s) in enumerate(
        [(r, s) for r in "rq" for s in "abcd"])]  # fmt: skip
    low, high = sorted({label.raw for label in found(*stars)})
    assert low < 0.25
    assert high - low == pytest.approx(0.5)
