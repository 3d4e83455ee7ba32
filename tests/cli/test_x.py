"""`curator auth`, `poll` and `watch` against the stand-in for X, as people and scripts run them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from curator.store import Store
from tests.services.x import XService

MENTIONS = "GET /2/users/:id/mentions"


@pytest.fixture
def service():
    with XService() as running:
        yield running


@pytest.fixture
def keys(service):
    """The environment of somebody who has keys."""
    planted = service.doors.planted
    return {
        "CURATOR_X_BASE_URL": service.url,
        "CURATOR_X_CONSUMER_KEY": planted.consumer_key,
        "CURATOR_X_CONSUMER_SECRET": planted.consumer_secret,
        "CURATOR_X_ACCESS_TOKEN": planted.access_token,
        "CURATOR_X_ACCESS_SECRET": planted.access_secret,
    }


@pytest.fixture
def signed_in(keys, monkeypatch):
    for name, value in keys.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ring(tmp_path, monkeypatch, service):
    """A keyring in a file, for this process and those it starts."""
    import keyring

    from tests.net.rings import InFile

    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "ring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.net.rings.InFile")
    monkeypatch.setenv("CURATOR_X_BASE_URL", service.url)
    before = keyring.get_keyring()
    keyring.set_keyring(InFile())
    yield tmp_path / "ring.json"
    keyring.set_keyring(before)


def refs(home):
    with Store.open(home, write=False) as store:
        return [request.ref for request in store.requests()]


def test_polling_begins_now_then_brings_what_is_new(run, tmp_path, service, signed_in):
    home = tmp_path / "new"
    service.mention("too old")
    first = run("poll", "--once", "--home", home)
    assert (first.code, first.out) == (0, "")
    assert "from now on" in first.err
    post = service.mention("Velvet Meridian - Glass Orchard", "ann")
    second = run("poll", "--once", "--home", home, "--json")
    assert second.code == 0
    (line,) = second.json
    assert (line["ref"], line["author"], line["artist"]) == (post.id, "ann", "Velvet Meridian")
    assert "1 new request; 1 post read for $0.011" in second.err
    assert refs(home) == [post.id]


def test_from_the_start_and_the_timeline(run, tmp_path, service, signed_in):
    service.owner.follows.add(service.network.user("dj").id)
    service.post("dj", "Velvet Meridian - Glass Orchard\x1b[2J")
    polled = run(
        "poll", "--once", "--from-start", "--stream", "timeline", "--home", tmp_path / "new"
    )
    assert polled.code == 0
    assert "@dj: Velvet Meridian – Glass Orchard" in polled.out
    assert "\x1b" not in polled.out


@pytest.mark.parametrize("fault", ["503", "429", "401", "402", "usage-capped", "malformed"])
def test_what_fails_is_an_exit_code_and_a_line(run, tmp_path, service, signed_in, fault):
    service.fail(MENTIONS, fault)
    polled = run("poll", "--once", "--home", tmp_path / "new")
    assert polled.code == 1
    assert len(polled.err.strip().splitlines()) == 1
    assert run("poll", "--once", "--home", tmp_path / "new").code == 0


def test_without_keys_it_says_how_to_get_them(run, tmp_path):
    for command in (["poll", "--once"], ["watch", "--seconds", "20"]):
        ended = run(*command, "--home", tmp_path / "new")
        assert ended.code == 1
        assert "curator auth x" in ended.err


def test_the_month_s_money_ends_polling(run, tmp_path, service, signed_in, monkeypatch):
    monkeypatch.setenv("CURATOR_X_MONTHLY_DOLLARS", "0.01")
    service.mention("song")
    assert run("poll", "--once", "--from-start", "--home", tmp_path / "new").code == 0
    assert len(refs(tmp_path / "new")) == 1
    ended = run("poll", "--once", "--home", tmp_path / "new")
    assert ended.code == 1
    assert "x_monthly_dollars" in ended.err


def test_a_desk_that_is_open_keeps_others_out(run, tmp_path, signed_in):
    with Store.open(tmp_path / "new"):
        assert run("poll", "--once", "--home", tmp_path / "new").code == 3


def test_an_address_that_is_not_safe_is_wrong_usage(run, tmp_path, signed_in, monkeypatch):
    monkeypatch.setenv("CURATOR_X_BASE_URL", "http://api.x.com")
    ended = run("poll", "--once", "--home", tmp_path / "new")
    assert ended.code == 2
    assert "https://" in ended.err


def test_keys_of_a_script_are_tried_then_kept(run, tmp_path, service, ring):
    planted = service.doors.planted
    four = (
        f"{planted.consumer_key}\n{planted.consumer_secret}\n"
        f"{planted.access_token}\n{planted.access_secret}\n"
    )
    wrong = run("auth", "x", "--home", tmp_path, input=four.replace("cs", "xx", 1))
    assert wrong.code == 1
    assert not ring.exists()
    right = run("auth", "x", "--home", tmp_path, input=four)
    assert (right.code, right.out) == (0, "curator speaks for @deephypebot\n")
    assert run("poll", "--once", "--home", tmp_path / "new").code == 0
    status = run("auth", "status", "--json")
    assert status.json == [{"service": "x", "kind": "OAuth 1.0a keys", "place": "the keyring"}]
    said = "".join(ended.out + ended.err for ended in (wrong, right, status))
    assert not [secret for secret in service.doors.secrets() if secret in said]
    assert run("auth", "forget", "x").out == "forgotten\n"
    assert run("auth", "status").code == 0
    assert run("auth", "x", "--home", tmp_path, input="\n").code == 2


def test_spotify_s_are_kept_too(run, tmp_path, ring):
    assert run("auth", "spotify", "--home", tmp_path, input="id-1\nsecret-1\n").code == 0
    assert json.loads(json.loads(ring.read_text())["spotify"])["client_secret"] == "secret-1"
    assert "spotify: client credentials, in the keyring" in run("auth", "status").out


def test_without_a_keyring_the_variables_are_named(run, tmp_path):
    import keyring
    from keyring.backends import null

    keyring.set_keyring(null.Keyring())
    ended = run("auth", "x", "--home", tmp_path, input="a\nb\nc\nd\n")
    assert ended.code == 1
    assert "CURATOR_X_ACCESS_SECRET" in ended.err
    assert "none on this system" in run("auth", "status").out


def test_half_a_set_of_variables_is_no_use(run, signed_in, monkeypatch):
    monkeypatch.delenv("CURATOR_X_CONSUMER_SECRET")
    status = run("auth", "status")
    assert status.code == 1
    assert "CURATOR_X_CONSUMER_SECRET missing" in status.out


def test_what_is_typed_at_a_terminal_is_not_echoed(tmp_path, service, ring):
    planted = service.doors.planted
    typed = [
        planted.consumer_key,
        planted.consumer_secret,
        planted.access_token,
        planted.access_secret,
    ]
    master, slave = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "curator.cli.main", "auth", "x", "--home", str(tmp_path)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_own_terminal,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    os.close(slave)
    seen = ""
    try:
        for value in typed:
            seen = _read_until(master, seen, seen.count(": ") + 1)
            os.write(master, f"{value}\n".encode())
        while chunk := _read(master):
            seen += chunk
    finally:
        code = program.wait(timeout=60)
        os.close(master)
    assert code == 0
    assert "speaks for @deephypebot" in seen
    assert not [value for value in typed if value in seen]


def _own_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(master):
    try:
        return os.read(master, 4096).decode()
    except OSError:  # the other end is closed
        return ""


def _read_until(master, seen, prompts):
    while seen.count(": ") < prompts:
        chunk = _read(master)
        assert chunk, seen
        seen += chunk
    return seen


def test_watching_brings_requests_and_writes_for_them(tmp_path, shell, service, keys):
    home = tmp_path / "new"
    env = keys | {"CURATOR_X_POLL_SECONDS": "1", "CURATOR_BATCH": "1"}
    assert shell("poll", "--once", "--home", home, env=keys, timeout=120).code == 0
    service.mention("Velvet Meridian - Glass Orchard", "ann")
    program = subprocess.Popen(
        [sys.executable, "-m", "curator.cli.main", "watch", "--json", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | env,
    )
    try:
        lines = [json.loads(program.stdout.readline()) for _ in range(2)]
    finally:
        program.terminate()
        out, err = program.communicate(timeout=60)
    assert program.returncode == 0
    assert [line["what"] for line in lines] == ["request", "written"]
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    said = json.dumps(lines).encode() + out + err
    assert not [s for s in service.doors.secrets() if s.encode() in written + said]
