"""`curator export`: labels out of the data folder."""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import count, say
from curator.cli.wiring import existing, open_store

if TYPE_CHECKING:
    from curator.desk.exports import Counts
    from curator.domain.columns import ExportRow, Kind
    from curator.domain.filtering import Filter
    from curator.store import Store

FileFormat = Literal["jsonl", "csv", "parquet", "kto", "dpo"]
Format = Literal["jsonl", "csv", "parquet", "kto", "dpo", "hf"]
Verdict = Literal["approve", "reject", "none"]


def export(
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="F",
            help="jsonl, csv, parquet; kto or dpo for training; hf for a folder of all three.",
        ),
    ] = "jsonl",
    verdict: Annotated[
        Verdict | None,
        typer.Option(
            metavar="V",
            show_default=False,
            help="Only samples with this verdict: approve, reject or none.",
        ),
    ] = None,
    filter_: Annotated[
        str,
        typer.Option(
            "--filter", metavar="TEXT", show_default=False, help="Only what this filter shows."
        ),
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every step ever taken, undone ones too, a row each.")
    ] = False,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    home: Home = None,
) -> None:
    """Write labels to a file: one row for each sample that you judged, as it stands now.

    kto rows are {"prompt", "completion", "label"}, dpo rows {"prompt", "chosen", "rejected"}
    pairs, as TRL's trainers take them, each with what the sample came from. hf writes a folder
    that Hugging Face's datasets opens, with the tables labels, kto and dpo. --filter takes what
    the desk's filter takes, such as "state:approved genre:jazz -tag:dull". How many rows of which
    kind were written is said on standard error. A desk that is open does not mind; `curator
    import` reads the rows of the first three formats back.

    \b
    Examples:
      curator export --format csv --verdict approve --out approved.csv
      curator export --all --out - | wc -l
      curator export --format hf --out my-labels
    """
    from curator.domain.filtering import Filter, FilterError

    if everything and form in ("kto", "dpo", "hf"):
        raise Stop(f"--all lists steps, {form} needs what stands; leave one of them out", USAGE)
    try:
        wanted = Filter.parse(filter_)
    except FilterError as error:
        raise Stop(f"--filter: {error}", USAGE) from error
    store = open_store(existing(folder(home)), write=False)
    for notice in store.notices:
        say(f"curator: {notice}")
    if form == "hf":
        _write_folder(store, out, wanted, verdict)
        return
    rows, columns = _rows(store, form, everything, wanted, verdict)
    counts = _write(rows, form, out, columns)
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(counts.by.items()))
    place = "standard output" if out == "-" else out
    say(f"{count(counts.rows, 'row')} to {place}" + (f": {kinds}" if kinds else ""))


def _rows(
    store: "Store", form: FileFormat, everything: bool, wanted: "Filter", verdict: Verdict | None
) -> tuple[Iterable["ExportRow"], Mapping[str, "Kind"]]:
    """Return the rows that were asked for, not yet made, and their columns."""
    from functools import partial

    from curator.domain import exporting
    from curator.domain.outbox import Outbox
    from curator.domain.session import Session

    requests, session = store.requests(), Session(store.events())
    if everything:
        rows = exporting.event_rows(
            store.events(), requests, store.samples_of, session, filter=wanted, verdict=verdict
        )
        return rows, exporting.EVENT_COLUMNS
    makers = {"kto": exporting.kto_rows, "dpo": exporting.dpo_rows}
    likes = Outbox(store.posts()).likes()
    make = makers.get(form, partial(exporting.judgement_rows, likes=likes))
    rows = make(requests, store.samples_of, session, filter=wanted, verdict=verdict)
    return rows, exporting.JUDGEMENT_COLUMNS


def _write_folder(store: "Store", out: str, wanted: "Filter", verdict: Verdict | None) -> None:
    """Write a folder for Hugging Face's datasets, and say what is in it."""
    from curator.desk.hub import NotOurs, write_dataset

    if out == "-":
        raise Stop("--format hf writes a folder; name one with --out DIR", USAGE)
    tables: dict[str, FileFormat] = {"labels": "jsonl", "kto": "kto", "dpo": "dpo"}
    rows = {name: _rows(store, form, False, wanted, verdict)[0] for name, form in tables.items()}
    try:
        counts = write_dataset(Path(out), rows)
    except NotOurs as error:
        raise Stop(str(error), USAGE) from error
    tables_said = ", ".join(f"{n.rows:,} in {name}" for name, n in counts.items())
    say(f"{sum(n.rows for n in counts.values()):,} rows to {out}: {tables_said}")


def _write(
    rows: Iterable["ExportRow"], form: FileFormat, out: str, columns: Mapping[str, "Kind"]
) -> "Counts":
    from curator.desk.exports import write_export

    if out != "-":
        target = Path(out)
        if target.is_dir() or not target.parent.is_dir():
            raise Stop(f"{out} is no file that can be written; name one with --out FILE", USAGE)
        return write_export(rows, form, target, columns)
    if not sys.stdout.isatty():
        return write_export(rows, form, None, columns)
    if form == "parquet":
        raise Stop("parquet is nothing to read on a terminal; name a file with --out", USAGE)
    return _show(rows, form, columns)


def _show(rows: Iterable["ExportRow"], form: FileFormat, columns: Mapping[str, "Kind"]) -> "Counts":
    """Print for a person: what a terminal would obey is shown instead."""
    from curator.desk.exports import write_export
    from curator.domain.plain import shown

    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows"
        counts = write_export(rows, form, file, columns)
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                print(shown(line.removesuffix("\n")))
    return counts
