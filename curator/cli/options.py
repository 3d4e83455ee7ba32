"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from curator.cli.home import VARIABLE, choose


def inherited(context: typer.Context, home: Path | None) -> Path:
    """Take the folder from the command, else from `curator --home`, else the default one."""
    above = context.parent
    while home is None and above is not None:
        home = above.params.get("home")
        above = above.parent
    return choose(home)


RootHome = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        show_default=False,
        help=f"The data folder: requests, samples, judgements, settings. Without it, {VARIABLE} "
        "or the folder that your system keeps for such data.",
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="DIR", show_default=False, help="The data folder.", callback=inherited
    ),
]
"""Always a path by the time that a command sees it."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def folder(home: Path | None) -> Path:
    """Return the folder that `Home` settled on."""
    assert home is not None, "the option's own callback puts the default in"
    return home
