"""`curator import`: requests from files, and earlier exports back in."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from curator.cli.exits import FAILED
from curator.cli.options import Home, folder
from curator.cli.streams import Status, count, say
from curator.cli.wiring import open_store, settings_of

if TYPE_CHECKING:
    from curator.inbox.importing import Plan
    from curator.store import Store

SHOWN = 50
"""Bad rows of a file that are said one by one."""


def import_(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files to read; - is standard input.")
    ],
    kind: Annotated[
        Literal["csv", "tsv", "jsonl", "parquet", "txt"],
        typer.Option(
            "--format", metavar="F", help="What - holds: txt (or jsonl), csv, tsv, parquet."
        ),
    ] = "txt",
    home: Home = None,
) -> None:
    """Take requests from files into the queue.

    A file's name says what it is: .csv and .tsv tables, .jsonl objects, .parquet, and with any
    other name a request a line. A table or object has "text" or "artist" and "title", and may
    have "genres", "energy" and the other audio features, "author", "date", and "commentary" (a
    text to judge). The sheet of the bot that came before is read as it is, and so is what
    `curator export` wrote: nothing of it is lost.

    What is there already is left alone: the same file twice adds nothing. Each file is taken as
    one: all of its good rows, or none should the disk refuse. Bad rows are named by their line.

    \b
    Examples:
      curator import requests.txt sheet.csv
      grep -i "premiere" headlines.txt | curator import -
    """
    place = folder(home)
    settings = settings_of(place)
    failed = False
    with open_store(place, write=True) as store:
        for notice in store.notices:
            say(f"curator: {notice}")
        for name in files:
            try:
                plan = _take(store, name, kind, settings.curator)
            except OSError as error:
                say(f"curator: {name}: {error.strerror or error}")
                failed = True
                continue
            _tell(name, plan)
            failed |= bool(plan.bad) and not plan.records and not plan.duplicates
    if failed:
        raise typer.Exit(FAILED)


def _take(store: "Store", name: str, kind: str, curator: str) -> "Plan":
    """Read a file and store what is new in it, as one transaction."""
    from curator.desk.ledger import new_id, now, stamp
    from curator.domain.parsing import parse_songs
    from curator.inbox.files import read_file
    from curator.inbox.importing import plan_import

    with Status() as status, _file(name, kind) as path:
        status.show(f"reading {name} …", now=True)
        plan = plan_import(
            read_file(path),
            store,
            parse=parse_songs,
            new_id=new_id,
            now=stamp(now()),
            curator=curator,
        )
        status.show(f"storing {count(len(plan.records), 'record')} …", now=True)
        store.append(*plan.records).result()
    return plan


@contextmanager
def _file(name: str, kind: str) -> Iterator[Path]:
    """Give a path to read; standard input is put into a file first, to be read more than once."""
    if name != "-":
        yield Path(name)
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"input.{kind}"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def _tell(name: str, plan: "Plan") -> None:
    from curator.domain.plain import shown

    for row in plan.bad[:SHOWN]:
        say(f"{name}, line {row.line}: {row.reason}")
    if len(plan.bad) > SHOWN:
        say(f"{name}: {len(plan.bad) - SHOWN:,} more rows that can't be used")
    songless = sum(not request.song.known for request in plan.requests)
    parts = [count(len(plan.requests), "request") + " added"]
    if songless:
        parts[0] += f" ({songless:,} without a song)"
    if plan.samples:
        parts.append(count(len(plan.samples), "sample"))
    if plan.events:
        parts.append(count(len(plan.events), "event"))
    if plan.duplicates:
        parts.append(f"{count(len(plan.duplicates), 'row')} known already")
    if plan.bad:
        parts.append(f"{count(len(plan.bad), 'row')} that can't be used")
    place = "standard input" if name == "-" else shown(name)
    print(f"{place}: {', '.join(parts)}", flush=True)
