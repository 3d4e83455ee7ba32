"""A stand-in for X and a client of it."""

import keyring
import pytest

from curator.net.x import X
from curator.net.x_keys import OAuth1Keys
from tests.net.rings import Memory
from tests.services.x import XService


@pytest.fixture(autouse=True)
def no_credentials_of_ours(monkeypatch, tmp_path):
    import os

    for name in [n for n in os.environ if n.startswith("CURATOR_")]:
        if name != "CURATOR_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(params=["tweet", "post"])
def dialect(request):
    return request.param


@pytest.fixture
def service(dialect):
    with XService(dialect=dialect) as running:
        yield running


@pytest.fixture
def keys(service):
    planted = service.doors.planted
    return OAuth1Keys(
        planted.consumer_key, planted.consumer_secret, planted.access_token, planted.access_secret
    )


@pytest.fixture
def x(service, keys):
    return X(keys, base_url=service.url, timeout=5.0)


@pytest.fixture
def ring(monkeypatch):
    before = keyring.get_keyring()
    ring = Memory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def running():
    with XService() as service:
        yield service
