"""`curator` by itself: the desk in a terminal, a line that helps where there is none."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from curator.domain.session import Session
from curator.store import Store

PATIENCE = 60.0
"""Seconds after which a desk that says nothing more is given up."""


class Terminal:
    """A desk in a terminal of its own."""

    def __init__(self, *args):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "curator.cli.main", *map(str, args)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color"},
        )
        os.close(theirs)
        self._fd = ours
        self.seen = ""

    def read(self):
        """Read what there is; False once the other end is closed."""
        if not select.select([self._fd], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace"))
        return bool(data)

    def wait_for(self, text):
        until = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert self.read(), f"it ended before it said {text!r}: {self.seen[-2000:]}"
            assert time.monotonic() < until, f"it never said {text!r}: {self.seen[-2000:]}"

    def press(self, keys):
        self.seen = ""
        os.write(self._fd, keys.encode())

    def ended(self):
        """Wait for the end and return the exit code."""
        until = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < until
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._fd)


@pytest.fixture
def terminal():
    with contextlib.ExitStack() as stack:

        def start(*args):
            desk = Terminal(*args)
            stack.callback(desk.close)
            return desk

        yield start


@pytest.mark.parametrize("how", [(), ("--home", "x"), ("--home=x",)])
def test_without_a_terminal_it_names_the_command_for_scripts(shell, how):
    ran = shell(*how)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "curator generate" in ran.err


def test_a_judgement_by_keyboard_is_on_disk_when_it_ends(terminal, home):
    desk = terminal("--home", home)
    desk.wait_for("Text 0 shimmers.")
    desk.press("x")
    desk.wait_for("rejected")
    desk.press("q")
    desk.wait_for("This sitting")
    desk.press("q")
    assert desk.ended() == 0
    with Store.open(home, write=False) as store:
        assert Session(store.events()).judgement("s0").verdict == "reject"


def test_a_locked_folder_ends_it_with_the_holders_name(terminal, home):
    with Store.open(home):
        desk = terminal("--home", home)
        assert desk.ended() == 3
    assert str(os.getpid()) in desk.seen


def test_a_damaged_folder_ends_it_with_the_way_out(terminal, home):
    snapshot = home / "curator.json"
    snapshot.write_bytes(snapshot.read_bytes().replace(b"shimmers", b"shivers!", 1))
    desk = terminal("--home", home)
    assert desk.ended() == 4
    assert "curator store repair" in re.sub(r"\s+", " ", desk.seen)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("batch = 0", "batch is a whole number from 1 to 64"),
        ('[keys]\napprove = "x"', "approve"),
        ('[keys]\nfly = "f"', "fly"),
    ],
)
def test_settings_that_cannot_be_end_it_before_it_begins(terminal, home, config, said):
    (home / "config.toml").write_text(config, "utf-8")
    desk = terminal("--home", home)
    assert desk.ended() == 2
    assert said in desk.seen
    assert "config.toml" in desk.seen
