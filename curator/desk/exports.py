"""Writes rows to a file or to standard output: JSON lines, CSV or Parquet."""

import contextlib
import csv
import io
import itertools
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from curator.domain.columns import (
    DPO_COLUMNS,
    JUDGEMENT_COLUMNS,
    KTO_COLUMNS,
    ExportRow,
    Kind,
    escape,
    to_cell,
)

Format = Literal["jsonl", "csv", "parquet", "kto", "dpo"]
FORMATS: tuple[Format, ...] = ("jsonl", "csv", "parquet", "kto", "dpo")
_BATCH = 1000


@dataclass
class Counts:
    """How many rows were written, and how many of each verdict, label or kind of pair."""

    rows: int = 0
    by: Counter[str] = field(default_factory=Counter)

    def counting(self, rows: Iterable[ExportRow]) -> Iterator[ExportRow]:
        """Pass the rows on, counted."""
        for row in rows:
            self.rows += 1
            if "label" in row:
                self.by["approve" if row["label"] else "reject"] += 1
            elif "kind" in row:
                self.by[str(row["kind"])] += 1
            else:
                self.by[str(row.get("verdict") or row.get("type") or "no verdict")] += 1
            yield row


def write_export(
    rows: Iterable[ExportRow],
    format: Format,
    out: Path | None,
    columns: Mapping[str, Kind] = JUDGEMENT_COLUMNS,
) -> Counts:
    """Write all rows to a file, or to standard output where `out` is None.

    A file appears whole or not at all: what was there before stays until all is on disk. `kto`
    and `dpo` are JSON lines with the columns of their own. Raises OSError.
    """
    columns = {"kto": KTO_COLUMNS, "dpo": DPO_COLUMNS}.get(format, columns)
    counts = Counts()
    with opened(out) as file:
        counted = counts.counting(rows)
        if format == "csv":
            _write_csv(counted, columns, file)
        elif format == "parquet":
            write_parquet(counted, columns, file)
        else:
            _write_jsonl(counted, file)
    return counts


@contextlib.contextmanager
def opened(out: Path | None) -> Iterator[BinaryIO]:
    """Open a file that appears whole or not at all; None is standard output."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif out.exists() and not out.is_file():  # a pipe or a device: there is nothing to replace
        with out.open("wb") as file:
            yield file
    else:
        out = out.resolve()
        draft = out.with_name(f".{out.name[:40]}-{os.getpid()}.part")
        try:
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if out.exists():
                shutil.copymode(out, draft)
            draft.replace(out)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def _write_jsonl(rows: Iterable[ExportRow], file: BinaryIO) -> None:
    for row in rows:
        line = json.dumps(row, ensure_ascii=False)
        try:
            data = line.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair: JSON can write it, UTF-8 can't
            data = json.dumps(row).encode("ascii")
        file.write(data + b"\n")


def _write_csv(rows: Iterable[ExportRow], columns: Mapping[str, Kind], file: BinaryIO) -> None:
    for batch in itertools.chain([None], _batches(rows)):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if batch is None:
            writer.writerow(columns)
        else:
            writer.writerows([to_cell(row.get(name)) for name in columns] for row in batch)
        file.write(text.getvalue().encode("utf-8"))


def write_parquet(rows: Iterable[ExportRow], columns: Mapping[str, Kind], file: BinaryIO) -> None:
    """Write rows as a Parquet table; texts are escaped where UTF-8 cannot hold them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "list": pa.list_(pa.string()),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    with pq.ParquetWriter(pa.PythonFile(file, mode="w"), schema) as writer:
        for batch in _batches(rows):
            table = [{name: _well_formed(row.get(name)) for name in columns} for row in batch]
            writer.write_table(pa.Table.from_pylist(table, schema))


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return escape(value)
    return [escape(entry) for entry in value] if isinstance(value, list) else value


def _batches(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, _BATCH)):
        yield batch
