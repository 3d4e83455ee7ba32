"""A person consents in the browser, which comes back to us; nothing else on the way matters."""

import socket
import threading
from urllib.parse import unquote, urlsplit

import pytest
import requests

from curator.net.consent import consent
from curator.net.credentials import keep, read_x
from curator.net.x import X
from curator.net.x_errors import Refused
from curator.net.x_keys import Hidden


def visit(address, **more):
    threading.Thread(target=lambda: requests.get(address, timeout=10, **more)).start()


def test_consent_goes_by_the_browser_and_back(ring, running):
    planted = running.doors.planted
    client = Hidden(client_id=planted.client_id, client_secret=planted.client_secret)
    fields = consent(running.url, client, visit, port=0)
    keep("x", fields)
    assert X(read_x(running.url), base_url=running.url).me().username == "deephypebot"
    assert {"client_id", "client_secret", "refresh_token", "expires_at"} <= fields.keys()


def test_only_a_visit_with_our_state_counts(running):
    client = Hidden(client_id=running.doors.planted.client_id)

    def strangers(address):
        back = requests.utils.unquote(address.split("redirect_uri=")[1].split("&")[0])
        assert requests.get(f"{back}?code=theirs&state=wrong", timeout=5).status_code == 404
        assert requests.get(f"{back}?code=theirs", timeout=5).status_code == 404
        visit(address)

    assert consent(running.url, client, strangers, port=0)["access_token"]


def silent(address):
    """Open a connection to where the browser is to come back to, and say nothing."""
    back = urlsplit(unquote(address.split("redirect_uri=")[1].split("&")[0]))
    return socket.create_connection((back.hostname, back.port), 5)


def test_connections_opened_in_advance_hold_nothing_up(running):
    client = Hidden(client_id=running.doors.planted.client_id)
    idle, got, done = [], [], threading.Event()

    def browser(address):
        idle.extend([silent(address), silent(address)])
        visit(address)

    def ask():
        got.append(consent(running.url, client, browser, port=0))
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    try:
        assert done.wait(10)
        assert got[0]["access_token"]
    finally:
        for connection in idle:
            connection.close()


def test_a_connection_that_says_nothing_is_closed_in_time(running, monkeypatch):
    monkeypatch.setattr("curator.net.consent.IDLE", 0.02, raising=False)
    client = Hidden(client_id=running.doors.planted.client_id)

    def browser(address):
        with silent(address) as connection:
            assert connection.recv(1) == b""
        visit(address)

    assert consent(running.url, client, browser, port=0)["access_token"]


def test_who_says_no_and_who_says_nothing(running):
    client = Hidden(client_id=running.doors.planted.client_id)

    def no(address):
        back = requests.utils.unquote(address.split("redirect_uri=")[1].split("&")[0])
        state = address.split("state=")[1].split("&")[0]
        visit(f"{back}?error=access_denied&state={state}")

    with pytest.raises(Refused, match="access_denied"):
        consent(running.url, client, no, port=0)
    with pytest.raises(Refused, match="in time"):
        consent(running.url, client, lambda _: None, port=0, patience=0.01)
