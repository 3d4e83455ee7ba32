"""Too long for every day: a thousand kills, and thousands of power cuts."""

import random
import runpy
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from curator.store import Store

STORE_TESTS = Path(__file__).parents[1] / "store"
pytestmark = pytest.mark.soak


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(STORE_TESTS), *sys.path])


@pytest.mark.parametrize("century", range(10))
def test_killed_a_thousand_times_nothing_acknowledged_is_lost(tmp_path, shared, century):
    """Each process goes on where the one before it was killed, and every other one folds."""
    processes = runpy.run_path(str(STORE_TESTS / "test_processes.py"))
    chance = random.Random(century)
    acked: set[str] = set()
    for kill in range(100):
        more = ["fold"] if chance.random() < 0.5 else []
        child = processes["start"](tmp_path, f"round{kill}", *more)
        acked |= set(processes["kill_after"](child, chance.randint(0, 20)))
        if kill % 10 == 9:
            # Read only now and then, so that crashes pile up on crashes.
            with Store.open(tmp_path, write=False) as store:
                lost = [id for id in acked if not store.has_event(f"E-{id}")]
                assert not lost
                counts = store.counts()
                assert counts["samples"] == counts["events"], "half a transaction"
    assert len(acked) > 100


def test_power_cut_thousands_of_times(shared):
    power = runpy.run_path(str(STORE_TESTS / "test_power.py"))
    often = settings(power["MANY"], max_examples=2000, derandomize=False)
    run_state_machine_as_test(power["Crashes"], settings=often)
