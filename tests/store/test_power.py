"""What was acknowledged is there after every power cut and every kill, at any moment."""

import contextlib
from concurrent.futures import Future

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from power import HOME, Luck, PowerDisk
from store_records import event, everything, request, sample

from curator.store import Store, StoreError

LUCK = st.builds(Luck, st.sampled_from(Luck.KINDS), st.integers(0, 2**32))


class Crashes(RuleBasedStateMachine):
    """Store, fold, crash, reopen in any order, and compare with what was promised."""

    lies = staticmethod(lambda path: False)

    def __init__(self):
        super().__init__()
        self.number = 0
        self.acked = set()
        self.together = []
        self.sent = {}
        self.disk = PowerDisk(lies=self.lies)
        self.store = Store.open(HOME, disk=self.disk)

    def new_records(self, count):
        for _ in range(count):
            self.number += 1
            kind = (request, sample, event)[self.number % 3]
            yield kind(self.number)

    def send(self, groups):
        """Append transactions that are written together; take note of what is acknowledged."""
        gate = Future()
        self.store._writer.run(gate.result)
        under_way = []
        for count in groups:
            records = list(self.new_records(count))
            self.sent |= {r.id: r for r in records}
            under_way.append((records, self.store.append(*records)))
        gate.set_result(None)
        for records, future in under_way:
            ids = {r.id for r in records}
            self.together.append(ids)
            if future.exception() is None:
                self.acked |= ids
                assert everything(self.store).keys() >= ids, "acknowledged, and not shown"
            else:
                assert not everything(self.store).keys() & ids, "failed, and still shown"

    def open_again(self, disk):
        with contextlib.suppress(OSError, StoreError):
            self.store.close()  # of a process that is gone: nothing it does reaches the disk
        self.disk = disk
        self.store = Store.open(HOME, disk=disk)

    @rule(groups=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def append(self, groups):
        self.send(groups)

    @rule(
        groups=st.lists(st.integers(1, 3), min_size=1, max_size=4),
        at=st.integers(1, 3),
        after=st.booleans(),
        luck=LUCK,
    )
    def lose_power_while_appending(self, groups, at, after, luck):
        self.disk.fail_at, self.disk.fail_after = len(self.disk.done) + at, after
        self.send(groups)
        self.open_again(self.disk.reboot(luck))

    @rule(at=st.integers(1, 14), after=st.booleans(), luck=LUCK)
    def lose_power_while_folding(self, at, after, luck):
        self.disk.fail_at, self.disk.fail_after = len(self.disk.done) + at, after
        with contextlib.suppress(StoreError):
            self.store.snapshot()
        self.open_again(self.disk.reboot(luck))

    @rule(at=st.integers(1, 14), after=st.booleans(), luck=LUCK, first=LUCK)
    def lose_power_while_opening(self, at, after, luck, first):
        disk = self.disk.reboot(first)
        disk.fail_at, disk.fail_after = at, after
        with contextlib.suppress(StoreError):
            self.open_again(disk)
        self.open_again(disk.reboot(luck))

    @rule(at=st.integers(1, 14), after=st.booleans(), fold=st.booleans())
    def kill(self, at, after, fold):
        self.disk.fail_at, self.disk.fail_after = len(self.disk.done) + at, after
        if fold:
            with contextlib.suppress(StoreError):
                self.store.snapshot()
        else:
            self.send([1, 2])
        self.open_again(self.disk.kill())

    @rule(luck=LUCK)
    def lose_power(self, luck):
        self.open_again(self.disk.reboot(luck))

    @rule(room=st.integers(0, 2000), groups=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def fill_the_disk(self, room, groups):
        self.disk.room = room
        self.send(groups)
        self.disk.room = None

    @rule(broken=st.sampled_from(["write", "fsync", "truncate", "replace", "fsync_folder"]))
    def break_the_disk_for_a_while(self, broken):
        self.disk.broken = {broken}
        self.send([1, 2])
        with contextlib.suppress(StoreError):
            self.store.snapshot()
        self.send([1])
        self.disk.broken = set()

    @rule()
    def fold(self):
        self.store.snapshot()

    @rule()
    def close(self):
        self.store.close()
        self.open_again(self.disk.kill())

    @invariant()
    def nothing_acknowledged_is_lost(self):
        shown = everything(self.store)
        self.acked |= shown.keys()
        for found in (shown, everything(Store.open(HOME, write=False, disk=self.disk))):
            assert not self.acked - found.keys(), "lost"
            assert found.items() <= self.sent.items(), "changed, or made up"
            assert all(not ids & found.keys() or ids <= found.keys() for ids in self.together)

    def teardown(self):
        self.store.close()


MANY = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
LOOKING = settings(MANY, max_examples=300, phases=[Phase.generate])


def test_nothing_acknowledged_is_ever_lost():
    run_state_machine_as_test(Crashes, settings=MANY)


@pytest.mark.parametrize(
    "lies",
    [
        lambda path: path.name.startswith("journal-"),
        lambda path: path.name.startswith("curator.json"),
        lambda path: path == HOME,
    ],
    ids=["journal", "snapshot", "folder"],
)
def test_without_fsync_it_would_be(lies):
    """The test above notices when one of the three kinds of fsync is taken out."""

    class WithoutFsync(Crashes):
        pass

    WithoutFsync.lies = staticmethod(lies)
    with pytest.raises((AssertionError, StoreError)):
        run_state_machine_as_test(WithoutFsync, settings=LOOKING)
