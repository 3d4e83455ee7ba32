"""The snapshot: everything up to a point, in one file that stock `TinyDB(path)` opens.

It is never changed, only replaced, and sealed as a whole (`layout.py`, which shows it).
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from curator.store.disk import Disk
from curator.store.errors import StoreDamaged, StoreTooNew
from curator.store.journal import Journal, generation_of, journal_name
from curator.store.layout import FORMAT, META, TABLES, seal, sealed
from curator.store.tables import Tables

SNAPSHOT = "curator.json"
TEMPORARY = "curator.json.tmp"

_CLOSING = b"}}\n"
_TABLE = re.compile(rb'"([A-Za-z_]\w*)":\{')
_META = re.compile(rb'"1":\{"format":(\d+),"generation":(\d+),"last_seq":(\d+),"crc"')
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot says of itself, and its rows by table."""

    generation: int
    last_seq: int
    rows: dict[str, list[bytes]]


def meta(generation: int, last_seq: int) -> dict[str, int]:
    """Return the fields of the `_meta` table's only row, its seal left out."""
    return {"format": FORMAT, "generation": generation, "last_seq": last_seq}


def read_snapshot(data: bytes, path: Path) -> Snapshot:
    """Read a snapshot; raise `StoreDamaged` or `StoreTooNew`, naming it by `path`."""
    if not sealed(memoryview(data), 0, len(data) - len(_CLOSING)) or not data.endswith(_CLOSING):
        raise _what_is_wrong(data, path)
    found = _META.search(data, data.rfind(b"\n", 0, len(data) - 1))
    if found is None or int(found[1]) > FORMAT:
        raise _what_is_wrong(data, path)
    lines = data.split(b"\n")
    headings, rows = lines[0:-1:2], lines[1:-1:2]
    if not all(heading.endswith(b'":') for heading in headings[:-1]):
        raise _what_is_wrong(data, path)
    # A row's heading is only its number, unless it is the first of its table.
    firsts = [n for n, heading in enumerate(headings) if not heading.startswith(b',"')]
    tables: dict[str, list[bytes]] = {}
    for first, end in pairwise(firsts):
        names = [name.decode() for name in _TABLE.findall(headings[first])]
        if unknown := set(names) - TABLES.keys() - {META}:
            raise StoreTooNew(path, f"it holds a table named {min(unknown)}")
        tables[names[-1]] = rows[first:end]
    return Snapshot(int(found[2]), int(found[3]), tables)


def write_snapshot(disk: Disk, path: Path, tables: Tables, generation: int) -> None:
    """Write the tables to `path` and return once the content is durable; its name is not yet."""
    handle = disk.open(path)
    try:
        disk.truncate(handle, 0)
        crc = 0
        for chunk in _chunks(tables, generation):
            crc = crc32(chunk, crc)
            disk.write(handle, chunk)
        disk.write(handle, seal(crc) + _CLOSING)
        disk.fsync(handle)
    finally:
        disk.close(handle)


def fold(disk: Disk, home: Path, tables: Tables, generation: int) -> Journal:
    """Write a new snapshot and start its journal; raise `OSError` with all as it was before.

    At every step the files in the folder hold everything: the new journal has its name before
    the snapshot that needs it, and the old ones go only when the snapshot's name is durable.
    """
    temporary = home / TEMPORARY
    try:
        write_snapshot(disk, temporary, tables, generation)
        journal = Journal.open(disk, home / journal_name(generation), 0)
    except OSError:
        with suppress(OSError):
            disk.remove(temporary)
        raise
    try:
        disk.fsync_folder(home)
        disk.replace(temporary, home / SNAPSHOT)
    except OSError:
        journal.close()
        raise
    # From here on the new journal is right whichever snapshot a power cut leaves: beside the old
    # snapshot it goes on where the old journal ends. So a failure costs nothing but old files.
    with suppress(OSError):
        disk.fsync_folder(home)
        for name in disk.names(home):
            old = generation_of(name)
            if old is not None and old < generation:
                disk.remove(home / name)
    return journal


def _chunks(tables: Tables, generation: int) -> Iterator[bytes]:
    closing = b"{"
    for table in TABLES:
        yield b'%b"%b":{' % (closing, table.encode())
        rows = tables.rows(table)
        for start in range(0, len(rows), _BATCH):
            batch = enumerate(rows[start : start + _BATCH], start + 1)
            yield b"".join([b'%b"%d":\n%b\n' % (b"," * (n > 1), n, row) for n, row in batch])
        closing = b"},"
    of_itself = json.dumps(meta(generation, tables.last_seq), separators=(",", ":"))
    yield b'},"%b":{"1":%b' % (META.encode(), of_itself[:-1].encode("ascii"))


def _what_is_wrong(data: bytes, path: Path) -> StoreDamaged | StoreTooNew:
    """Say as closely as possible why a snapshot is not as it was written."""
    try:
        tables = json.loads(data)
    except json.JSONDecodeError as error:
        return StoreDamaged(path, error.lineno, f"no JSON: {error.msg}")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return StoreDamaged(path, line, "bytes that are no text")
    with suppress(AttributeError, KeyError, TypeError):
        version = tables[META]["1"]["format"]
        if isinstance(version, int) and version > FORMAT:
            return StoreTooNew(path, f"format {version}, this one knows {FORMAT}")
    return StoreDamaged(
        path, None, "it is not as this program writes it: another one changed it, or it is damaged"
    )
