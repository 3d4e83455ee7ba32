"""The fold of events: judgements, undo and redo."""

from hypothesis import given
from hypothesis import strategies as st

from curator.domain.records import Event, Song
from curator.domain.session import Session

SAMPLES = {"s1": "r1", "s2": "r1", "s3": "r2"}


class Pen:
    """Writes events with rising ids."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def write(self, kind, target, curator="ann", **data):
        if target in SAMPLES:
            data["request"] = SAMPLES[target]
        event = Event(f"e{len(self.events)}", "2026-01-01T00:00:00Z", curator, kind, target, data)
        self.events.append(event)
        return event


def fold(pen: Pen) -> Session:
    return Session(pen.events)


def test_a_sample_nobody_touched_is_blank():
    judgement = Session().judgement("s1")
    assert (judgement.verdict, judgement.stars, judgement.text) == (None, None, None)


def test_the_last_verdict_counts_and_keeps_its_event():
    pen = Pen()
    pen.write("judged", "s1", verdict="reject")
    last = pen.write("judged", "s1", verdict="approve", seconds=2.5)
    judgement = fold(pen).judgement("s1")
    assert (judgement.verdict, judgement.seconds, judgement.event_id) == ("approve", 2.5, last.id)


def test_approving_settles_the_request_and_leaves_siblings_unjudged():
    pen = Pen()
    pen.write("judged", "s1", verdict="approve")
    session = fold(pen)
    assert session.status("r1") == "approved"
    assert session.judgement("s2").verdict is None
    assert session.approved() == {"s1": "r1"}


def test_reopening_takes_the_approval_away():
    pen = Pen()
    pen.write("judged", "s1", verdict="approve")
    pen.write("judged", "s1", verdict=None)
    session = fold(pen)
    assert session.status("r1") == "open"
    assert session.approved() == {}


def test_a_deferred_request_is_open_again_once_it_is_judged():
    pen = Pen()
    pen.write("deferred", "r1")
    assert fold(pen).status("r1") == "deferred"
    pen.write("judged", "s1", verdict="reject")
    assert fold(pen).status("r1") == "open"


def test_only_one_sibling_is_best():
    pen = Pen()
    pen.write("ranked", "s1", rank="best")
    pen.write("ranked", "s3", rank="best")
    pen.write("ranked", "s2", rank="best")
    session = fold(pen)
    assert [session.judgement(s).rank for s in SAMPLES] == [None, "best", "best"]


def test_undoing_the_new_best_brings_the_old_one_back():
    pen = Pen()
    pen.write("ranked", "s1", rank="best")
    second = pen.write("ranked", "s2", rank="best")
    pen.write("undone", second.id)
    assert fold(pen).judgement("s1").rank == "best"


def test_saving_an_edit_ends_its_draft():
    pen = Pen()
    pen.write("drafted", "s1", text="half a th")
    assert fold(pen).judgement("s1").draft == "half a th"
    pen.write("edited", "s1", text="half a thought")
    judgement = fold(pen).judgement("s1")
    assert (judgement.text, judgement.draft) == ("half a thought", None)


def test_drafts_are_not_undone_and_do_not_clear_redo():
    pen = Pen()
    judged = pen.write("judged", "s1", verdict="reject")
    pen.write("undone", judged.id)
    pen.write("drafted", "s1", text="typing")
    session = fold(pen)
    assert session.undoable("ann") is None
    assert session.redoable("ann") == judged


def test_a_new_event_clears_redo():
    pen = Pen()
    first = pen.write("rated", "s1", stars=2)
    pen.write("undone", first.id)
    pen.write("rated", "s1", stars=5)
    session = fold(pen)
    assert session.redoable("ann") is None
    assert session.judgement("s1").stars == 5


def test_each_curator_undoes_their_own():
    pen = Pen()
    mine = pen.write("rated", "s1", stars=2)
    pen.write("rated", "s1", "bob", stars=4)
    session = fold(pen)
    assert session.undoable("ann") == mine
    pen.write("undone", mine.id)
    assert fold(pen).judgement("s1").stars == 4


def test_a_corrected_song_and_its_undoing():
    pen = Pen()
    new = Song("Ann", "Song", ("jazz",), {"energy": 0.3}, "curator")
    correction = pen.write("song_corrected", "r1", **new.to_doc())
    assert fold(pen).song("r1", Song()) == new
    pen.write("undone", correction.id)
    assert fold(pen).song("r1", Song("X")) == Song("X")


def test_superseded_and_undone_events_are_told_apart():
    pen = Pen()
    first = pen.write("rated", "s1", stars=1)
    second = pen.write("rated", "s1", stars=2)
    third = pen.write("rated", "s1", stars=3)
    pen.write("undone", third.id)
    session = fold(pen)
    assert [session.is_active(e.id) for e in (first, second, third)] == [True, True, False]
    assert session.is_superseded(first.id)
    assert not session.is_superseded(second.id)


def test_an_event_seen_twice_changes_nothing():
    pen = Pen()
    event = pen.write("judged", "s1", verdict="approve")
    session = fold(pen)
    session.apply(event)
    assert [e.id for e in session.events()] == [event.id]
    pen.write("undone", event.id)
    session.apply(pen.events[-1])
    session.apply(pen.events[-1])
    assert session.judgement("s1").verdict is None
    assert session.redoable("ann") == event


STEPS = st.one_of(
    st.tuples(
        st.just("judged"),
        st.sampled_from(sorted(SAMPLES)),
        st.sampled_from(["approve", "reject", None]),
    ),
    st.tuples(st.just("rated"), st.sampled_from(sorted(SAMPLES)), st.integers(1, 5)),
    st.tuples(
        st.just("ranked"),
        st.sampled_from(sorted(SAMPLES)),
        st.sampled_from(["best", "worst", None]),
    ),
    st.tuples(
        st.just("edited"), st.sampled_from(sorted(SAMPLES)), st.sampled_from(["a", "b", None])
    ),
    st.tuples(st.just("deferred"), st.sampled_from(["r1", "r2"]), st.none()),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("redo"), st.none(), st.none()),
)
FIELD = {"judged": "verdict", "rated": "stars", "ranked": "rank", "edited": "text"}


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), STEPS), max_size=40))
def test_undo_and_redo_equal_a_history_without_the_undone(steps):
    """The state is that of the events still standing, as if the others had never been."""
    pen, session = Pen(), Session()
    standing: list[Event] = []
    undone: dict[str, list[Event]] = {"ann": [], "bob": []}
    for curator, (kind, target, value) in steps:
        if kind == "undo":
            mine = [e for e in standing if e.curator == curator]
            if not mine:
                assert session.undoable(curator) is None
                continue
            assert session.undoable(curator) == mine[-1]
            session.apply(pen.write("undone", mine[-1].id, curator))
            standing.remove(mine[-1])
            undone[curator].append(mine[-1])
        elif kind == "redo":
            if not undone[curator]:
                assert session.redoable(curator) is None
                continue
            event = undone[curator].pop()
            assert session.redoable(curator) == event
            session.apply(pen.write("redone", event.id, curator))
            standing.append(event)
            standing.sort(key=pen.events.index)
        else:
            data = {FIELD[kind]: value} if kind in FIELD else {}
            event = pen.write(kind, target, curator, **data)
            session.apply(event)
            standing.append(event)
            undone[curator].clear()
        plain = Session(standing)
        again = Session(pen.events)
        for sample in SAMPLES:
            assert session.judgement(sample) == plain.judgement(sample) == again.judgement(sample)
        for request in ("r1", "r2"):
            assert session.status(request) == plain.status(request) == again.status(request)
        assert session.approved() == again.approved()
        assert session.approved().keys() == plain.approved().keys()
