"""`curator`: the desk, and a command for each thing that scripts do."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from curator.cli import exits, streams
from curator.cli.generate import generate
from curator.cli.judge import judge
from curator.cli.options import RootHome, folder
from curator.cli.parse import parse


class Commands(TyperGroup):
    """The command group, with errors said in a line or two and honest exit codes."""

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run a command and exit; never a traceback for what can be expected."""
        extra.pop("standalone_mode", None)
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except typer.Abort:
            code = exits.INTERRUPTED
        except typer.TyperException as error:  # wrong usage
            command = getattr(getattr(error, "ctx", None), "command_path", "curator")
            streams.say(f"{command}: {error.format_message()}\nSee `{command} --help`.")
            code = error.exit_code
        except BrokenPipeError:
            _leave_quietly()
            code = exits.FAILED
        except Exception as error:
            stop = exits.explain(error)
            if stop is None:
                raise
            streams.say(f"curator: {stop.message}")
            code = stop.code
        sys.exit(code if isinstance(code, int) else exits.DONE)


def _leave_quietly() -> None:
    """Point stdout at nothing: whoever read it has gone, and the last flush would complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        from curator.cli.desk import desk

        desk(folder(home) if home else None)


app.command()(generate)
app.command()(parse)
app.command()(judge)


def main() -> None:
    """Run the command line."""
    streams.tame()
    app()


if __name__ == "__main__":
    main()
