"""TinyDB, durable: append-only tables over a snapshot and a journal.

`Store` is the way in; `curator.store.repair` checks and mends what is on the disk.
"""

from curator.store.errors import (
    AppendOnlyError,
    DuplicateId,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreReadOnly,
    StoreTooNew,
)
from curator.store.store import Store

__all__ = [
    "AppendOnlyError",
    "DuplicateId",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreLocked",
    "StoreReadOnly",
    "StoreTooNew",
]
