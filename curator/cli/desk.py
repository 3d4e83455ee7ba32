"""`curator` by itself: the desk."""

import sys
from pathlib import Path

from curator.cli.exits import DONE, USAGE, Stop
from curator.cli.wiring import make_desk, settings_of


def desk(home: Path) -> int:
    """Open the desk in this terminal; return the exit code when the curator has left.

    Raises `Stop` without a terminal and for keys that clash, `ConfigError` for bad settings.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            "the desk needs a terminal; for scripts there is `curator generate --help`", USAGE
        )
    settings = settings_of(home)
    from curator.tui.clashes import KeyClash, check_keys

    try:
        check_keys(settings.keys)
    except KeyClash as error:
        raise Stop(f"{home / 'config.toml'}: {error}", USAGE) from error
    from curator.tui.app import CuratorApp

    # The desk's code is loaded after the first picture is on the screen.
    app = CuratorApp(lambda: make_desk(home, settings), keymap=settings.keys, theme=settings.theme)
    app.run()
    return app.return_code or DONE
