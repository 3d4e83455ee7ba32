import json

import pytest

from curator.domain.exporting import (
    EVENT_COLUMNS,
    JUDGEMENT_COLUMNS,
    VerdictFilter,
    event_rows,
    judgement_rows,
    view_of,
)
from curator.domain.filtering import Filter
from curator.domain.records import Event, EventType, Request, Sample, Scalar, Song
from curator.domain.session import Session


class World:
    """Requests r1, r2 … with samples r1a, r1b …, and what was said of them."""

    def __init__(self, **samples: str) -> None:
        self.requests = [
            Request(r, "2026-01-01T00:00:00.000Z", "typed", f"text of {r}", song(r))
            for r in samples
        ]
        self.samples = {
            r: [
                Sample(f"{r}{s}", r, "2026-01-01T00:00:01.000Z", f"words {s}", "m", song=song(r))
                for s in letters
            ]
            for r, letters in samples.items()
        }
        self.events: list[Event] = []

    def say(self, type: EventType, target: str, **data: Scalar) -> str:
        if target[:2] != target and type not in ("undone", "redone"):
            data["request"] = target[:2]
        event_id = f"e{len(self.events)}"
        at = f"2026-01-02T00:00:{len(self.events):02}.000Z"
        self.events.append(Event(event_id, at, "ann", type, target, data))
        return event_id

    @property
    def session(self) -> Session:
        return Session(self.events)

    def rows(self, filter: str = "", verdict: VerdictFilter | None = None) -> list[dict]:  # type: ignore[type-arg]
        return list(
            judgement_rows(
                self.requests,
                self.samples.__getitem__,
                self.session,
                filter=Filter.parse(filter),
                verdict=verdict,
            )
        )

    def all_rows(self, filter: str = "", verdict: VerdictFilter | None = None) -> list[dict]:  # type: ignore[type-arg]
        return list(
            event_rows(
                self.events,
                self.requests,
                self.samples.__getitem__,
                self.session,
                filter=Filter.parse(filter),
                verdict=verdict,
            )
        )


def song(request: str) -> Song:
    return Song(f"Artist {request}", "Title", ("dub",), {"energy": 0.8}, "typed")


@pytest.fixture
def world() -> World:
    world = World(r1="abcd", r2="ab", r3="a")
    world.say("rated", "r1a", stars=2)
    world.say("rated", "r1a", stars=4)
    world.say("judged", "r1b", verdict="reject", seconds=1.5)
    world.say("edited", "r1a", text="better words", edit_seconds=2.0)
    world.say("judged", "r1a", verdict="approve", seconds=3.25)
    world.say("tagged", "r1c", tags="loud\nfunny")
    world.say("deferred", "r2")
    world.say("drafted", "r2a", text="half a")
    undone = world.say("judged", "r2b", verdict="reject")
    world.say("undone", undone)
    return world


def test_a_row_says_what_stands(world: World) -> None:
    first, second, third = world.rows()
    assert (first["sample_id"], first["verdict"], first["stars"]) == ("r1a", "approve", 4)
    assert (first["text"], first["original"], first["edited"]) == ("better words", "words a", True)
    assert (first["event_id"], first["curator"], first["seconds"]) == ("e4", "ann", 3.25)
    assert (first["artist"], first["genres"], first["energy"]) == ("Artist r1", ["dub"], 0.8)
    assert (second["sample_id"], second["verdict"], second["edited"]) == ("r1b", "reject", False)
    assert (third["verdict"], third["tags"]) == (None, ["loud", "funny"])
    assert third["at"] == "2026-01-02T00:00:05.000Z"


def test_rows_have_all_columns_in_order(world: World) -> None:
    assert all(list(row) == list(JUDGEMENT_COLUMNS) for row in world.rows())
    assert all(list(row) == list(EVENT_COLUMNS) for row in world.all_rows())


@pytest.mark.parametrize(
    ("verdict", "ids"), [("approve", ["r1a"]), ("reject", ["r1b"]), ("none", ["r1c"])]
)
def test_a_verdict_picks_its_rows(world: World, verdict: VerdictFilter, ids: list[str]) -> None:
    assert [row["sample_id"] for row in world.rows(verdict=verdict)] == ids


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ("", ["r1a", "r1b", "r1c"]),
        ("verdict:approve", ["r1a"]),
        ("tag:funny", ["r1c"]),
        ("stars:4", ["r1a"]),
        ("state:approved", ["r1a", "r1b", "r1c"]),
        ("-state:approved", []),
        ("-verdict:reject", []),  # the queue hides the request too
        ("artist", ["r1a", "r1b", "r1c"]),
        ("r2", []),
    ],
)
def test_the_filter_of_the_queue_picks_the_same(world: World, filter: str, ids: list[str]) -> None:
    assert [row["sample_id"] for row in world.rows(filter)] == ids


def test_events_behind_a_row_are_those_that_stand(world: World) -> None:
    first = world.rows()[0]
    assert [e["id"] for e in json.loads(first["events"])] == ["e1", "e3", "e4"]


def test_a_rank_that_a_sibling_took_over_is_gone() -> None:
    world = World(r1="ab")
    world.say("ranked", "r1b", rank="best")
    world.say("ranked", "r1a", rank="best")
    world.say("rated", "r1b", stars=3)
    rows = {row["sample_id"]: row for row in world.rows()}
    assert (rows["r1a"]["rank"], rows["r1b"]["rank"]) == ("best", None)
    assert [e["type"] for e in json.loads(rows["r1b"]["events"])] == ["rated"]


def test_the_song_as_corrected_and_as_it_was(world: World) -> None:
    world.say("song_corrected", "r1", **song("zz").to_doc())
    row = world.rows()[0]
    assert row["artist"] == "Artist zz"
    assert Song.from_doc(json.loads(row["asked_song"])) == song("r1")
    assert Song.from_doc(json.loads(row["sample_song"])) == song("r1")


def test_all_gives_every_event_with_its_state(world: World) -> None:
    rows = world.all_rows()
    assert [row["event_id"] for row in rows] == [event.id for event in world.events]
    assert [row["event_id"] for row in rows if row["undone"]] == ["e8"]
    assert [row["event_id"] for row in rows if row["superseded"]] == ["e0"]
    assert [json.loads(row["data"]) for row in rows] == [dict(e.data) for e in world.events]
    assert (rows[4]["type"], rows[4]["verdict"], rows[4]["sample_id"]) == (
        "judged",
        "approve",
        "r1a",
    )
    assert rows[6]["request_id"] == "r2"
    assert rows[6]["sample_id"] is None


def test_all_with_filter_and_verdict(world: World) -> None:
    assert {row["request_id"] for row in world.all_rows("state:deferred")} == {"r2"}
    assert [row["event_id"] for row in world.all_rows(verdict="reject")] == ["e2", "e8"]


def test_what_is_said_of_unknown_things_is_still_exported() -> None:
    world = World(r1="a")
    world.say("judged", "r9x", verdict="approve")
    (row,) = world.all_rows()
    assert (row["event_id"], row["target"], row["request_id"]) == ("e0", "r9x", None)
    assert world.rows() == []


def test_states_are_the_queues(world: World) -> None:
    world.say("judged", "r3a", verdict="reject")
    states = [
        view_of(request, world.samples[request.id], world.session).state
        for request in world.requests
    ]
    assert states == ["approved", "deferred", "rejected"]
    nothing = Request("r4", "", "typed", "hello", Song())
    assert view_of(nothing, [], Session()).state == "no song"
