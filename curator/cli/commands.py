"""The commands, each with its options and its help."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from curator.cli import exits, streams
from curator.cli.auth import auth
from curator.cli.bench import bench
from curator.cli.corpus import corpus
from curator.cli.desk import desk
from curator.cli.explore import explore
from curator.cli.export import export
from curator.cli.generate import generate
from curator.cli.imports import import_
from curator.cli.judge import judge
from curator.cli.learn import learn
from curator.cli.lookup import lookup
from curator.cli.models import models
from curator.cli.options import RootHome, inherited
from curator.cli.outbox import outbox
from curator.cli.parse import parse
from curator.cli.poll import poll
from curator.cli.post import post
from curator.cli.simulate import simulate
from curator.cli.store import store
from curator.cli.train import train
from curator.cli.watch import watch


class Commands(TyperGroup):
    """The command group, with errors said in a line or two and honest exit codes."""

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run a command and exit; never a traceback for what can be expected."""
        extra.pop("standalone_mode", None)

        def work() -> int | None:
            try:
                code = super(Commands, self).main(args, standalone_mode=False, **extra)
            except typer.Abort:
                return exits.INTERRUPTED
            except typer.TyperException as error:  # wrong usage
                command = getattr(getattr(error, "ctx", None), "command_path", "curator")
                streams.say(f"{command}: {error.format_message()}\nSee `{command} --help`.")
                return error.exit_code
            return code if isinstance(code, int) else None

        sys.exit(exits.ending(work))


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"curator {version('curator')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def curator(
    context: typer.Context,
    home: RootHome = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """A desk for machine-written music commentary.

    Without a command the desk opens: requests on the left, what the model wrote in the middle,
    and your keys decide. The commands do the same work for scripts.

    \b
    Exit codes: 0 done, 1 failed, 2 wrong usage or no terminal, 3 the data folder is in use by
    another curator, 4 it is damaged (see `curator store check`).
    """
    if context.invoked_subcommand is None:
        raise typer.Exit(desk(inherited(context, home)))


app.command()(generate)
app.command()(parse)
app.command(name="import")(import_)
app.command()(judge)
app.command()(lookup)
app.command()(export)
app.command()(poll)
app.command()(watch)
app.command()(post)
app.command()(simulate)
app.command()(bench)
app.add_typer(corpus, name="corpus")
app.add_typer(models, name="models")
app.add_typer(train, name="train")
app.add_typer(explore, name="explore")
app.add_typer(learn, name="learn")
app.add_typer(auth, name="auth")
app.add_typer(outbox, name="outbox")
app.add_typer(store, name="store")
