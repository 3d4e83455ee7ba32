"""Answers of services, kept on disk until they are too old.

Nothing here is worth keeping at any price: a file that is damaged is thrown away, and a disk that
takes nothing means that the services are asked again.
"""

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST = 20_000
"""So many answers are kept, the newest."""
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, until REAL NOT NULL, body TEXT NOT NULL)
"""


class Cache:
    """Keeps JSON values by key. Any thread may ask; `clock` gives seconds since 1970."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._closed = False

    def get(self, key: str) -> Any:
        """Return what was kept, None if there is nothing or it is too old."""
        with self._lock:
            row = self._ask("SELECT until, body FROM answers WHERE key = ?", key)
        if row is None or not isinstance(row[0], float) or row[0] <= self._clock():
            return None
        try:
            return json.loads(row[1])
        except (ValueError, TypeError):
            return None

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep a value (never None) for so many seconds."""
        body = json.dumps(value, separators=(",", ":"))
        with self._lock:
            now = self._clock()
            self._ask(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", key, float(now + seconds), body
            )

    def close(self) -> None:
        """Let go of the file, and keep it small."""
        with self._lock:
            if self._database is not None:
                self._ask("DELETE FROM answers WHERE until <= ?", self._clock())
                self._ask(
                    "DELETE FROM answers WHERE key IN (SELECT key FROM answers "
                    "ORDER BY until DESC LIMIT -1 OFFSET ?)",
                    MOST,
                )
            self._closed = True
            self._let_go()

    def _ask(self, statement: str, *values: object) -> Any:
        """Run a statement; a damaged file is begun anew once. None where the disk is no help."""
        if self._closed:
            return None
        for _ in range(2):
            try:
                with self._opened() as database:
                    return database.execute(statement, values).fetchone()
            except sqlite3.OperationalError:  # locked, full, not allowed: asked again another time
                return None
            except sqlite3.DatabaseError:
                self._let_go()
                with contextlib.suppress(OSError):
                    self._file.unlink(missing_ok=True)
            except OSError:
                return None
        return None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._file, timeout=1.0, check_same_thread=False)
            try:
                # Losing the last answers in a power cut is nothing; waiting for the disk is.
                database.execute("PRAGMA synchronous = OFF")
                database.execute(_TABLE)
            except BaseException:
                database.close()
                raise
            self._database = database
        return self._database

    def _let_go(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None
