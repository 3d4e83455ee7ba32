"""`check` looks for damage and changes nothing; `repair` keeps all that is whole.

No byte is ever destroyed: a damaged file is kept beside the new ones, and the report says, line
by line, what could not be taken over from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from curator.store.aside import keep_aside
from curator.store.disk import Disk
from curator.store.errors import StoreDamaged, StoreError, StoreTooNew, from_os
from curator.store.journal import BadLine, generation_of, is_torn, read_journal
from curator.store.layout import TABLES, Op, parse
from curator.store.loading import (
    LOOKS,
    Files,
    missing_file,
    read_files,
    read_files_beside_writer,
)
from curator.store.salvage import Lost, meta_of, rows_of, what_is_wrong
from curator.store.snapshot import SNAPSHOT, fold, read_snapshot
from curator.store.store import LOCK
from curator.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which file, at which line (from 1; None where it is the whole file)."""

    path: Path
    line: int | None
    what: str

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line else ""
        return f"{self.path.name}{place}: {self.what}"


@dataclass(frozen=True, slots=True)
class FileFound:
    """A file of the store: its size in bytes, and its lines."""

    path: Path
    size: int
    lines: int


@dataclass(slots=True)
class Report:
    """What was found; after a repair `kept` are the damaged files, put aside."""

    home: Path
    files: list[FileFound] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    repaired: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is nothing to repair (any more)."""
        return self.repaired or not self.problems

    def lines(self) -> list[str]:
        """Return the report as lines to print."""
        text = [f"{f.path.name}: {f.size:,} bytes, {f.lines:,} lines" for f in self.files]
        text.append(", ".join(f"{count:,} {name}" for name, count in self.counts.items()))
        text += self.notices
        text += [str(problem) for problem in self.problems]
        text += [f"kept beside: {path.name}" for path in self.kept]
        if self.repaired:
            text.append("Repaired: everything counted above is in the store.")
        elif self.problems:
            text.append("Damaged; `curator store repair` keeps everything counted above.")
        else:
            text.append("All is well.")
        return [line for line in text if line]


def check(home: Path, *, disk: Disk | None = None) -> Report:
    """Read every byte of the store and say what is wrong with it.

    Raises `StoreTooNew` for files of a newer version, `StoreError` when one cannot be read.
    """
    disk = disk or Disk()
    if not disk.exists(home):
        return Report(home, notices=[f"there is no store in {home} yet"])
    try:
        for look in range(LOOKS):
            report = _Inspection(home, read_files_beside_writer(disk, home)).report
            if not report.problems or look == LOOKS - 1:
                break
            sleep(0.05)
        return report
    except OSError as error:
        raise StoreError(f"{home} cannot be read: {error.strerror or error}.") from error


def repair(home: Path, *, disk: Disk | None = None) -> Report:
    """Put aside what is damaged and store anew all that is whole; leave a sound store alone.

    Raises what `check` raises, and `StoreLocked` while another process writes.
    """
    disk = disk or Disk()
    if not disk.exists(home):
        return check(home, disk=disk)
    try:
        lock = disk.lock(home / LOCK)
    except OSError as error:
        raise from_os(error, f"Repairing {home}") from error
    try:
        inspection = _Inspection(home, read_files(disk, home))
        if inspection.report.problems:
            inspection.rebuild(disk)
        return inspection.report
    except OSError as error:
        raise from_os(error, f"Repairing {home}") from error
    finally:
        lock.release()


class _Inspection:
    """One reading of all files, keeping what is whole in the order in which it was stored."""

    def __init__(self, home: Path, files: Files):
        self.report = Report(home)
        self._home = home
        self._rows: dict[tuple[str, str], bytes] = {}
        self._aside: dict[Path, bytes] = {}
        self._generation = 0
        self._last_seq = 0
        self._sound = True
        """Whether the snapshot is, so that what it says of itself can be relied on."""
        self._read_snapshot(home / SNAPSHOT, files.snapshot)
        self._folded = self._last_seq if self._sound else 0
        missing = missing_file(home, self._generation, [g for g, _, _ in files.journals])
        if missing and (self._sound or self._generation):
            self._problem(missing.path, None, missing.what)
        for generation, path, data in files.journals:
            self._generation = max(generation, self._generation)
            self._read_journal(path, data)
        self.report.counts = dict.fromkeys(TABLES, 0)
        for table, _ in self._rows:
            self.report.counts[table] += 1

    def rebuild(self, disk: Disk) -> None:
        """Write what was kept as a new generation; only then let go of the old files."""
        for path, data in self._aside.items():
            self.report.kept.append(keep_aside(disk, path, data, "damaged"))
        tables = Tables()
        tables.apply(self._last_seq, [Op(*key, row) for key, row in self._rows.items()])
        generation = self._generation + 1
        fold(disk, self._home, tables, generation).close()
        for name in disk.names(self._home):
            old = generation_of(name)
            if old is not None and old < generation:
                disk.remove(self._home / name)
        disk.fsync_folder(self._home)
        self.report.repaired = True

    def _problem(self, path: Path, line: int | None, what: str, data: bytes | None = None) -> None:
        self.report.problems.append(Problem(path, line, what))
        if data is not None:
            self._aside[path] = data

    def _found(self, path: Path, data: bytes) -> None:
        lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
        self.report.files.append(FileFound(path, len(data), lines))

    def _read_snapshot(self, path: Path, data: bytes) -> None:
        if not data:
            return
        self._found(path, data)
        rows: Iterable[tuple[str, bytes] | Lost]
        try:
            snapshot = read_snapshot(data, path)
            rows = [(table, row) for table, some in snapshot.rows.items() for row in some]
            self._generation, self._last_seq = snapshot.generation, snapshot.last_seq
        except StoreDamaged as damage:
            self._sound = False
            self._problem(path, damage.line, damage.what, data)
            rows = rows_of(data)
            self._generation, self._last_seq = meta_of(data)
        for row in rows:
            if isinstance(row, Lost):
                self._problem(path, row.line, row.what, data)
            else:
                self._keep(*row, path, None, data)

    def _read_journal(self, path: Path, data: bytes) -> None:
        self._found(path, data)
        lines = list(read_journal(data))
        expected = self._last_seq + 1 if self._sound else None
        first = True
        for index, line in enumerate(lines):
            if isinstance(line, BadLine):
                if is_torn(data, line, lines[index + 1 :]):
                    what = f"torn ({len(data) - line.start} bytes): it was never acknowledged"
                    self.report.notices.append(f"the last line of {path.name} is {what}")
                    self._aside[path] = data
                    return
                begin = data[line.start : line.end][:60].decode("ascii", errors="replace")
                self._problem(path, line.number, f"{line.what}; left out: {begin!r}", data)
                expected = None if expected is None else expected + 1
                continue
            if expected is not None and (line.seq > expected or not first) and line.seq != expected:
                what = f"transaction {line.seq} is where {expected} should be"
                self._problem(path, line.number, what, data)
            first = False
            expected = line.seq + 1
            if line.seq > self._folded:
                for table, row in line.rows:
                    self._keep(table, row, path, line.number, data)
            self._last_seq = max(self._last_seq, line.seq)

    def _keep(self, table: str, row: bytes, path: Path, line: int | None, data: bytes) -> None:
        """Take over a record, unless it is none; of two with one id the journal's is right."""
        if table not in TABLES:
            raise StoreTooNew(path, f"it holds a table named {table}")
        fields = parse(row)
        if wrong := what_is_wrong(table, fields):
            self._problem(path, line, f"left out, as it is {wrong}: {row[:60]!r}", data)
            return
        key = (table, fields["id"])
        known = self._rows.setdefault(key, row)
        if known is row:
            return
        if known != row or self._sound:
            self._problem(path, line, f"{fields['id']} is in {table} twice", data)
        if line is not None and not self._sound:
            self._rows[key] = row
