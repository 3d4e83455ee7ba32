"""The store as a TinyDB: its own tables and queries, over what the store holds.

Built on TinyDB's own extension points: a `Storage` that serves what is in memory, and a `Table`
that sends inserts through the journal and refuses everything that would change a document.
Document ids are a record's place in its table, from 1; the record's own id is its field `id`.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any, NoReturn

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from curator.domain.records import Doc, Record
from curator.store.errors import AppendOnlyError, StoreError
from curator.store.layout import META, TABLES, parse_all
from curator.store.tables import Tables

Documents = dict[str, Doc]
"""A table as TinyDB wants it: documents by document id, which is a text here."""


class MemoryView(Storage):
    """Serves the tables, parsed once each and only when somebody asks for them.

    What `read` and `table` return never changes afterwards, so that it can be walked over while
    the writer goes on.
    """

    def __init__(
        self,
        tables: Tables,
        meta: Callable[[], dict[str, int]],
        append: Callable[..., Future[int]],
    ):
        self._tables = tables
        self._meta = meta
        self._append = append
        self._parsed: dict[str, Documents] = {name: {} for name in TABLES}
        self._lock = Lock()

    def read(self) -> dict[str, dict[str, Any]]:
        """Return all tables."""
        return {name: self.table(name) for name in (*TABLES, META)}

    def write(self, data: dict[str, dict[str, Any]]) -> NoReturn:
        """Refuse: TinyDB only comes here to replace everything."""
        raise AppendOnlyError("The tables cannot be replaced or dropped; they only grow.")

    def table(self, name: str) -> Documents:
        """Return one table; an unknown one is empty."""
        if name == META:
            return {"1": self._meta()}
        if name not in TABLES:
            return {}
        with self._lock:
            known = self._parsed[name]
            if rows := self._tables.rows(name, len(known)):
                new = enumerate(parse_all(rows), len(known) + 1)
                self._parsed[name] = known | {str(number): doc for number, doc in new}
            return self._parsed[name]

    def insert(self, name: str, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Store documents as one transaction; return their document ids once it is durable."""
        records = [_to_record(name, document) for document in documents]
        if records:
            self._append(*records).result()
        return [(self._tables.number(name, record.id) or 0) + 1 for record in records]

    def next_id(self, name: str) -> int:
        """Return the document id that the next insert gets."""
        return self._tables.counts().get(name, 0) + 1


class AppendOnlyTable(Table):
    """A table that only grows: `insert` and `insert_multiple` return once that is durable."""

    def __init__(self, storage: MemoryView, name: str, **_: Any):
        # No query cache: a search that ends while the writer commits would fill it with results
        # that are stale already.
        super().__init__(storage, name, cache_size=0)
        self._view = storage

    def insert(self, document: Mapping[str, Any]) -> int:
        """Store a document; return its document id."""
        return self.insert_multiple([document])[0]

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Store documents, all or none; return their document ids."""
        return self._view.insert(self.name, documents)

    def truncate(self) -> NoReturn:
        """Refuse."""
        self._refuse()

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> NoReturn:
        # What update, update_multiple, upsert and remove come down to.
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise AppendOnlyError(
            f"What is in {self.name} cannot be changed or removed; insert what supersedes it."
        )

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        documents: dict[str, Any] = self._view.table(self.name)
        return documents

    def _get_next_id(self) -> int:
        return self._view.next_id(self.name)


class StoreDB(TinyDB):
    """TinyDB over a store."""

    table_class: type[Table] = AppendOnlyTable

    def __init__(self, view: MemoryView):
        super().__init__(storage=lambda: view)

    def drop_table(self, name: str) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError(f"The table {name} cannot be dropped; it only grows.")

    def drop_tables(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("The tables cannot be dropped; they only grow.")


def _to_record(table: str, document: Mapping[str, Any]) -> Record:
    if not isinstance(document, Mapping):
        raise ValueError("Document is not a Mapping")
    if isinstance(document, Document):
        raise ValueError("The store numbers its documents itself; insert a plain dict.")
    kind = TABLES.get(table)
    if kind is None:
        raise StoreError(f"There is no table {table}; there are {', '.join(TABLES)}.")
    try:
        record = kind.from_doc(document)
    except KeyError as missing:
        raise ValueError(f"The document lacks {missing}.") from missing
    if unknown := document.keys() - record.to_doc().keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}.")
    return record
