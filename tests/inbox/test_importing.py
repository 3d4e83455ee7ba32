import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from curator.domain.records import Event, Request, Sample, Song
from curator.domain.session import Session
from curator.inbox.importing import Plan, plan_import
from curator.inbox.rows import BadRow, Candidate, FileRow, Kept, Row

NOW = "2026-01-01T00:00:00.000Z"


@dataclass
class Shelf:
    """What is there already, in memory."""

    requests: list[Request] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def request(self, id: str) -> Request | None:
        return next((r for r in self.requests if r.id == id), None)

    def request_by_ref(self, source: str, ref: str) -> Request | None:
        return next((r for r in self.requests if (r.source, r.ref) == (source, ref)), None)

    def sample(self, id: str) -> Sample | None:
        return next((s for s in self.samples if s.id == id), None)

    def samples_of(self, request_id: str) -> list[Sample]:
        return [s for s in self.samples if s.request_id == request_id]

    def has_event(self, id: str) -> bool:
        return any(e.id == id for e in self.events)

    def add(self, plan: Plan) -> "Shelf":
        self.requests += plan.requests
        self.samples += plan.samples
        self.events += plan.events
        return self


@dataclass
class Song_:
    artist: str | None
    title: str | None


def parse(text: str) -> Sequence[Song_]:
    songs = [song.partition(" – ") for song in text.split(" / ") if " – " in song]
    return [Song_(artist or None, title or None) for artist, _, title in songs]


def plan(rows: Iterable[FileRow], existing: Shelf | None = None) -> Plan:
    counter = itertools.count(len((existing or Shelf()).requests) * 100)
    return plan_import(
        rows,
        existing or Shelf(),
        parse=parse,
        new_id=lambda: f"id{next(counter)}",
        now=NOW,
        curator="ann",
    )


def test_a_line_becomes_a_request_with_the_songs_in_it() -> None:
    (request,) = plan([Row(1, "Ann – Rain / Bob – Snow")]).requests
    assert request.song == Song("Ann", "Rain", source="parsed")
    assert request.others == ("Bob – Snow",)
    assert (request.text, request.at, request.source) == ("Ann – Rain / Bob – Snow", NOW, "file")


def test_what_the_file_says_of_the_song_is_not_parsed() -> None:
    row = Row(1, "Ann – Rain", title="Hail", genres=("dub",), at="2020-02-02", source="x", ref="7")
    (request,) = plan([row]).requests
    assert request.song == Song(None, "Hail", ("dub",), source="file")
    assert (request.at, request.source, request.ref) == ("2020-02-02", "x", "7")


def test_a_row_without_text_reads_as_its_song() -> None:
    assert plan([Row(1, "", artist="Ann", title="Rain")]).requests[0].text == "Ann – Rain"
    assert plan([Row(1, "", title="Rain")]).requests[0].text == "Rain"


def test_no_song_is_no_guess() -> None:
    assert not plan([Row(1, "hello there")]).requests[0].song.known


def test_genres_keep_where_they_come_from() -> None:
    row = Row(1, "Ann – Rain", genres=("dub",), song_source="spotify")
    assert plan([row]).requests[0].song == Song("Ann", "Rain", ("dub",), source="spotify")


def test_rows_of_one_request_bring_their_texts_together() -> None:
    rows = [
        Row(2, "Ann – Rain", ref="7", candidates=(Candidate("one"),)),
        Row(3, "Bob – Snow", ref="8", candidates=(Candidate("one"),)),
        Row(4, "Ann – Rain", ref="7", candidates=(Candidate("two"), Candidate("one"))),
        Row(5, "Ann – Rain", ref="7", candidates=(Candidate("two"),)),
    ]
    made = plan(rows)
    ann, bob = made.requests
    assert [(s.request_id, s.text) for s in made.samples] == [
        (ann.id, "one"), (bob.id, "one"), (ann.id, "two")
    ]  # fmt: skip
    assert {s.model for s in made.samples} == {"imported"}
    assert made.samples[0].song == ann.song
    assert made.duplicates == [5]


def test_texts_that_come_judged() -> None:
    candidate = Candidate("words", "approve", 4, "better words", ("loud", "odd"))
    made = plan([Row(1, "Ann – Rain", at="2020-02-02T00:00:00.000Z", candidates=(candidate,))])
    (sample,) = made.samples
    now = Session(made.events).judgement(sample.id)
    assert (now.verdict, now.stars, now.text) == ("approve", 4, "better words")
    assert (now.tags, now.curator, now.at) == (("loud", "odd"), "ann", "2020-02-02T00:00:00.000Z")
    assert Session(made.events).status(made.requests[0].id) == "approved"
    assert len({record.id for record in made.records}) == len(made.records)


def test_the_same_file_twice_adds_nothing() -> None:
    rows: list[FileRow] = [
        Row(1, "Ann – Rain"),
        Row(2, "", artist="Ann", title="Rain"),
        Row(3, "x", ref="7", candidates=(Candidate("one", "reject", 2),)),
        Row(4, "Ann – Rain"),
    ]
    first = plan(rows)
    assert (len(first.requests), first.duplicates) == (3, [4])
    second = plan(rows, Shelf().add(first))
    assert second.records == []
    assert second.duplicates == [1, 2, 3, 4]


def test_the_same_id_at_another_source_is_another_request() -> None:
    assert len(plan([Row(1, "a", ref="7", source="x"), Row(2, "a", ref="7")]).requests) == 2


def test_new_texts_come_to_a_request_that_is_there() -> None:
    shelf = Shelf().add(plan([Row(1, "a", ref="7", candidates=(Candidate("one"),))]))
    later = plan([Row(1, "a", ref="7", candidates=(Candidate("one"), Candidate("two")))], shelf)
    assert later.requests == []
    assert [(s.request_id, s.text) for s in later.samples] == [(shelf.requests[0].id, "two")]


def kept(line: int = 1) -> Kept:
    return Kept(
        line,
        Request("r", "t", "typed", "x", Song("Ann")),
        Sample("s", "r", "t", "words", "m"),
        (Event("e", "t", "bob", "judged", "s", {"request": "r", "verdict": "approve"}),),
    )


def test_records_keep_their_ids_and_come_once() -> None:
    row = kept()
    made = plan([row, kept(2)])
    assert made.records == [row.request, row.sample, *row.events]
    assert made.duplicates == [2]
    assert plan([row], Shelf().add(made)).records == []


def test_what_is_new_on_known_records_is_added() -> None:
    shelf = Shelf().add(plan([kept()]))
    undo = Event("u", "t", "bob", "undone", "e")
    assert plan([Kept(1, events=(undo,))], shelf).records == [undo]


def test_records_about_what_is_not_here_are_reported() -> None:
    row = kept()
    made = plan([
        Kept(1, sample=row.sample),
        Kept(2, events=row.events),
        Kept(3, events=(Event("u", "t", "bob", "undone", "e"),)),
        Kept(4, events=(Event("d", "t", "bob", "deferred", "r"),)),
    ])  # fmt: skip
    assert made.records == []
    assert [b.line for b in made.bad] == [1, 2, 3, 4]


def test_bad_rows_are_passed_on() -> None:
    assert plan([BadRow(3, "why"), Row(4, "a")]).bad == [BadRow(3, "why")]
