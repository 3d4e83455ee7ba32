"""A fold that is interrupted at any step leaves everything as it was."""

import contextlib

import pytest
from power import HOME, Luck, PowerDisk
from store_records import event, everything, sample

from curator.store import Store, StoreError

LUCKS = [Luck(kind, seed) for kind in Luck.KINDS for seed in (0, 1)]


def ready(disk):
    """A store with something in its snapshot and something in its journal."""
    store = Store.open(HOME, disk=disk)
    store.append(sample(1), event(1)).result()
    store.snapshot()
    store.append(sample(2), event(2)).result()
    return store


def steps():
    store = ready(disk := PowerDisk())
    before = len(disk.done)
    store.snapshot()
    return disk.done[before:]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, len(steps()) + 1))
@pytest.mark.parametrize("power", [True, False], ids=["power", "kill"])
def test_everything_reopens(step, after, power):
    for luck in LUCKS:
        store = ready(disk := PowerDisk())
        before = everything(store)
        disk.fail_at, disk.fail_after = len(disk.done) + step, after
        with contextlib.suppress(StoreError):
            store.snapshot()
        disk = disk.reboot(luck) if power else disk.kill()
        assert everything(Store.open(HOME, write=False, disk=disk)) == before
        again = Store.open(HOME, disk=disk)
        assert everything(again) == before
        assert again.append(event(3)).result() == 3
        disk = disk.reboot(Luck("none"))
        again = Store.open(HOME, disk=disk)
        assert everything(again).keys() == before.keys() | {"E0003"}
        again.snapshot()
        assert len(disk.medium.names) == 2, "files were left behind"


@pytest.mark.parametrize("what", ["write", "fsync", "open", "truncate", "replace", "fsync_folder"])
def test_a_fold_that_fails_costs_nothing(what):
    store = ready(disk := PowerDisk())
    before = everything(store)
    disk.broken = {what}
    with contextlib.suppress(StoreError):
        store.snapshot()
    disk.broken = set()
    assert store.append(event(3)).result() == 3
    disk = disk.reboot(Luck("none"))
    again = Store.open(HOME, disk=disk)
    assert everything(again).keys() == before.keys() | {"E0003"}


def test_the_steps_are_in_the_order_that_makes_this_so():
    assert [step for step in steps() if not step.startswith("write")] == [
        "open curator.json.tmp",
        "truncate curator.json.tmp",
        "fsync curator.json.tmp",
        "open journal-3.jsonl",
        "fsync journal-3.jsonl",
        "fsync_folder",
        "replace curator.json",
        "fsync_folder",
        "remove journal-2.jsonl",
    ]


class HalfBroken(PowerDisk):
    """Renames, and says that it failed."""

    def replace(self, source, target):
        super().replace(source, target)
        raise OSError(5, "Input/output error")


def test_a_rename_that_happened_though_it_failed_costs_nothing():
    medium = ready(PowerDisk())._disk.kill().medium
    store = Store.open(HOME, disk=HalfBroken(medium))
    with pytest.raises(StoreError):
        store.snapshot()
    assert store.append(event(3)).result() == 3
    for number in (4, 5, 6):
        store = Store.open(HOME, disk=PowerDisk(medium))
        assert store.append(event(number)).result() == number
    assert [e.data["n"] for e in store.events()] == [1, 2, 3, 4, 5, 6]
    store.snapshot()
    assert len(medium.names) == 2


def test_what_such_a_store_shows_after_a_kill_is_durable():
    """The line was written and not yet fsynced, to a journal that is no longer the newest."""
    medium = ready(PowerDisk())._disk.kill().medium
    disk = HalfBroken(medium)
    store = Store.open(HOME, disk=disk)
    with pytest.raises(StoreError):
        store.snapshot()
    disk.fail_at, disk.fail_after = len(disk.done) + 1, True
    assert store.append(event(3)).exception() is not None
    disk = PowerDisk(medium)
    assert "E0003" in everything(Store.open(HOME, disk=disk))
    assert "E0003" in everything(Store.open(HOME, disk=disk.reboot(Luck("none"))))
