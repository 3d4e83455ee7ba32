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
        ([("rated", "ra", {"stars": 4})], {"ra": 0.5}),
        ([("rated", "ra", {"stars": 3}), ("judged", "ra", {"verdict": "approve"})], {"ra": 0.5}),
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
        assert 0 < one.weight <= 1
        assert one.said
    for one in given_labels:
        for other in given_labels:
            if one.curator == other.curator and one.raw > other.raw:
                assert one.value > other.value


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
def test_a_curator_s_labels_do_not_depend_on_what_others_say(said: list[Any]) -> None:
    mine = [(step, "ann") for step, curator in said if curator == "ann" and step[1][0] == "r"]
    others = [(step, "bob") for step, curator in said if step[1][0] == "q"]
    alone = found(*events_of(mine))
    both = [one for one in found(*events_of(mine + others)) if one.curator == "ann"]
    assert [(one.id, one.value) for one in both] == [(one.id, one.value) for one in alone]


@given(st.lists(st.sampled_from([1, 2]), min_size=60, max_size=60))
def test_a_strict_curator_s_best_is_worth_as_much_as_a_generous_one_s(stars: list[int]) -> None:
    def given_by(curator: str, more: int) -> list[Label]:
        return [
            Label(samples("r")[0], curator, "", SONG, True, ("stars",), (s + more - 3) / 2, 1.0)
            for s in stars
        ]

    both = normalised(given_by("strict", 0) + given_by("generous", 3))
    pairs = zip(both[:60], both[60:], strict=True)
    # What is left between them is what the five labels assumed beforehand hold back.
    assert all(abs(one.value - other.value) < 0.75 for one, other in pairs)
    raw = zip(both[:60], both[60:], strict=True)
    assert all(other.raw - one.raw == 1.5 for one, other in raw)


def test_few_labels_move_the_usual_little() -> None:
    (only,) = found(event(0, "judged", "ra", verdict="approve"))
    assert only.value == pytest.approx(0.83, abs=0.05)
