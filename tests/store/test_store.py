"""What is stored is shown, found again, kept over reopening, and never stored twice."""

import json
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from power import HOME, PowerDisk
from store_records import (
    HOSTILE,
    event,
    everything,
    filled,
    killed,
    mark,
    request,
    sample,
    step,
    version,
)

from curator.domain.records import Event, Song
from curator.store import (
    DuplicateId,
    Store,
    StoreDamaged,
    StoreError,
    StoreReadOnly,
    StoreTooNew,
    layout,
)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "deep" / "home"


def fill(store, requests=3, samples=2):
    for r in range(requests):
        store.append(request(r), *(sample(r * samples + s, of=r) for s in range(samples)))
        store.append(event(r)).result()


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 12))
def test_the_last_that_were_written_are_found_among_what_came_from_files(written, last):
    records = [sample(n, seed=n if own else None) for n, own in enumerate(written)]
    with TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        store.append(request(0), *records).result()
        own = [record.id for record in records if record.seed is not None]
        assert [found.id for found in store.written(last)] == own[-last:]


def test_records_come_back_as_they_were(home):
    hostile = sample(
        7, text=HOSTILE, model=HOSTILE, song=Song(HOSTILE, None, ("a", "b"), {"energy": 0.25})
    )
    with Store.open(home) as store:
        assert store.append(request(1, text=HOSTILE), hostile).result() == 1
        assert store.append(event(1, edited=HOSTILE, seconds=2.5, gone=None)).result() == 2
        assert store.append(step(1, text=HOSTILE, price=0.01)).result() == 3
        assert store.append(mark(1, posts=3, requests=2, dollars=0.023)).result() == 4
        assert store.append(version(1, figures=HOSTILE)).result() == 5
        before = everything(store)
        assert before["V0001"] == version(1, figures=HOSTILE)
        assert before["M0001"] == mark(1, posts=3, requests=2, dollars=0.023)
        assert before["S0007"] == hostile
        assert before["P0001"] == step(1, text=HOSTILE, price=0.01)
        assert before["E0001"] == event(1, edited=HOSTILE, seconds=2.5, gone=None)
    with Store.open(home) as store:
        assert everything(store) == before
        assert filled(store.counts()) == dict.fromkeys(
            ("requests", "samples", "events", "posts", "marks", "versions"), 1
        )
        assert store.notices == []


@pytest.mark.parametrize("folded", [False, True])
def test_everything_is_found_by_its_keys(home, folded):
    store = Store.open(home)
    fill(store)
    if folded:
        store.snapshot()
    killed(store)
    with Store.open(home) as store:
        assert [r.id for r in store.requests()] == ["R0000", "R0001", "R0002"]
        assert store.request("R0001") == request(1)
        assert store.request_by_ref("typed", "ref-2") == request(2)
        assert [s.id for s in store.samples_of("R0001")] == ["S0002", "S0003"]
        assert store.sample("S0003") == sample(3, of=1)
        assert [e.id for e in store.events()] == ["E0000", "E0001", "E0002"]
        assert store.has_event("E0002")
        store.append(request(9), sample(99, of=1)).result()
        assert store.request_by_ref("typed", "ref-9") == request(9)
        assert [s.id for s in store.samples_of("R0001")] == ["S0002", "S0003", "S0099"]


def test_what_is_not_there_is_none(home):
    with Store.open(home) as store:
        fill(store)
        assert store.request("S0001") is None
        assert store.sample("R0001") is None
        assert store.request_by_ref("x", "ref-1") is None
        assert store.samples_of("nobody") == []
        assert not store.has_event("R0001")


def test_the_first_request_of_a_ref_is_the_one(home):
    with Store.open(home) as store:
        store.append(request(1)).result()
        store.append(replace(request(1), id="R0002")).result()
        assert store.request_by_ref("typed", "ref-1").id == "R0001"


def test_ids_need_no_order_and_no_shape(home):
    ids = ["zzz", "aaa", 'quo"te', "back\\slash", "é", "0"]
    with Store.open(home) as store:
        for id in ids:
            store.append(replace(request(1), id=id, text=id)).result()
    for _ in range(2):
        with Store.open(home) as store:
            assert [r.id for r in store.requests()] == ids
            assert all(store.request(id).text == id for id in ids)
            with pytest.raises(DuplicateId):
                store.append(replace(request(1), id='quo"te')).result()


@pytest.mark.parametrize("reopened", [False, True])
def test_a_replay_doubles_nothing(home, reopened):
    store = Store.open(home)
    fill(store)
    if reopened:
        store.close()
        store = Store.open(home)
    counts = store.counts()
    with pytest.raises(DuplicateId) as error:
        store.append(sample(100), event(1)).result()
    assert (error.value.table, error.value.id) == ("events", "E0001")
    assert store.counts() == counts
    assert store.append(sample(100)).result() == 7, "the refused transaction took a number"
    store.close()


def test_twins_are_refused_in_one_transaction_and_in_one_write(home):
    with Store.open(home) as store:
        with pytest.raises(DuplicateId):
            store.append(event(1), event(1)).result()
        gate = store._writer.run(lambda: None)
        futures = [store.append(event(2)), store.append(event(2)), store.append(event(3))]
        wait([gate, *futures])
        assert [f.exception() is None for f in futures] == [True, False, True]
        assert [e.id for e in store.events()] == ["E0002", "E0003"]


def test_numbers_follow_each_other_over_folds_and_reopening(home):
    numbers = []
    for start in (0, 10, 20):
        with Store.open(home) as store:
            numbers += [store.append(event(start + n)).result() for n in range(3)]
            store.snapshot()
            numbers.append(store.append(event(start + 9)).result())
    assert numbers == list(range(1, 13))


def test_nothing_to_append_is_done_when_all_before_it_is(home):
    with Store.open(home) as store:
        store.append(event(1))
        assert store.append().result() == 1


def test_what_cannot_be_stored_fails_alone(home):
    with Store.open(home) as store:
        bad = store.append(event(1), event(2, vector=[1.0]))
        assert isinstance(bad.exception(), StoreError)
        assert store.append(event(1)).result() == 1


def test_an_append_cannot_be_called_back(home):
    with Store.open(home) as store:
        future = store.append(event(1))
        assert not future.cancel()
        assert future.result() == 1


def test_closing_writes_what_is_queued_and_folds_it(home):
    with Store.open(home) as store:
        futures = [store.append(event(n)) for n in range(500)]
    assert [f.result() for f in futures] == list(range(1, 501))
    assert len(json.loads((home / "curator.json").read_bytes())["events"]) == 500
    assert sorted(p.name for p in home.iterdir()) == ["curator.json", "journal-2.jsonl", "lock"]
    assert (home / "journal-2.jsonl").read_bytes() == b""


def test_closing_twice_is_fine_and_writing_after_it_is_not(home):
    store = Store.open(home)
    store.append(event(1)).result()
    store.close()
    store.close()
    assert store.counts()["events"] == 1
    with pytest.raises(StoreError, match="closed"):
        store.append(event(2)).result()
    with pytest.raises(StoreError, match="closed"):
        store.snapshot()


def test_closing_an_idle_store_writes_nothing(home):
    Store.open(home).close()
    before = (home / "curator.json").stat()
    Store.open(home).close()
    after = (home / "curator.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_more_rows_than_are_written_or_parsed_at_once(home):
    records = [event(n) for n in range(2500)]
    with Store.open(home) as store:
        store.append(*records).result()
        assert list(store.events()) == records
    with Store.open(home) as store:
        assert list(store.events()) == records
        assert len(store.db.table("events")) == 2500
        assert store.has_event("E2499")


def test_a_big_store_is_not_rewritten_for_a_little(home, monkeypatch):
    monkeypatch.setattr("curator.store.store._SMALL", 1000)
    with Store.open(home) as store:
        fill(store, 20)
    with Store.open(home) as store:
        store.append(event(99)).result()
    assert len((home / "journal-2.jsonl").read_bytes().splitlines()) == 1
    with Store.open(home) as store:
        assert store.has_event("E0099")
        fill_more = [store.append(sample(500 + n)) for n in range(20)]
    assert all(f.done() for f in fill_more)
    assert (home / "journal-3.jsonl").read_bytes() == b""


def test_iterating_goes_on_while_others_write(home):
    with Store.open(home) as store:
        fill(store, 3)
        samples = store.samples()
        first = next(samples)
        store.append(sample(1000)).result()
        assert [first, *samples] == [sample(n, of=n // 2) for n in range(6)]


def test_a_reader_takes_no_lock_changes_nothing_and_cannot_write(home):
    with Store.open(home) as writer:
        fill(writer, 1)
        files = {p: p.read_bytes() for p in home.iterdir()}
        reader = Store.open(home, write=False)
        assert everything(reader) == everything(writer)
        with pytest.raises(StoreReadOnly):
            reader.append(event(5)).result()
        with pytest.raises(StoreReadOnly):
            reader.snapshot()
        reader.close()
        assert {p: p.read_bytes() for p in home.iterdir()} == files


def test_reading_where_nothing_is_creates_nothing(home):
    reader = Store.open(home, write=False)
    assert sum(reader.counts().values()) == 0
    assert "no store" in reader.notices[0]
    assert not home.exists()


class Folding(PowerDisk):
    """The writer folds between a reader's look at the snapshot and its look at the journal."""

    folds = 3
    writer = None

    def read(self, path):
        data = super().read(path)
        if path.name == "curator.json" and self.folds:
            self.folds -= 1
            number = 100 + self.folds
            self.writer.append(event(number)).result()
            self.writer.snapshot()
        return data


def test_a_reader_sees_one_state_while_the_writer_folds():
    writer = Store.open(HOME, disk=PowerDisk())
    writer.append(event(1)).result()
    disk = Folding(writer._disk.medium)
    disk.writer = writer
    reader = Store.open(HOME, write=False, disk=disk)
    assert everything(reader) == everything(writer)
    assert disk.folds == 0


def test_a_newer_snapshot_is_left_alone(home):
    with Store.open(home) as store:
        fill(store)
    path = home / "curator.json"
    newer = path.read_bytes().replace(b'"format":1', b'"format":2')
    path.write_bytes(newer)
    for write in (True, False):
        with pytest.raises(StoreTooNew, match="format 2"):
            Store.open(home, write=write)
    path.write_bytes(json.dumps(json.loads(newer), indent=1).encode())
    with pytest.raises(StoreTooNew, match="format 2"):
        Store.open(home)


@pytest.mark.parametrize("folded", [False, True])
def test_an_unknown_table_is_from_a_newer_version(home, monkeypatch, folded):
    class Plan(Event):
        pass

    with monkeypatch.context() as newer:
        newer.setitem(layout.TABLES, "plans", Plan)
        newer.setitem(layout._NAMES, Plan, "plans")
        store = Store.open(home)
        store.append(Plan("P1", "now", "iris", "judged", "S1")).result()
        if folded:
            store.snapshot()
        killed(store)
    for write in (True, False):
        with pytest.raises(StoreTooNew, match="plans"):
            Store.open(home, write=write)


@pytest.mark.parametrize("missing", ["curator.json", "journal-4.jsonl"])
def test_a_missing_file_is_said_not_passed_over(home, missing):
    with Store.open(home) as store:
        for n in range(3):
            store.append(event(n)).result()
            store.snapshot()
        store.append(event(9)).result()
        killed(store)
    (home / missing).unlink()
    for write in (True, False):
        with pytest.raises(StoreDamaged, match="missing") as error:
            Store.open(home, write=write)
        assert error.value.path == home / missing


def test_without_its_snapshot_the_first_journal_still_tells_all(home):
    store = Store.open(home)
    fill(store)
    before = everything(store)
    killed(store)
    (home / "curator.json").unlink()
    with Store.open(home) as store:
        assert everything(store) == before


def test_an_old_journal_alone_is_enough_where_the_new_one_was_never_made(home):
    store = Store.open(home)
    fill(store)
    before = everything(store)
    old = (home / "journal-1.jsonl").read_bytes()
    store.snapshot()
    killed(store)
    (home / "journal-2.jsonl").unlink()
    (home / "journal-1.jsonl").write_bytes(old)
    with Store.open(home) as store:
        assert everything(store) == before
        store.append(event(77)).result()
        killed(store)
    with Store.open(home) as store:
        assert everything(store).keys() == before.keys() | {"E0077"}
