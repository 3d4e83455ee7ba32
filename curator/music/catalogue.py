"""A catalogue of the curator's own: `catalogue.csv` or `catalogue.parquet` in the data folder.

Its columns are told by their names, as the tables that people pass around call them. It is read
once into an index beside the cache, so that tens of thousands of songs cost neither memory nor
time at the next start; the index is made anew when the file changes.
"""

import ast
import contextlib
import csv
import json
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from curator.domain.finding import Candidate
from curator.domain.records import FEATURES
from curator.music.genres import genres_of
from curator.music.matching import artists_of, take_apart
from curator.music.source import Details, SourceError, feature_values

FILES = ("catalogue.parquet", "catalogue.csv")
_LONGEST_CELL = 131_072
"""Characters; a longer one is no title."""
_ARTIST = ("artist", "artists", "artist_name", "artist_names", "track_artist", "artist(s)_name")
_TITLE = ("title", "track", "name", "track_name", "song", "song_name")
_GENRES = ("genres", "artist_genres", "genre", "track_genre", "playlist_subgenre", "tags")
_NOTE = ("album", "album_name", "track_album_name", "release_date", "year")
_AMONG = 60
"""So many rows with words in common are looked at."""
_ABANDONED = 3600.0
"""Seconds after which nobody is writing a draft of the index any more."""
_FORMAT = 1
_TABLES = """
CREATE TABLE about (stamp TEXT);
CREATE TABLE songs (id INTEGER PRIMARY KEY, artist TEXT, title TEXT, note TEXT, genres TEXT,
    features TEXT);
CREATE VIRTUAL TABLE words USING fts5 (artist, title, content='', tokenize='unicode61');
"""


class Catalogue:
    """Songs of the curator's own file; an empty one where there is no file."""

    name = "catalogue"
    gives = frozenset({"genres", "features"})
    keeps = 0.0

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._stamp = ""

    def search(self, artist: str | None, title: str) -> Sequence[Candidate]:
        """Return the rows that have most words in common. Raises `SourceError`."""
        words = [f"title : {_quoted(w)}" for w in take_apart(title).whole.split()]
        if artist is not None:
            names = artists_of(artist)
            words += [f"artist : {_quoted(w)}" for w in dict.fromkeys(" ".join(names).split())]
        asked = " OR ".join(dict.fromkeys(words))
        if not asked:
            return ()
        rows = self._ask(
            "SELECT id, artist, title, note FROM songs JOIN (SELECT rowid AS hit, rank FROM words "
            "WHERE words MATCH ? ORDER BY rank LIMIT ?) ON id = hit ORDER BY rank, id",
            asked,
            _AMONG,
        )
        return [Candidate(self.name, str(id), a, t, note) for id, a, t, note in rows]

    def details(self, candidate: Candidate) -> Details:
        """Return a row's genres and features. Raises `SourceError`."""
        ref = int(candidate.ref) if candidate.ref.isdecimal() else -1
        rows = self._ask(
            "SELECT genres, features FROM songs WHERE id = ? AND title = ?", ref, candidate.title
        )
        if not rows:  # the file was changed since
            return Details()
        return Details(tuple(json.loads(rows[0][0])), json.loads(rows[0][1]))

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _ask(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                database = self._opened()
                return [] if database is None else database.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                self._let_go()
                self._index.unlink(missing_ok=True)
                raise SourceError(f"the catalogue's index was damaged ({error})") from error

    @property
    def _index(self) -> Path:
        return self._home / "cache" / "catalogue.db"

    def _opened(self) -> sqlite3.Connection | None:
        """Return the index of the file as it is now, None where there is no file."""
        file = next((f for name in FILES if (f := self._home / name).is_file()), None)
        if file is None:
            self._let_go()
            return None
        about = file.stat()
        stamp = f"{_FORMAT} {file.name} {about.st_size} {about.st_mtime_ns}"
        if self._database is not None and stamp == self._stamp:
            return self._database
        self._let_go()
        if not _is_of(self._index, stamp):
            self._build(file, stamp)
        self._database = sqlite3.connect(self._index, check_same_thread=False)
        self._stamp = stamp
        return self._database

    def _build(self, file: Path, stamp: str) -> None:
        """Write the index aside and put it in place when it is whole."""
        own = f"{self._index.stem}.{os.getpid()}-{secrets.token_hex(4)}.new"
        draft = self._index.with_name(own)  # another process may be writing one as well
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            _sweep(draft.parent)
            database = sqlite3.connect(draft)
            try:
                database.execute("PRAGMA synchronous = OFF")
                database.executescript(_TABLES)
                _fill(database, read_songs(file))
                database.execute("INSERT INTO about VALUES (?)", (stamp,))
                database.commit()
            finally:
                database.close()
            draft.replace(self._index)
        except (OSError, ValueError, csv.Error) as error:
            raise SourceError(f"{file.name} can't be used: {error}", wait=60.0) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def _quoted(word: str) -> str:
    """Return a word as text in a query of FTS5, whatever signs it is made of."""
    return '"' + word.replace("\0", "").replace('"', '""') + '"'


def _sweep(folder: Path) -> None:
    """Remove the drafts of processes that were killed over them."""
    for draft in folder.glob("catalogue*.new*"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _ABANDONED:
                draft.unlink()


def _is_of(index: Path, stamp: str) -> bool:
    """Whether there is a whole index of the file as it is now."""
    if not index.is_file():
        return False
    try:
        database = sqlite3.connect(index)
        try:
            row = database.execute("SELECT stamp FROM about").fetchone()
        finally:
            database.close()
    except sqlite3.Error:
        return False
    return bool(row) and row[0] == stamp


def _fill(database: sqlite3.Connection, songs: Iterable[tuple[str, str, str, Details]]) -> None:
    for id, (artist, title, note, details) in enumerate(songs, 1):
        genres, features = json.dumps(details.genres), json.dumps(dict(details.features))
        database.execute(
            "INSERT INTO songs VALUES (?, ?, ?, ?, ?, ?)",
            (id, artist, title, note, genres, features),
        )
        database.execute(
            "INSERT INTO words (rowid, artist, title) VALUES (?, ?, ?)",
            (id, " ".join(artists_of(artist)), take_apart(title).whole),
        )


# The file


def read_songs(file: Path) -> Iterator[tuple[str, str, str, Details]]:
    """Yield artist, title, note and details of each row that has a title.

    Raises ValueError for a file without a column of titles, or that is no table; OSError.
    """
    rows = _parquet_rows(file) if file.suffix == ".parquet" else _csv_rows(file)
    for row in rows:
        title, artist = _text(row, _TITLE), _text(row, _ARTIST)
        if not title:
            continue
        genres = next((g for name in _GENRES if (g := _list(row.get(name)))), [])
        features = feature_values({name: _number(row.get(name)) for name in FEATURES})
        details = Details(genres_of(genres, most=12), features)
        yield _listed(artist), title, _text(row, _NOTE), details


def _csv_rows(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        first = lines.readline()
        lines.seek(0)
        delimiter = max(",;\t", key=first.count)
        csv.field_size_limit(_LONGEST_CELL)  # of the whole process: others may have changed it
        reader = csv.DictReader(lines, delimiter=delimiter)
        names = _checked([str(name) for name in reader.fieldnames or ()])
        for row in reader:
            yield {names[name]: value for name, value in row.items() if name in names}


def _parquet_rows(file: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(file) as table:
            names = _checked(table.schema_arrow.names)
            for batch in table.iter_batches(batch_size=1000, columns=list(names)):
                for row in batch.to_pylist():
                    yield {names[name]: value for name, value in row.items()}
    except arrow.ArrowException as error:
        raise ValueError(str(error)) from error


def _checked(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns that are of use, each with its plain name. Raises ValueError."""
    wanted = {*_ARTIST, *_TITLE, *_GENRES, *_NOTE, *FEATURES}
    names = {name: plain for name in columns if (plain := name.strip().casefold()) in wanted}
    if not {*_TITLE} & set(names.values()):
        raise ValueError(f"it has no column of titles ({', '.join(_TITLE)})")
    return names


def _text(row: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if value is not None and (text := " ".join(str(value).split())):
            return text
    return ""


def _listed(text: str) -> str:
    """Return artists that are written as a list in Python's way with commas between."""
    return ", ".join(_list(text)) if text.startswith("[") else text


def _list(value: Any) -> list[str]:
    """Return the entries of a list, or of a text that is one: `a|b`, `a;b`, `['a', 'b']`."""
    if isinstance(value, list | tuple):
        return [str(entry) for entry in value if entry]
    text = str(value or "").strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            entries = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            text = text[1:-1]
        else:
            return [str(entry) for entry in entries if entry]
    separator = next((s for s in ("|", ";", ",") if s in text), "\n")
    return [
        part for entry in text.split(separator) if (part := re.sub(r"^['\" ]+|['\" ]+$", "", entry))
    ]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
