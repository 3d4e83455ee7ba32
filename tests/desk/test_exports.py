import csv
import itertools
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.desk.exports import Format, write_export
from curator.domain.columns import EVENT_COLUMNS, ExportRow
from curator.domain.exporting import dpo_rows, event_rows, judgement_rows, kto_rows
from curator.domain.finding import Found
from curator.domain.records import FEATURES, Event, Request, Sample, Song
from curator.domain.session import Session
from curator.inbox.files import read_file
from curator.inbox.importing import Plan, plan_import

FILES: tuple[Format, ...] = ("jsonl", "csv", "parquet")


class World:
    """Requests, their samples and all events; also what an import is planned against."""

    def __init__(self, requests: list[Request], samples: list[Sample], events: list[Event]) -> None:
        self.requests = requests
        self.samples = samples
        self.events = events
        self.session = Session(events)

    def samples_of(self, request_id: str) -> list[Sample]:
        return [s for s in self.samples if s.request_id == request_id]

    def request(self, id: str) -> Request | None:
        return next((r for r in self.requests if r.id == id), None)

    def request_by_ref(self, source: str, ref: str) -> Request | None:
        return next((r for r in self.requests if (r.source, r.ref) == (source, ref)), None)

    def sample(self, id: str) -> Sample | None:
        return next((s for s in self.samples if s.id == id), None)

    def has_event(self, id: str) -> bool:
        return id in self.session

    def rows(self) -> list[ExportRow]:
        return list(judgement_rows(self.requests, self.samples_of, self.session))

    def all_rows(self) -> list[ExportRow]:
        return list(event_rows(self.events, self.requests, self.samples_of, self.session))


def imported(path: Path, existing: World | None = None) -> Plan:
    ids = (f"new{n}" for n in itertools.count())
    return plan_import(
        read_file(path),
        existing or World([], [], []),
        parse=lambda _: [],
        new_id=ids.__next__,
        now="",
        curator="eve",
    )


PIECES = ["=1+1", "'", '"', ",", ";", "\n", "\r", "\t", "\x00", "\x1b[31m", "\u202e", "👨‍👩‍👧", "é",
          "\ud83d", "\\ud83d", "-", "@", "word ", " ", "\u2028", "\ufeff"]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
TEXT = HOSTILE | st.text(st.characters(codec="utf-8"), max_size=12)
MAYBE = st.none() | TEXT.filter(bool)
WORD = TEXT.filter(lambda t: t and "\n" not in t)
NUMBER = st.floats(-1e9, 1e9)
SOURCE = st.sampled_from(["typed", "spotify"])


@st.composite
def songs(draw: Callable[..., Any]) -> Song:
    genres = tuple(draw(st.lists(WORD, max_size=2)))
    features = draw(st.dictionaries(st.sampled_from(FEATURES), NUMBER, max_size=3))
    given = (
        draw(st.dictionaries(st.sampled_from([*names]), st.just("curator"))) if names else {}
        for names in (genres, features)
    )
    return Song(draw(MAYBE), draw(MAYBE), genres, features, draw(SOURCE), *given)


SONG = songs()
ARMS = st.just(()) | st.tuples(
    st.sampled_from(["control", "best-of", "steered"]), WORD, st.none() | NUMBER, st.integers(1, 9)
)


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    requests = [
        Request(f"r{n}", f"2026-01-0{n + 1}", draw(WORD), draw(TEXT), draw(SONG), draw(MAYBE),
                draw(MAYBE), tuple(draw(st.lists(WORD, max_size=2))))
        for n in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    samples = [
        Sample(f"{request.id}s{n}", request.id, "2026-01-03", draw(TEXT), draw(WORD), draw(TEXT),
               draw(st.none() | st.integers(0, 2**31)), n, n, draw(NUMBER),
               draw(st.none() | NUMBER), 0.5, "AAA=", "+/8=", draw(st.just(request.song) | SONG),
               *draw(ARMS))
        for request in requests
        for n in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    events: list[Event] = []
    for n in range(draw(st.integers(1, 12))):
        sample = draw(st.sampled_from(samples))
        about = {"request": sample.request_id}
        kind, target, data = draw(
            st.one_of(
                st.tuples(st.just("judged"), st.just(sample.id), st.fixed_dictionaries(
                    {"verdict": st.sampled_from(["approve", "reject", None]), "seconds": NUMBER})),
                st.tuples(st.just("rated"), st.just(sample.id),
                          st.fixed_dictionaries({"stars": st.none() | st.integers(1, 5)})),
                st.tuples(st.just("ranked"), st.just(sample.id),
                          st.fixed_dictionaries({"rank": st.sampled_from(["best", None])})),
                st.tuples(st.just("edited"), st.just(sample.id),
                          st.fixed_dictionaries({"text": MAYBE})),
                st.tuples(st.just("tagged"), st.just(sample.id),
                          st.fixed_dictionaries({"tags": st.lists(WORD).map("\n".join)})),
                st.tuples(st.just("drafted"), st.just(sample.id),
                          st.fixed_dictionaries({"text": MAYBE})),
                st.tuples(st.just("song_corrected"), st.just(sample.request_id),
                          SONG.map(lambda song: song.to_doc())),
                st.tuples(st.just("song_found"), st.just(sample.request_id),
                          st.builds(Found, SONG, st.just(()), st.booleans(),
                                    st.sampled_from(["", *(e.id for e in events)]))
                          .map(Found.to_data)),
                st.tuples(st.just("deferred"), st.just(sample.request_id), st.just({})),
                st.tuples(st.sampled_from(["undone", "redone"]),
                          st.sampled_from(events or [Event("", "", "", "rated", "")])
                          .map(lambda e: e.id), st.just({})),
            )
        )  # fmt: skip
        if kind in ("undone", "redone") and (not events or target not in by_id(events)):
            continue
        data = {**data, **(about if target == sample.id else {})}
        curator = draw(st.sampled_from(["ann", "bob"]))
        events.append(Event(f"e{n}", f"2026-01-04T00:00:{n:02}", curator, kind, target, data))
    return World(requests, samples, events)


def by_id(events: list[Event]) -> dict[str, Event]:
    return {e.id: e for e in events if e.type not in ("undone", "redone")}


ROUND_TRIP = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("format", FILES)
@ROUND_TRIP
@given(world=worlds())
def test_nothing_is_lost_on_the_way_out_and_in_again(
    tmp_path_factory: pytest.TempPathFactory, format: Format, world: World
) -> None:
    path = tmp_path_factory.getbasetemp() / f"labels.{format}"
    rows = world.rows()
    write_export(rows, format, path)
    check_judgements(path, world, rows)
    if format == "csv":
        check_no_formula(path)
    write_export(world.all_rows(), format, path, EVENT_COLUMNS)
    check_everything(path, world)


def check_judgements(path: Path, world: World, rows: list[ExportRow]) -> None:
    plan = imported(path)
    assert (plan.bad, plan.duplicates) == ([], [])
    back = World(plan.requests, plan.samples, plan.events)
    assert {s.id for s in back.samples} == {row["sample_id"] for row in rows}
    for sample in back.samples:
        assert sample == world.sample(sample.id)
        was, now = world.session.judgement(sample.id), back.session.judgement(sample.id)
        assert replace(now, draft=None) == replace(was, draft=None)
    for request in back.requests:
        assert request == world.request(request.id)
        assert back.session.song(request.id, request.song) == world.session.song(
            request.id, request.song
        )
    assert back.rows() == rows
    assert imported(path, world).records == []


def check_no_formula(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                assert not re.match(r"[=+\-@\t\r]", cell) or float(cell) <= 0


def check_everything(path: Path, world: World) -> None:
    plan = imported(path)
    assert plan.bad == []
    assert plan.events == world.events
    assert all(request == world.request(request.id) for request in plan.requests)
    assert all(sample == world.sample(sample.id) for sample in plan.samples)
    assert {e.target for e in plan.events if e.type == "judged"} <= {s.id for s in plan.samples}
    assert imported(path, world).records == []


def small() -> World:
    song = Song("Ann", "Rain", ("dub",), {"energy": 0.5, "loudness": -7.5})
    samples = [Sample(s, "r", "t", f"words {s}", "m", song=song) for s in "ab"]
    about = {"request": "r"}
    events = [
        Event("e1", "t1", "ann", "judged", "a", {**about, "verdict": "approve", "seconds": 2.0}),
        Event("e2", "t2", "ann", "judged", "b", {**about, "verdict": "reject", "seconds": 1.0}),
        Event("e3", "t3", "ann", "rated", "b", {**about, "stars": 2}),
    ]
    return World([Request("r", "t", "typed", "Ann – Rain", song)], samples, events)


def test_counts_and_csv_for_people(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    counts = write_export(small().rows(), "csv", out)
    assert (counts.rows, dict(counts.by)) == (2, {"approve": 1, "reject": 1})
    with out.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["text"], first["verdict"], first["edited"]) == ("words a", "approve", "false")
    assert (second["stars"], second["loudness"], second["artist"]) == ("2", "-7.5", "Ann")


def test_labels_for_training(tmp_path: Path) -> None:
    world = small()
    given_ = (world.requests, world.samples_of, world.session)
    counts = write_export(kto_rows(*given_), "kto", tmp_path / "kto.jsonl")
    assert dict(counts.by) == {"approve": 1, "reject": 1}
    lines = [json.loads(line) for line in (tmp_path / "kto.jsonl").read_text("utf-8").splitlines()]
    assert [(line["completion"], line["label"]) for line in lines] == [
        (" words a", True), (" words b", False)
    ]  # fmt: skip
    counts = write_export(dpo_rows(*given_), "dpo", tmp_path / "dpo.jsonl")
    assert dict(counts.by) == {"approved>rejected": 1}
    (pair,) = [json.loads(line) for line in (tmp_path / "dpo.jsonl").open(encoding="utf-8")]
    assert (pair["chosen"], pair["rejected"]) == (" words a", " words b")
    assert set(pair) >= {"prompt", "chosen", "rejected", "kind"}


@pytest.mark.parametrize("format", FILES)
def test_nothing_to_export_is_a_file_that_can_be_read(tmp_path: Path, format: Format) -> None:
    path = tmp_path / f"empty.{format}"
    assert write_export([], format, path).rows == 0
    assert list(read_file(path)) == []


@pytest.mark.parametrize("format", FILES)
def test_to_standard_output(
    tmp_path: Path, format: Format, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_export(small().rows(), format, tmp_path / "file")
    write_export(small().rows(), format, None)
    assert capfdbinary.readouterr().out == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("format", FILES)
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, format: Format) -> None:
    def failing() -> Any:
        yield from small().rows()
        raise RuntimeError("the power went")

    out = tmp_path / "labels"
    out.write_text("what was there")
    with pytest.raises(RuntimeError):
        write_export(failing(), format, out)
    assert out.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["labels"]


def test_many_rows_in_batches(tmp_path: Path) -> None:
    row = small().rows()[0]
    rows: list[ExportRow] = [{**row, "sample_id": f"s{n}"} for n in range(1001)]
    for format in FILES:
        assert write_export(rows, format, tmp_path / f"many.{format}").rows == 1001
        assert len(list(read_file(tmp_path / f"many.{format}"))) == 1001


def test_a_device_is_written_not_replaced() -> None:
    write_export(small().rows(), "csv", Path(os.devnull))
    assert not Path(os.devnull).is_file()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_export([], "csv", tmp_path / "no" / "labels.csv")
