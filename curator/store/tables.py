"""What is stored, in memory: rows in the order of their inserts, and the indexes over them."""

from collections.abc import Iterable, Sequence
from threading import Lock

from curator.store.errors import DuplicateId
from curator.store.layout import TABLES, Op, parse_all, row_request


class Tables:
    """Append-only tables of rows.

    Safe to read in any thread while one thread applies transactions: each becomes visible as a
    whole, and what was returned once never changes.
    """

    def __init__(self) -> None:
        self.last_seq = 0
        self._lock = Lock()
        self._rows: dict[str, list[bytes]] = {name: [] for name in TABLES}
        self._numbers: dict[str, dict[str, int]] = {name: {} for name in TABLES}
        self._samples_of: dict[str, list[int]] = {}
        self._refs: dict[tuple[str, str], int] = {}
        self._refs_known = 0

    def apply(self, seq: int, ops: Iterable[Op]) -> None:
        """Add a transaction; raise `DuplicateId` for an id that is there already."""
        with self._lock:
            samples_of = self._samples_of
            for table, id, row in ops:
                rows = self._rows[table]
                number = len(rows)
                if self._numbers[table].setdefault(id, number) != number:
                    raise DuplicateId(table, id)
                rows.append(row)
                if table == "samples":
                    request_id = row_request(row)
                    if request_id in samples_of:
                        samples_of[request_id].append(number)
                    else:
                        samples_of[request_id] = [number]
            self.last_seq = seq

    def holds(self, table: str, id: str) -> bool:
        """Whether a record of this id is stored."""
        return id in self._numbers[table]

    def number(self, table: str, id: str) -> int | None:
        """Return the record's place in its table, from 0."""
        return self._numbers[table].get(id)

    def row(self, table: str, id: str) -> bytes | None:
        """Return one row."""
        with self._lock:
            number = self._numbers[table].get(id)
            return None if number is None else self._rows[table][number]

    def rows(self, table: str, start: int = 0) -> Sequence[bytes]:
        """Return the table's rows from number `start` on, in order."""
        with self._lock:
            return self._rows[table][start:]

    def samples_of(self, request_id: str) -> Sequence[bytes]:
        """Return the rows of a request's samples, in order."""
        with self._lock:
            samples = self._rows["samples"]
            return [samples[n] for n in self._samples_of.get(request_id, ())]

    def request_by_ref(self, source: str, ref: str) -> bytes | None:
        """Return the row of the first request with this reference of its source."""
        with self._lock:
            requests = self._rows["requests"]
            # Only who brings in requests asks, so opening does not pay for this index.
            for number, doc in enumerate(parse_all(requests[self._refs_known :]), self._refs_known):
                if (known := doc.get("ref")) is not None:
                    self._refs.setdefault((doc["source"], known), number)
            self._refs_known = len(requests)
            number_of = self._refs.get((source, ref))
            return None if number_of is None else requests[number_of]

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self._lock:
            return {name: len(rows) for name, rows in self._rows.items()}
