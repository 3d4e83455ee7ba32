"""Requests from a file: plain lines, CSV, JSON lines, Parquet, and what this program exported.

Files are read row by row. A row that can't be used is yielded as `BadRow` in its place, with its
line and the reason, and the rows around it are read as if it were not there.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from curator.domain.columns import Kind, unguard_cell
from curator.inbox import foreign, ours
from curator.inbox.lines import Line, Records, read_lines
from curator.inbox.rows import BadRow, FileRow, Row

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 500


def read_file(path: Path) -> Iterator[FileRow]:
    """Yield the rows of a file, good and bad, in order. Raises OSError.

    The name's ending says what it is (`.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.json`, `.parquet`);
    with any other, lines are requests, unless the first is a JSON object.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PAR1" or path.suffix.lower() == ".parquet":
            yield from _parquet(path)
            return
        file.seek(0)
        match path.suffix.lower():
            case ".csv" | ".tsv":
                yield from _csv(file)
            case ".jsonl" | ".ndjson" | ".json":
                yield from _json_lines(read_lines(file))
            case _:
                yield from _lines(file)


def _lines(file: BinaryIO) -> Iterator[FileRow]:
    lines = read_lines(file)
    first = next(lines, None)
    if first is None:
        return
    lines = itertools.chain([first], lines)
    if isinstance(first, Line) and _is_object(first.text):
        yield from _json_lines(lines)
        return
    for line in lines:
        if isinstance(line, BadRow):
            yield line
        elif text := line.text.strip():
            yield Row(line.number, text)


def _is_object(text: str) -> bool:
    try:
        return text.lstrip().startswith("{") and isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines(lines: Iterator[Line | BadRow]) -> Iterator[FileRow]:
    for line in lines:
        if isinstance(line, BadRow):
            yield line
        elif line.text.strip():
            yield from _tried(_json_row, line.number, line.text)


def _json_row(number: int, text: str) -> FileRow | None:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise ValueError("not JSON that can be read: nested too deep") from error
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if row.keys() == {"table", "doc"}:
        return ours.rescued(number, row["table"], row["doc"])
    if columns := ours.columns_of(row):
        return ours.kept(number, ours.from_json(row, columns), columns)
    return foreign.row_of(number, row)


def _csv(file: BinaryIO) -> Iterator[FileRow]:
    header: list[str] | None = None
    columns: Mapping[str, Kind] | None = None
    for record in Records(read_lines(file)):
        if isinstance(record, BadRow):
            yield record
            if header is None:  # without the names of the columns nothing can be read
                return
        elif header is None:
            header = [unguard_cell(cell).strip() for cell in record.cells]
            columns = ours.columns_of(header)
            if reason := None if columns else _unusable(header):
                yield BadRow(record.line, reason)
                return
        else:
            cells = dict(zip(header, record.cells, strict=True))
            yield from _tried(_csv_row, record.line, cells, columns)


def _unusable(header: list[str]) -> str | None:
    if {"text", "artist", "title"} & foreign.known_names(header).keys():
        return None
    return f"no column text, artist or title; there are {', '.join(header)[:200]}"


def _csv_row(
    number: int, cells: dict[str, str], columns: Mapping[str, Kind] | None
) -> FileRow | None:
    if columns:
        return ours.kept(number, ours.from_cells(cells, columns), columns)
    return foreign.row_of(number, {k: unguard_cell(v) for k, v in cells.items()})


def _parquet(path: Path) -> Iterator[FileRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            columns = ours.columns_of(file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=_BATCH):
                whole = _readable(batch)
                for at in range(whole.num_rows):
                    number += 1
                    yield from _tried(_parquet_row, number, whole.slice(at, 1), columns)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        yield BadRow(number + 1, f"not Parquet: {str(error).splitlines()[0]}")


def _readable(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Return a batch without nanoseconds, which Python's times do not have."""
    import pyarrow as pa

    def plain(column: "pa.Array[Any]") -> "pa.Array[Any]":
        kind = column.type
        if pa.types.is_timestamp(kind):
            return column.cast(pa.timestamp("us", kind.tz), safe=False)
        if pa.types.is_time64(kind):
            return column.cast(pa.time64("us"), safe=False)
        return column.cast(pa.duration("us"), safe=False) if pa.types.is_duration(kind) else column

    columns = [plain(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _parquet_row(
    number: int, of_row: "pa.RecordBatch", columns: Mapping[str, Kind] | None
) -> FileRow | None:
    (row,) = of_row.to_pylist()
    if columns:
        return ours.kept(number, ours.from_parquet(row, columns), columns)
    plain = {
        name: value if isinstance(value, str | int | float | list | dict | None) else str(value)
        for name, value in row.items()
    }
    return foreign.row_of(number, plain)


def _tried(read: Callable[..., FileRow | None], number: int, *rest: object) -> Iterator[FileRow]:
    """Yield what `read` makes of a row, a bad row where its values are of no use."""
    try:
        row = read(number, *rest)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        yield BadRow(number, str(error))
    else:
        if row is not None:
            yield row
