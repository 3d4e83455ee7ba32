"""A disk that refuses: the append fails with a sentence, nothing of it stays, the next works."""

import subprocess
import sys
import textwrap

import pytest
from power import HOME, Luck, PowerDisk
from store_records import event, everything, sample

from curator.store import Store, StoreError, StoreReadOnly

LIMIT = textwrap.dedent(
    """
    import resource, sys
    from pathlib import Path
    from curator.domain.records import Event
    from curator.store import Store, StoreError

    def event(n):
        return Event(f"E{n:04}", "now", "iris", "judged", "S", {"text": "x" * 200})

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    store = Store.open(Path(sys.argv[1]))
    limit(3000)
    saved, refused = [], []
    for n in range(20):
        try:
            store.append(event(n)).result()
            saved.append(n)
        except StoreError as error:
            refused.append(n)
            sentence = str(error)
    assert saved and refused and max(saved) < min(refused), (saved, refused)
    assert "may not grow" in sentence and "journal-1.jsonl" in sentence, sentence
    assert [e.id for e in store.events()] == [event(n).id for n in saved]
    journal = (Path(sys.argv[1]) / "journal-1.jsonl").read_bytes()
    assert journal.count(b"\\n") == len(saved) and journal.endswith(b"\\n")
    limit(resource.RLIM_INFINITY)
    store.append(event(refused[0])).result()
    print(len(saved) + 1)
    """
)


@pytest.fixture
def store():
    store = Store.open(HOME, disk=PowerDisk())
    store.append(event(1)).result()
    return store


def journal(store):
    return bytes(store._disk.medium.names[HOME / "journal-1.jsonl"].cache)


def test_a_real_limit_on_the_file_size(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMIT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with Store.open(tmp_path) as store:
        assert store.counts()["events"] == int(done.stdout)
        assert store.notices == []


@pytest.mark.parametrize("room", [0, 1, 50, 100])
def test_a_full_disk(store, room):
    before = journal(store)
    store._disk.room = room
    error = store.append(sample(1)).exception()
    assert isinstance(error, StoreError)
    assert "disk is full" in str(error)
    assert "Free some space" in str(error)
    assert journal(store) == before
    assert store.sample("S0001") is None
    store._disk.room = 10_000
    assert store.append(sample(1)).result() == 2
    assert store.sample("S0001") == sample(1)


def test_what_fits_is_stored_though_another_does_not(store):
    gate = store._writer.run(lambda: setattr(store._disk, "room", 500))
    big, small = store.append(event(2, text="x" * 1000)), store.append(event(3))
    gate.result()
    assert isinstance(big.exception(timeout=30), StoreError)
    assert small.result(timeout=30) == 2


def test_a_twin_of_what_failed_is_no_twin(store):
    gate = store._writer.run(lambda: setattr(store._disk, "room", 500))
    big, small = store.append(event(2, text="x" * 1000)), store.append(event(2))
    gate.result()
    assert isinstance(big.exception(timeout=30), StoreError)
    assert small.result(timeout=30) == 2


@pytest.mark.parametrize("what", ["write", "fsync"])
@pytest.mark.parametrize("luck", [Luck("none"), Luck("all")], ids=["none", "all"])
def test_a_write_that_cannot_be_undone_closes_the_journal(store, what, luck):
    disk = store._disk
    disk.broken = {what, "truncate"}
    assert isinstance(store.append(event(2)).exception(), StoreError)
    disk.broken = {"truncate"}
    assert isinstance(store.append(event(3)).exception(), StoreError)
    with pytest.raises(StoreError):
        store.snapshot()
    assert everything(store).keys() == {"E0001"}
    disk.broken = set()
    assert store.append(event(4)).result() == 2
    again = Store.open(HOME, disk=disk.reboot(luck))
    assert everything(again).keys() == {"E0001", "E0004"}


def test_a_failed_line_is_not_left_behind_by_a_fold(store):
    """Else a crash could bring it back from the old journal, in place of its number's owner."""
    store._disk.broken = {"fsync", "truncate journal-1.jsonl"}
    assert isinstance(store.append(event(2)).exception(), StoreError)
    store._disk.broken = {"truncate journal-1.jsonl"}
    with pytest.raises(StoreError, match="Folding"):
        store.snapshot()
    store._disk.broken = set()
    store.snapshot()
    assert store.append(event(2)).result() == 2


def test_an_error_nobody_thought_of_stops_writing_and_leaves_no_one_waiting(store, monkeypatch):
    """Here memory lacks what the disk holds, so a snapshot of it would lose that."""
    with monkeypatch.context() as surprise:
        surprise.setattr(store._tables, "apply", lambda seq, ops: 1 / 0)
        futures = [store.append(event(2)), store.append(event(3))]
        assert all(isinstance(f.exception(timeout=30), StoreError) for f in futures)
    with pytest.raises(StoreError, match="start again"):
        store.append(event(4)).result(timeout=30)
    store.close()
    assert "start again" in store.notices[-1]
    assert "E0002" in everything(Store.open(HOME, disk=store._disk.kill()))


def test_a_failed_fsync_is_not_believed_when_repeated(store):
    """The bytes are written anew: the system may have dropped them and call the file clean."""
    store._disk.broken = {"fsync"}
    assert isinstance(store.append(event(2)).exception(), StoreError)
    store._disk.broken = set()
    before = len(store._disk.done)
    store.append(event(2)).result()
    assert [step.split()[0] for step in store._disk.done[before:]] == [
        "truncate",
        "fsync",
        "write",
        "fsync",
    ]


def test_closing_on_a_full_disk_leaves_the_journal(store):
    disk = store._disk
    disk.room = 10
    store.close()
    assert "disk is full" in store.notices[-1]
    disk.room = None
    assert everything(Store.open(HOME, disk=disk.kill())).keys() == {"E0001"}


def test_a_new_store_on_a_full_disk_says_so():
    disk = PowerDisk()
    disk.room = 10
    with pytest.raises(StoreError, match="disk is full"):
        Store.open(HOME, disk=disk)
    disk.room = None
    Store.open(HOME, disk=disk).close()


def test_a_file_in_the_place_of_the_folder(tmp_path):
    home = tmp_path / "home"
    home.write_text("not a folder")
    with pytest.raises(StoreReadOnly, match="file where the data folder should be"):
        Store.open(home)
    with pytest.raises(StoreReadOnly):
        Store.open(home / "below")
    with pytest.raises(StoreError):
        Store.open(home, write=False)
    assert home.read_text() == "not a folder"
