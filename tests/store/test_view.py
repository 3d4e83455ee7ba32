"""The store is a TinyDB to read from, and its snapshot a TinyDB file."""

import pytest
from store_records import event, filled, killed, request, sample
from tinydb import Query, TinyDB, where
from tinydb.table import Document

from curator.store import AppendOnlyError, DuplicateId, Store, StoreError, StoreReadOnly
from curator.store.layout import TABLES


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path) as store:
        store.append(request(1), sample(1, of=1), sample(2, of=1)).result()
        store.append(event(1, verdict="approve"), event(2, verdict="reject")).result()
        yield store


def test_tinydb_reads_as_ever(store):
    samples = store.db.table("samples")
    assert len(samples) == 2
    assert samples.all() == list(samples) == [sample(1, of=1).to_doc(), sample(2, of=1).to_doc()]
    assert [s.doc_id for s in samples] == [1, 2]
    assert samples.get(doc_id=2) == sample(2, of=1).to_doc()
    assert samples.get(doc_id=3) is None
    assert [s["id"] for s in samples.get(doc_ids=[2, 7])] == ["S0002"]
    events = store.db.table("events")
    assert [e["id"] for e in events.search(where("verdict") == "reject")] == ["E0002"]
    assert events.count(Query().n.test(lambda n: n > 0)) == 2
    assert events.contains(where("id") == "E0001")
    assert not events.contains(doc_id=9)
    assert events.get(where("id") == "nobody") is None
    assert store.db.tables() == {*TABLES, "_meta"}
    assert store.db.table("_meta").all() == [{"format": 1, "generation": 1, "last_seq": 2}]
    assert len(store.db.table("no_such_table")) == 0


def test_queries_are_never_stale(store):
    events = store.db.table("events", cache_size=10)
    query = where("type") == "judged"
    for number in (3, 4, 5):
        assert events.count(query) == number - 1
        assert len(events.search(query)) == len(events) == number - 1
        store.append(event(number)).result()
    assert store.db.table("_meta").get(doc_id=1)["last_seq"] == 5


def test_what_was_read_does_not_grow_under_the_reader(store):
    walk = iter(store.db.table("events"))
    first = next(walk)
    store.append(event(3)).result()
    assert len(store.db.table("events")) == 3
    assert [first["id"], *(e["id"] for e in walk)] == ["E0001", "E0002"]


def test_changing_what_was_read_changes_nothing_stored(store):
    found = store.db.table("events").search(where("n") == 1)[0]
    found["verdict"] = "reject"
    assert store.db.table("events").get(where("n") == 1)["verdict"] == "approve"
    assert next(store.events()).data["verdict"] == "approve"


def test_inserting_goes_through_the_journal(store, tmp_path):
    events = store.db.table("events")
    assert events.insert(event(3).to_doc()) == 3
    assert events.insert_multiple([event(4).to_doc(), event(5).to_doc()]) == [4, 5]
    assert events.insert_multiple([]) == []
    assert store.db.table("requests").insert(request(2).to_doc()) == 2
    assert len((tmp_path / "journal-1.jsonl").read_bytes().splitlines()) == 5
    killed(store)
    with Store.open(tmp_path) as again:
        assert [e.id for e in again.events()] == [f"E000{n}" for n in range(1, 6)]
        assert again.request_by_ref("typed", "ref-2") == request(2)


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"id": "S9"}, ValueError),
        (sample(9).to_doc() | {"mood": "blue"}, ValueError),
        (Document(sample(9).to_doc(), 12), ValueError),
        ("a text", ValueError),
        (sample(1).to_doc(), DuplicateId),
    ],
)
def test_only_records_can_be_inserted(store, document, error):
    with pytest.raises(error):
        store.db.table("samples").insert_multiple([sample(8).to_doc(), document])
    assert store.counts()["samples"] == 2


@pytest.mark.parametrize("table", ["_default", "_meta", "plans"])
def test_there_are_no_other_tables_to_insert_into(store, table):
    with pytest.raises(StoreError, match="no table"):
        store.db.table(table).insert({"id": "x"})


@pytest.mark.parametrize(
    "change",
    [
        lambda db: db.table("events").update({"n": 3}),
        lambda db: db.table("events").update({"n": 3}, where("n") == 1),
        lambda db: db.table("events").update({"n": 3}, doc_ids=[1]),
        lambda db: db.table("events").update_multiple([({"n": 3}, where("n") == 1)]),
        lambda db: db.table("events").upsert({"n": 3}, where("n") == 1),
        lambda db: db.table("events").remove(where("n") == 1),
        lambda db: db.table("events").remove(doc_ids=[1]),
        lambda db: db.table("events").truncate(),
        lambda db: db.table("nothing", persist_empty=True).truncate(),
        lambda db: db.drop_table("events"),
        lambda db: db.drop_tables(),
        lambda db: db.storage.write({}),
        lambda db: db.update({"n": 3}),
        lambda db: db.truncate(),
    ],
)
def test_nothing_can_be_changed_or_removed(store, change):
    before = store.db.table("events").all()
    with pytest.raises(AppendOnlyError):
        change(store.db)
    assert store.db.table("events").all() == before
    assert filled(store.counts()) == {"requests": 1, "samples": 2, "events": 2}


def test_closing_the_view_leaves_the_store_open(store):
    store.db.close()
    assert store.append(event(3)).result() == 3


def test_a_reader_s_view_inserts_nothing(store, tmp_path):
    reader = Store.open(tmp_path, write=False)
    assert len(reader.db.table("events")) == 2
    with pytest.raises(StoreReadOnly):
        reader.db.table("events").insert(event(3).to_doc())


def test_stock_tinydb_opens_the_snapshot(store, tmp_path):
    store.close()
    before = (tmp_path / "curator.json").read_bytes()
    with TinyDB(tmp_path / "curator.json") as stock:
        assert stock.tables() == {*TABLES, "_meta"}
        assert stock.table("samples").all() == [s.to_doc() for s in store.samples()]
        assert stock.table("events").get(where("verdict") == "approve")["id"] == "E0001"
        assert stock.table("requests").get(doc_id=1) == request(1).to_doc()
        meta = stock.table("_meta").all()[0]
        assert (meta["format"], meta["generation"], meta["last_seq"]) == (1, 2, 2)
    assert (tmp_path / "curator.json").read_bytes() == before
    with Store.open(tmp_path) as again:
        assert again.counts() == store.counts()


def test_stock_tinydb_opens_a_new_store_s_snapshot(tmp_path):
    home = tmp_path / "new"
    with Store.open(home), TinyDB(home / "curator.json") as stock:
        assert len(stock.table("samples")) == 0
