"""From the files of a data folder to tables in memory.

Read the snapshot, then every journal in the order of generations, and apply each transaction
whose number is the next. Those up to the snapshot's are skipped, so it does not matter at which
step a fold was cut off; a gap means that something is lost, and stops.
"""

import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from curator.store.disk import Disk
from curator.store.errors import DuplicateId, StoreDamaged, StoreError, StoreTooNew
from curator.store.journal import BadLine, generation_of, is_torn, journal_name, read_journal
from curator.store.layout import TABLES, Transaction, ids_of
from curator.store.snapshot import SNAPSHOT, read_snapshot
from curator.store.tables import Tables

LOOKS = 3
"""How often damage is looked at, beside a writer, before it is believed."""

_PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Files:
    """The bytes of the snapshot (none if there is none) and of each journal, by generation."""

    snapshot: bytes
    journals: list[tuple[int, Path, bytes]]


@dataclass(slots=True)
class JournalFile:
    """A journal as it was found: its `whole` first bytes are good, `torn` follows them.

    `needed`: it holds transactions that the snapshot lacks.
    """

    path: Path
    generation: int
    whole: int
    torn: bytes
    needed: bool


@dataclass(slots=True)
class Loaded:
    """The tables, and the files they came from; `generation` 0 means no snapshot."""

    tables: Tables = field(default_factory=Tables)
    generation: int = 0
    snapshot_size: int = 0
    journals: list[JournalFile] = field(default_factory=list)


def read_files(disk: Disk, home: Path) -> Files:
    """Read all files of the store; raise `OSError`."""
    found = [(generation_of(name), home / name) for name in disk.names(home)]
    journals = sorted((g, path) for g, path in found if g is not None)
    snapshot = b""
    with suppress(FileNotFoundError):
        snapshot = disk.read(home / SNAPSHOT)
    return Files(snapshot, [(g, path, disk.read(path)) for g, path in journals])


def read_files_beside_writer(disk: Disk, home: Path) -> Files:
    """Read all files, though another process may be folding.

    Whatever it does meanwhile, these are a state that the store was in: the transactions' numbers
    follow each other. Only a journal can be gone when its turn comes; then start again.
    """
    until = monotonic() + _PATIENCE
    while True:
        try:
            return read_files(disk, home)
        except FileNotFoundError as gone:
            if monotonic() > until:
                raise StoreError(f"{home} changes faster than it can be read.") from gone
            sleep(0.01)


def load(home: Path, files: Files) -> Loaded:
    """Apply everything; raise `StoreDamaged` or `StoreTooNew`."""
    with _no_garbage_collection():
        return _load(home, files)


def load_beside_writer(disk: Disk, home: Path) -> Loaded:
    """Read and apply everything that another process may be adding to.

    A write that failed and is being cut away looks like damage, but not for long.
    """
    for _ in range(LOOKS - 1):
        try:
            return load(home, read_files_beside_writer(disk, home))
        except StoreDamaged:
            sleep(0.05)
    return load(home, read_files_beside_writer(disk, home))


def _load(home: Path, files: Files) -> Loaded:
    loaded = Loaded()
    path = home / SNAPSHOT
    if files.snapshot:
        snapshot = read_snapshot(files.snapshot, path)
        loaded.generation, loaded.snapshot_size = snapshot.generation, len(files.snapshot)
        try:
            loaded.tables.load(snapshot.last_seq, snapshot.rows)
        except DuplicateId as twice:
            raise StoreDamaged(path, None, f"{twice.id} is in {twice.table} twice") from twice
    if missing := missing_file(home, loaded.generation, [g for g, _, _ in files.journals]):
        raise missing
    for generation, path, data in files.journals:
        before = loaded.tables.last_seq
        whole = _replay(loaded.tables, path, data)
        needed = loaded.tables.last_seq > before
        loaded.journals.append(JournalFile(path, generation, whole, data[whole:], needed))
    return loaded


def missing_file(home: Path, generation: int, journals: list[int]) -> StoreDamaged | None:
    """Say which file is missing that a crash cannot explain, beside these journals."""
    if generation == 0:
        if journals and journals[0] > 1:
            return StoreDamaged(home / SNAPSHOT, None, "the snapshot is missing")
    elif generation not in journals and not any(g < generation for g in journals):
        what = "the journal is missing, with all that was stored after the snapshot"
        return StoreDamaged(home / journal_name(generation), None, what)
    return None


def _replay(tables: Tables, path: Path, data: bytes) -> int:
    """Apply the journal's transactions that are new; return how many bytes are whole."""
    new: defaultdict[str, list[bytes]] = defaultdict(list)
    last = tables.last_seq
    before: int | None = None
    whole = len(data)
    lines = read_journal(data)
    for line in lines:
        if isinstance(line, BadLine):
            if not is_torn(data, line, lines):
                raise StoreDamaged(path, line.number, line.what)
            whole = line.start
            break
        number, seq, _, rows = line
        if before is not None and seq != before + 1:
            raise StoreDamaged(path, number, f"transaction {seq} follows {before}")
        before = seq
        if seq <= last:
            continue
        if seq != last + 1:
            raise StoreDamaged(path, number, f"transactions {last + 1} to {seq - 1} are missing")
        last = seq
        for table, row in rows:
            new[table].append(row)
    if unknown := new.keys() - TABLES.keys():
        raise StoreTooNew(path, f"it holds a table named {min(unknown)}")
    try:
        tables.load(last, new)
    except DuplicateId as twice:
        number = _last_line_with(twice, data)
        raise StoreDamaged(path, number, f"{twice.id} is in {twice.table} twice") from twice
    return whole


def _last_line_with(twice: DuplicateId, data: bytes) -> int:
    """Return the number of the last line that stores this record."""
    return max(
        line.number
        for line in read_journal(data)
        if isinstance(line, Transaction)
        for table, row in line.rows
        if (table, *ids_of([row])) == (twice.table, twice.id)
    )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep the collector from walking over a growing heap that holds no garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
