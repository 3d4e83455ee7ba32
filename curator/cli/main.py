"""The program's entry.

The bare `curator` goes straight to the desk: reading the command line with all its commands takes
longer than painting the first screen.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from curator.cli import exits, streams


def main() -> None:
    """Run what the command line says, and exit."""
    streams.tame()
    arguments = sys.argv[1:]
    if _names_no_command(arguments):
        sys.exit(exits.ending(lambda: _desk(arguments)))
    try:
        from curator.cli.commands import app
    except KeyboardInterrupt:
        sys.exit(exits.INTERRUPTED)
    app()


def _names_no_command(arguments: Sequence[str]) -> bool:
    """Whether these are `` or `--home DIR`, which need no parser."""
    return not arguments or (
        len(arguments) == 2 and arguments[0] == "--home" and not arguments[1].startswith("-")
    )


def _desk(arguments: Sequence[str]) -> int:
    from curator.cli.desk import desk
    from curator.cli.home import choose

    return desk(choose(Path(arguments[1]) if arguments else None))


if __name__ == "__main__":
    main()
