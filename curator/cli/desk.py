"""`curator` by itself: the desk."""

import sys
from pathlib import Path

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.streams import say
from curator.cli.wiring import make_desk, settings_of


def desk(home: Path) -> None:
    """Open the desk in this terminal; returns when the curator leaves. Raises `Stop`."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            "the desk needs a terminal; for scripts there is `curator generate --help`", USAGE
        )
