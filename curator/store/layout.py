"""How records look on disk.

A record is a *row*: one flat JSON object on one line, in ASCII, its `id` first. The store keeps
rows as these bytes, in memory too, and parses one only when it is asked for: a hundred thousand
open in a fraction of the time that parsing them takes, a snapshot is written without encoding
anything again, and nothing that is handed out can alias what is stored.

What is written ends in a *seal*, the CRC-32 of all bytes before it: a transaction its line, a
snapshot its file.

    journal:   {"seq":7,"ops":[["events","01J…",{"id":"01J…",…}]],"crc":"89abcdef"}
    snapshot:  {"requests":{ rows },"samples":{ rows },"events":{ rows },
               "_meta":{"1":{"format":1,"generation":3,"last_seq":6,"crc":"89abcdef"}}}

Transactions that queue up are written together and share one fsync; all but the first of them
carry `"joined":true`. That tells apart, after a power cut, a line that was never acknowledged
from one that was and is damaged: what follows the former can only be lines of the same write.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from curator.domain.records import Doc, Event, Record, Request, Sample
from curator.store.errors import StoreError

FORMAT = 1
"""The version of all this; a program refuses what has a greater one."""

TABLES: dict[str, type[Request] | type[Sample] | type[Event]] = {
    "requests": Request,
    "samples": Sample,
    "events": Event,
}
META = "_meta"

_NAMES = {kind: name for name, kind in TABLES.items()}
_KNOWN = {name.encode(): name for name in TABLES}
_SCALARS = (str, int, float, bool, type(None))
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_STRING = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
_OP = rb'\["(\w+)",' + _STRING + rb",(?=\{)"
_LINE = re.compile(rb'\{"seq":(\d+),(?:"joined":(true),)?"ops":\[' + _OP)
_BETWEEN = b'}],["'
_NEXT_OP = re.compile(rb"\}\]," + _OP)
_ROW = re.compile(rb'\{"id":' + _STRING + rb"(?:,\"request_id\":" + _STRING + rb")?")
_SEAL_LENGTH = len(b',"crc":"00000000"}')


class Op(NamedTuple):
    """One insert: the table's name, the record's id, its row."""

    table: str
    id: str
    row: bytes


class Transaction(NamedTuple):
    """A journal line: `number` is the line's, from 1."""

    number: int
    seq: int
    joined: bool
    ops: Sequence[Op]


def to_op(record: Record) -> Op:
    """Return the insert of a record; raise `StoreError` for one that cannot be kept."""
    table = _NAMES.get(type(record))
    if table is None:
        raise StoreError(f"{type(record).__name__} is no record that the store keeps.")
    try:
        doc = record.to_doc()
        return Op(table, doc["id"], to_row(doc))
    except ValueError as error:
        raise StoreError(f"A {type(record).__name__.lower()} cannot be stored: {error}.") from error


def to_row(doc: Doc) -> bytes:
    """Return a document's row; raise `ValueError` for one that is not flat or has no id."""
    if not isinstance(doc.get("id"), str) or not doc["id"]:
        raise ValueError("its id is no text")
    if nested := [k for k, v in doc.items() if not isinstance(v, _SCALARS)]:
        raise ValueError(f"{', '.join(nested)} is neither a text, a number nor a truth value")
    return _encode(doc).encode("ascii")


def to_line(seq: int, ops: Iterable[Op], *, joined: bool) -> bytes:
    """Return a transaction's line, newline and all."""
    rows = b",".join(
        b'["%b",%b,%b]' % (op.table.encode(), _encode(op.id).encode("ascii"), op.row) for op in ops
    )
    body = b'{"seq":%d,%b"ops":[%b]' % (seq, b'"joined":true,' if joined else b"", rows)
    return body + seal(crc32(body)) + b"\n"


def from_line(data: bytes, start: int, end: int, number: int) -> Transaction | None:
    """Read the sealed line `data[start:end]`; None if it is no transaction."""
    head = _LINE.match(data, start, end)
    if head is None:
        return None
    seq, joined, table, id = head.groups()
    row = head.end()
    close = end - _SEAL_LENGTH - 2  # of the last op; that of all ops follows
    ops: list[Op] = []
    found = data.find(_BETWEEN, row, close)
    while found >= 0:
        # Inside a string every quote has a backslash before it, so this is no text of somebody's.
        if next_op := _NEXT_OP.match(data, found, close):
            ops.append(_op(table, id, data[row : found + 1]))
            table, id = next_op.groups()
            row = next_op.end()
        found = data.find(_BETWEEN, found + len(_BETWEEN), close)
    ops.append(_op(table, id, data[row:close]))
    return Transaction(number, int(seq), joined is not None, ops)


def seal(crc: int) -> bytes:
    """Return what closes an object whose bytes so far have this CRC-32."""
    return b',"crc":"%08x"}' % crc


def sealed(data: bytes, start: int, end: int) -> bool:
    """Whether `data[start:end]` ends in its own seal."""
    body = max(start, end - _SEAL_LENGTH)
    return data[body:end] == b',"crc":"%08x"}' % crc32(memoryview(data)[start:body])


def resembles_seal(line: bytes) -> bool:
    """Whether a line ends in a seal of any value, or in what is left of one."""
    end = line[-_SEAL_LENGTH:].rjust(_SEAL_LENGTH)
    alike = sum(
        byte in b"0123456789abcdef" if model == ord("0") else byte == model
        for byte, model in zip(end, seal(0), strict=True)
    )
    return alike * 2 >= _SEAL_LENGTH


def row_id(row: bytes) -> str:
    """Return the record's id."""
    found = _ROW.match(row)
    return _text(found[1]) if found else str(parse(row)["id"])


def row_request(row: bytes) -> str:
    """Return the `request_id` of a sample's row."""
    found = _ROW.match(row)
    return _text(found[2]) if found and found[2] is not None else str(parse(row)["request_id"])


def parse(row: bytes) -> Doc:
    """Return the row's fields."""
    doc: Doc = json.loads(row)
    return doc


def parse_all(rows: Sequence[bytes]) -> list[Doc]:
    """Return the fields of many rows: in batches, so that the parser shares the field names."""
    docs: list[Doc] = []
    for start in range(0, len(rows), 512):
        docs += json.loads(b"[%b]" % b",".join(rows[start : start + 512]))
    return docs


def _op(table: bytes, id: bytes, row: bytes) -> Op:
    name = _KNOWN.get(table) or table.decode()
    return Op(name, _text(id) if b"\\" in id else id.decode("ascii"), row)


def _text(raw: bytes) -> str:
    """Decode the inside of a JSON string."""
    return str(json.loads(b'"%b"' % raw)) if b"\\" in raw else raw.decode("ascii")
