"""A desk with mentions on it."""

import pytest

from curator.domain.records import Request, Sample, Song
from curator.store import Store
from tests.publishing.fake_x import FakeX


@pytest.fixture
def x():
    return FakeX()


@pytest.fixture(autouse=True)
def mentions(tmp_path):
    """Requests m0 to m3, mentions but for m3, each with a sample m0a …"""
    with Store.open(tmp_path) as store:
        for n in range(4):
            source = "mention" if n < 3 else "typed"
            request = Request(f"m{n}", "", source, "words?", Song("A", "B"), "fan", f"7{n}")
            samples = [Sample(f"m{n}{c}", f"m{n}", "", f"It glows {n}{c}.", "m") for c in "ab"]
            store.append(request, *samples).result()


@pytest.fixture
async def desk(desks, x):
    return await desks(x)
