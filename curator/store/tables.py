"""What is stored, in memory: rows in the order of their inserts, and the indexes over them."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from curator.store.errors import DuplicateId
from curator.store.layout import TABLES, Op, ids_of, parse_all, requests_of


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

    def apply(self, seq: int, ops: Sequence[Op]) -> None:
        """Add a transaction; raise `DuplicateId` for an id that is there already."""
        with self._lock:
            for table, id, row in ops:
                self._extend(table, [id], [row])
            self.last_seq = seq

    def load(self, seq: int, rows: Mapping[str, Sequence[bytes]]) -> None:
        """Add rows of many transactions, up to the one numbered `seq`, by table.

        Raises `DuplicateId`, and then has added only some of them.
        """
        with self._lock:
            for table, new in rows.items():
                self._extend(table, ids_of(new), new)
            self.last_seq = seq

    def holds(self, table: str, id: str) -> bool:
        """Whether a record of this id is stored."""
        with self._lock:
            return id in self._numbers[table]

    def number(self, table: str, id: str) -> int | None:
        """Return the record's place in its table, from 0."""
        with self._lock:
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

    def _extend(self, table: str, ids: Sequence[str], rows: Sequence[bytes]) -> None:
        numbers = self._numbers[table]
        start = len(numbers)
        numbers.update(zip(ids, range(start, start + len(ids)), strict=True))
        if len(numbers) != start + len(ids):
            raise DuplicateId(table, _twice([*ids_of(self._rows[table]), *ids]))
        self._rows[table] += rows
        if table == "samples":
            for number, request_id in enumerate(requests_of(rows), start):
                if request_id in self._samples_of:
                    self._samples_of[request_id].append(number)
                else:
                    self._samples_of[request_id] = [number]


def _twice(ids: Iterable[str]) -> str:
    """Return the first id that comes a second time."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            return id
        seen.add(id)
    raise ValueError("every id comes once")
