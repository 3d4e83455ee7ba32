"""Opening a data folder for writing: from what a crash may have left to a journal to append to."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from curator.store.aside import keep_aside
from curator.store.disk import Disk
from curator.store.journal import Journal, journal_name
from curator.store.loading import JournalFile, Loaded
from curator.store.snapshot import TEMPORARY, fold


@dataclass(slots=True)
class Opened:
    """The journal to append to, its generation, and what the curator should hear of."""

    journal: Journal
    generation: int
    notices: list[str]


def open_for_writing(disk: Disk, home: Path, loaded: Loaded) -> Opened:
    """Tidy up and open the journal; raise `OSError`. The caller holds the lock.

    Everything that was loaded is durable afterwards: names and lines that the last process gave
    but did not live to flush are flushed first, because what follows builds on them.
    """
    disk.fsync_folder(home)
    stale = [j for j in loaded.journals if j.generation < loaded.generation and not j.needed]
    kept = [j for j in loaded.journals if j not in stale]
    notices = [_drop_torn(disk, journal) for journal in kept if journal.torn]
    with suppress(OSError):
        disk.remove(home / TEMPORARY)
        for old in stale:
            disk.remove(old.path)
    newest = max([loaded.generation, *(j.generation for j in kept)])
    if loaded.generation == 0:
        journal = fold(disk, home, loaded.tables, newest + 1)
        return Opened(journal, newest + 1, notices)
    for old in kept:
        if old.generation < newest:
            Journal.open(disk, old.path, old.whole).close()
    whole = kept[-1].whole if kept and kept[-1].generation == newest else 0
    journal = Journal.open(disk, home / journal_name(newest), whole)
    try:
        disk.fsync_folder(home)
    except OSError:
        journal.close()
        raise
    return Opened(journal, newest, notices)


def _drop_torn(disk: Disk, journal: JournalFile) -> str:
    """Say what is cut off when this journal is opened; keep it aside where that is in doubt."""
    size = len(journal.torn)
    notice = f"the last line of {journal.path.name} was torn and dropped ({size} bytes)"
    if b"\n" in journal.torn.rstrip(b"\0"):
        aside = keep_aside(disk, journal.path, journal.torn, "torn")
        notice += f"; it is kept in {aside.name}"
    return notice
