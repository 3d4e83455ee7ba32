"""Credentials: where they come from, how tokens are renewed, and that none is ever shown."""

import io
import json
import logging
import threading
import time
import traceback

import keyring
import pytest
from filelock import FileLock
from rich.console import Console
from rich.traceback import Traceback

from curator.net import credentials
from curator.net.credentials import (
    CredentialsError,
    NoCredentials,
    held,
    keep,
    read_spotify,
    read_x,
)
from curator.net.x import X
from curator.net.x_errors import Unauthorised, Unreachable, XError
from curator.net.x_keys import Hidden, OAuth1Keys
from tests.net.rings import Forgetful, Locked, Memory

FOUR = {
    "consumer_key": "ck-1",
    "consumer_secret": "cs-1",
    "access_token": "at-1",
    "access_secret": "as-1",
}


def environment(monkeypatch, variables, fields):
    for name, value in fields.items():
        monkeypatch.setenv(variables[name], value)


# Where they come from


def test_without_any_it_says_what_to_do(ring):
    with pytest.raises(NoCredentials, match=r"curator auth x.*CURATOR_X_CONSUMER_KEY"):
        read_x("https://api.x.com")
    with pytest.raises(NoCredentials, match="CURATOR_SPOTIFY_CLIENT_ID"):
        read_spotify()
    assert list(held()) == []


def test_what_is_kept_comes_back(ring):
    keep("x", FOUR)
    keep("spotify", {"client_id": "id", "client_secret": "secret"})
    assert read_x("https://api.x.com") == OAuth1Keys(**FOUR)
    assert read_spotify().client_secret == "secret"
    assert [(h.service, h.kind) for h in held()] == [
        ("x", "OAuth 1.0a keys"),
        ("spotify", "client credentials"),
    ]
    assert credentials.forget("x")
    assert not credentials.forget("x")
    with pytest.raises(NoCredentials):
        read_x("https://api.x.com")


def test_the_environment_wins_and_must_be_whole(ring, monkeypatch):
    keep("x", FOUR | {"consumer_key": "kept"})
    environment(monkeypatch, credentials.OAUTH1, FOUR)
    assert read_x("https://api.x.com") == OAuth1Keys(**FOUR)
    assert [h.place for h in held()] == ["the environment", "the keyring"]
    monkeypatch.delenv("CURATOR_X_ACCESS_SECRET")
    with pytest.raises(CredentialsError, match="CURATOR_X_ACCESS_SECRET is missing") as caught:
        read_x("https://api.x.com")
    assert "cs-1" not in str(caught.value)
    assert next(held()).problem == "CURATOR_X_ACCESS_SECRET missing"


@pytest.mark.parametrize("ring_kind", [Forgetful, Locked])
def test_a_keyring_that_is_no_use_is_said_with_the_way_around(ring_kind):
    before = keyring.get_keyring()
    keyring.set_keyring(ring_kind())
    try:
        with pytest.raises(CredentialsError, match="CURATOR_X_CONSUMER_KEY") as caught:
            keep("x", FOUR)
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))
        if ring_kind is Locked:
            with pytest.raises(CredentialsError, match="unlock"):
                read_x("https://api.x.com")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "null"])
def test_rubbish_in_the_keyring_is_said(ring, text):
    ring.held["curator", "x"] = text
    with pytest.raises(CredentialsError, match="curator auth x"):
        read_x("https://api.x.com")


# Tokens that run out


def granted(service, **more):
    access, refresh = service.doors.issue()
    planted = service.doors.planted
    return {
        "access_token": access,
        "refresh_token": refresh,
        "client_id": planted.client_id,
        "client_secret": planted.client_secret,
        "expires_at": str(time.time() + 7200),
    } | more


def test_a_token_is_renewed_before_it_runs_out_and_kept_before_it_is_used(ring, running):
    keep("x", granted(running, expires_at=str(time.time() + 30)))
    x = X(read_x(running.url), base_url=running.url)
    assert x.me().username == "deephypebot"
    (renewing, asking) = running.calls
    assert renewing.path == "/2/oauth2/token"
    used = asking.headers["Authorization"].removeprefix("Bearer ")
    assert json.loads(ring.held["curator", "x"])["access_token"] == used
    assert used in ring.writes[-1]
    x.post("song")
    assert running.count("POST /2/oauth2/token") == 1


def test_a_token_that_x_refuses_is_renewed_once(ring, running):
    fields = granted(running)
    running.doors.bearer.clear()
    keep("x", fields)
    assert X(read_x(running.url), base_url=running.url).post("song")
    running.fail_always("POST /2/tweets", "401")
    with pytest.raises(Unauthorised):
        X(read_x(running.url), base_url=running.url).post("other song")
    assert running.count("POST /2/oauth2/token") == 2


def test_a_token_is_not_used_while_it_can_t_be_kept(ring, running, monkeypatch):
    keep("x", granted(running, expires_at="0"))
    keys = read_x(running.url)
    x = X(keys, base_url=running.url)
    with monkeypatch.context() as broken:
        broken.setattr(Memory, "set_password", Forgetful.set_password)
        with pytest.raises(Unauthorised, match="can't be kept") as caught:
            x.post("song")
        assert not caught.value.unknown
        assert running.own_posts() == []
    assert x.post("song")
    assert running.count("POST /2/oauth2/token") == 1


def test_what_is_locked_when_a_token_is_renewed_is_said(ring, running, monkeypatch, tmp_path):
    keep("x", granted(running, expires_at="0"))
    x = X(read_x(running.url), base_url=running.url)
    with monkeypatch.context() as broken:
        broken.setattr(Memory, "get_password", Locked.get_password)
        with pytest.raises(Unauthorised, match=r"can't be read.*unlock") as caught:
            x.post("song")
        assert not caught.value.unknown
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    lock = FileLock(tmp_path / "lock", timeout=0)
    monkeypatch.setattr("curator.net.x_keys.one_at_a_time", lambda: lock)
    with FileLock(tmp_path / "lock"), pytest.raises(Unreachable, match="another process") as caught:
        x.post("song")
    assert not caught.value.unknown
    nowhere = FileLock(tmp_path / "lock" / "below a file" / "lock")
    monkeypatch.setattr("curator.net.x_keys.one_at_a_time", lambda: nowhere)
    with pytest.raises(Unauthorised, match="can't be renewed on this machine") as caught:
        x.post("song")
    assert not caught.value.unknown
    assert running.own_posts() == []


def test_when_renewing_fails_the_post_was_not_made(ring, running):
    keep("x", granted(running, expires_at="0"))
    x = X(read_x(running.url), base_url=running.url)
    running.fail("POST /2/oauth2/token", "dropped-before", "503", "malformed")
    for _ in range(3):
        with pytest.raises(XError) as caught:
            x.post("song")
        assert not caught.value.unknown
    # The third renewal was made, but its answer was lost: the refresh token is used up.
    with pytest.raises(Unauthorised, match="curator auth x --browser"):
        x.post("song")
    assert running.own_posts() == []


def test_two_clients_renew_one_after_the_other(ring, running):
    keep("x", granted(running, expires_at="0"))
    clients = [X(read_x(running.url), base_url=running.url) for _ in range(4)]
    threads = [threading.Thread(target=client.me) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running.count("POST /2/oauth2/token") == 1
    assert running.count("GET /2/users/me") == 4


def test_a_token_of_the_environment_is_not_renewed(ring, running, monkeypatch):
    access, _ = running.doors.issue()
    monkeypatch.setenv(credentials.BEARER, access)
    assert X(read_x(running.url), base_url=running.url).post("song")
    running.doors.bearer.clear()
    with pytest.raises(Unauthorised):
        X(read_x(running.url), base_url=running.url).post("another")


# Never shown


def test_no_secret_shows_in_logs_errors_or_tracebacks(ring, running, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("tweepy", "requests_oauthlib", "oauthlib", "urllib3"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    planted = running.doors.planted
    one = OAuth1Keys(
        planted.consumer_key, planted.consumer_secret, planted.access_token, planted.access_secret
    )
    keep("x", granted(running, expires_at="0"))
    two = read_x(running.url)
    said = io.StringIO()
    console = Console(file=said, width=400)
    said.write(f"{one!r} {two!r} {Hidden(granted(running))!r}")
    faults = ("402", "401", "list", "text", "timeout-after", "dropped-body", "503", "malformed")
    for keys in (one, two):
        x = X(keys, base_url=running.url, timeout=0.2)
        for fault in faults:
            running.fail("POST /2/tweets", fault)
            if keys is two and fault in ("503", "malformed"):
                running.fail("POST /2/oauth2/token", fault)
                two._fields["expires_at"] = "0"
            try:
                x.post("a song")
            except XError as error:
                lines = traceback.TracebackException.from_exception(error, capture_locals=True)
                lines.stack.pop(0)  # of this test itself
                said.write("".join(lines.format()))
                if fault != "malformed":
                    continue
                ours = error.__traceback__.tb_next
                shown = Traceback.from_exception(
                    type(error), error, ours, show_locals=True, locals_max_length=99
                )
                console.print(shown)
    with pytest.raises(Unreachable):
        X(one, base_url="http://127.0.0.1:9").me()
    said.write(caplog.text)
    text = said.getvalue()
    assert "XError" in text or "Unreachable" in text
    for secret in running.doors.secrets():
        assert secret not in text
