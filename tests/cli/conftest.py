"""A data folder with something in it, and ways to run commands on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from curator.cli.commands import app
from curator.domain.records import Request, Sample, Song
from curator.store import Store

AT = "2026-11-22T09:00:00.000Z"
COMMAND = (sys.executable, "-m", "curator.cli.main")


@dataclass
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output read as JSON lines; only a line feed ends a line."""
        return [json.loads(line) for line in self.out.split("\n") if line]


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch, tmp_path):
    """Nothing that whoever runs the tests has set, or saved, reaches them."""
    for name in [n for n in os.environ if n.startswith("CURATOR_")]:
        if name != "CURATOR_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.setenv("CURATOR_SOURCES", "catalogue")  # no service outside is asked
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def home(tmp_path):
    """A data folder with one request (r0) and three samples (s0, s1, s2)."""
    folder = tmp_path / "home"
    song = Song("Velvet Meridian", "Glass Orchard", ("dream pop",), {"energy": 0.6})
    request = Request("r0", AT, "typed", "Velvet Meridian - Glass Orchard", song)
    samples = [
        Sample(f"s{n}", "r0", AT, f"Text {n} shimmers.", "cvae-small", "hash", 7, n, song=song)
        for n in range(3)
    ]
    with Store.open(folder) as store:
        store.append(request, *samples).result()
    return folder


@pytest.fixture
def run():
    """Run a command in this process: `run("parse", "--json", input="…")`."""

    def command(*args, input=None):
        result = CliRunner().invoke(app, [str(arg) for arg in args], input=input)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return command


@pytest.fixture
def shell():
    """Run a command in a process of its own, without a terminal."""

    def command(*args, input=b"", env=None, timeout=60):
        done = subprocess.run(
            [*COMMAND, *map(str, args)],
            input=input,
            capture_output=True,
            env=os.environ | (env or {}),
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return command
