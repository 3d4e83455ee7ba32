"""Lets the tests here import what they share: the disk that loses power, and records to store."""

import sys
from pathlib import Path

import pytest

from curator.store.writer import Writer

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def no_thread_stays(monkeypatch):
    """Stores that lose their power are never closed; by the thousand, their threads would be too
    many for some machines."""
    begun = []

    def begin(*args):
        begun.append(Writer(*args))
        return begun[-1]

    monkeypatch.setattr("curator.store.store.Writer", begin)
    yield
    for writer in begun:
        writer.stop()
