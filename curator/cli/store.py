"""`curator store`: look after the data folder's files."""

import typer

from curator.cli.exits import DAMAGED, DONE
from curator.cli.options import Home, folder
from curator.cli.wiring import existing
from curator.domain.plain import shown

store = typer.Typer(
    help="Check and repair the data folder's files.",
    rich_markup_mode=None,
)


@store.command()
def check(home: Home = None) -> None:
    """Read every line of every file and say what is not as it was written.

    Changes nothing and takes no lock. The exit code is 0 when all is well, 4 when something is
    damaged.

    \b
    Example:
      curator store check
    """
    from curator.store.repair import check as look

    report = look(existing(folder(home)))
    for line in report.lines():
        print(shown(line))
    raise typer.Exit(DAMAGED if report.problems else DONE)


@store.command(name="repair")
def mend(home: Home = None) -> None:
    """Make a damaged data folder open again.

    Everything that is whole is kept, what is lost is said line by line, and the damaged files
    stay beside the new ones as NAME.damaged-TIME: nothing is thrown away. Leave the desk first.

    \b
    Example:
      curator store repair
    """
    from curator.store.repair import repair

    report = repair(existing(folder(home)))
    for line in report.lines():
        print(shown(line))
