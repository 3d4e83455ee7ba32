"""`curator` by itself: the desk."""

import sys
from pathlib import Path

from curator.cli.exits import USAGE, Stop
from curator.cli.wiring import make_desk, settings_of


def desk(home: Path) -> None:
    """Open the desk in this terminal; returns when the curator leaves.

    Raises `Stop` without a terminal, for keys that clash, and for what the desk says on leaving.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            "the desk needs a terminal; for scripts there is `curator generate --help`", USAGE
        )
    settings = settings_of(home)
    from curator.tui.keys import KeyClash, check_keys

    try:
        check_keys(settings.keys)
    except KeyClash as error:
        raise Stop(f"{home / 'config.toml'}: {error}", USAGE) from error
    from curator.tui.app import CuratorApp

    app = CuratorApp(make_desk(home, settings), keymap=settings.keys)
    app.run()
