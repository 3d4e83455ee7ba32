"""Reads back what this program wrote: exports with all their ids, and rescued records."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from curator.domain.columns import (
    EVENT_COLUMNS,
    JUDGEMENT_COLUMNS,
    ExportRow,
    Kind,
    checked,
    from_cell,
    unescape,
)
from curator.domain.records import FEATURES, Arm, Doc, Event, EventType, Request, Sample
from curator.domain.steps import PostStep, StepKind, VersionStep, VersionStepKind
from curator.inbox.rows import Kept

_SONG: dict[str, Kind] = {
    **dict.fromkeys(("artist", "title", "genres", "song_source"), "text"),
    **dict.fromkeys(("genre_sources", "feature_sources"), "text"),
    **dict.fromkeys((f"f_{name}" for name in FEATURES), "number"),
}
_DOCS: dict[str, dict[str, Kind]] = {
    "requests": {
        **dict.fromkeys(("id", "at", "source", "text", "author", "ref", "others"), "text"),
        **_SONG,
    },
    "samples": {
        **dict.fromkeys(("id", "request_id", "at", "text", "model", "weights"), "text"),
        **dict.fromkeys(("seed", "row", "tokens"), "whole"),
        **dict.fromkeys(("seconds", "temperature", "top_p"), "number"),
        **dict.fromkeys(("z", "logprobs", "arm", "learned", "after"), "text"),
        "expected": "number",
        "drafts": "whole",
        **_SONG,
    },
    "events": dict.fromkeys(("id", "at", "curator", "type", "target"), "text"),
    "posts": dict.fromkeys(("id", "at", "post", "step"), "text"),
    "versions": dict.fromkeys(("id", "at", "curator", "version", "step"), "text"),
}
_NEEDED = {
    "requests": ("id", "at", "source", "text"),
    "samples": ("id", "request_id", "at", "text", "model"),
    "events": ("id", "at", "curator", "type", "target"),
    "posts": ("id", "at", "post", "step"),
    "versions": ("id", "at", "curator", "version", "step"),
}
_EVENT_TYPES = get_args(EventType)
_STEP_KINDS = get_args(StepKind)
_VERSION_STEPS = get_args(VersionStepKind)
_ARMS = get_args(Arm)


def columns_of(names: Mapping[str, Any] | list[str]) -> Mapping[str, Kind] | None:
    """Return the columns of the export that has these names, None if it is none of ours."""
    if "events" in names and "sample_id" in names and "request_id" in names:
        return JUDGEMENT_COLUMNS
    if "data" in names and "event_id" in names and "type" in names:
        return EVENT_COLUMNS
    return None


def from_cells(cells: Mapping[str, str], columns: Mapping[str, Kind]) -> ExportRow:
    """Read a row of a CSV export. Raises ValueError."""
    return {name: from_cell(cells.get(name, ""), kind) for name, kind in columns.items()}


def from_json(row: Mapping[str, Any], columns: Mapping[str, Kind]) -> ExportRow:
    """Read a row of a JSON lines export. Raises ValueError."""
    return {name: checked(row.get(name), kind) for name, kind in columns.items()}


def from_parquet(row: Mapping[str, Any], columns: Mapping[str, Kind]) -> ExportRow:
    """Read a row of a Parquet export. Raises ValueError."""
    read = from_json(row, columns)
    for name, value in read.items():
        if isinstance(value, str):
            read[name] = unescape(value)
        elif isinstance(value, list):
            read[name] = [unescape(entry) for entry in value]
    return read


def kept(line: int, row: ExportRow, columns: Mapping[str, Kind]) -> Kept:
    """Return the records behind an export's row. Raises ValueError."""
    song = {
        "artist": row["artist"],
        "title": row["title"],
        "genres": _joined(row["genres"]),
        "song_source": row["song_source"],
        **{n: _joined(row[n]) for n in ("genre_sources", "feature_sources") if row[n]},
        **{f"f_{name}": row[name] for name in FEATURES if row[name] is not None},
    }
    request = sample = None
    if row["request_id"] and row["request_at"]:
        doc = {
            "id": row["request_id"],
            "at": row["request_at"],
            "source": row["source"] or "file",
            "text": row["request_text"] or "",
            "author": row["author"],
            "ref": row["ref"],
            "others": _joined(row["others"]),
        }
        request = _request(doc | _song(row["asked_song"], song))
    if row["sample_id"] and row["sample_at"]:
        doc = {
            "id": row["sample_id"],
            "request_id": row["request_id"],
            "at": row["sample_at"],
            "text": row["original"] or "",
            "seconds": row["write_seconds"],
            **{n: row[n] for n in ("model", "weights", "seed", "row", "tokens")},
            **{n: row[n] for n in ("temperature", "top_p", "z", "logprobs")},
            **{n: row[n] for n in ("arm", "learned", "expected", "drafts", "after")},
        }
        sample = _sample(doc | _song(row["sample_song"], song))
    if columns is EVENT_COLUMNS:
        own = {n: row[n] for n in ("at", "curator", "type", "target")}
        data = _object(row["data"], "data")
        return Kept(line, request, sample, (_event({"id": row["event_id"]} | own | data),))
    listed = json.loads(str(row["events"] or "[]"))
    if not isinstance(listed, list):
        raise ValueError("events is not a JSON list")
    return Kept(line, request, sample, tuple(map(_event, listed)))


def rescued(line: int, table: Any, doc: Any) -> Kept:
    """Return the record of a rescue's line. Raises ValueError."""
    match table:
        case "requests":
            return Kept(line, request=_request(doc))
        case "samples":
            return Kept(line, sample=_sample(doc))
        case "events":
            return Kept(line, events=(_event(doc),))
        case "posts":
            return Kept(line, step=_post_step(doc))
        case "versions":
            return Kept(line, version=_version_step(doc))
        case _:
            raise ValueError(f"there is no table {str(table)[:40]!r}")


def _request(doc: Any) -> Request:
    return Request.from_doc(_checked(doc, "requests"))


def _sample(doc: Any) -> Sample:
    checked_doc = _checked(doc, "samples")
    if (arm := checked_doc.get("arm")) and arm not in _ARMS:
        raise ValueError(f"there is no arm {str(arm)[:40]!r}")
    return Sample.from_doc(checked_doc)


def _event(doc: Any) -> Event:
    checked_doc = _checked(doc, "events")
    if doc["type"] not in _EVENT_TYPES:
        raise ValueError(f"there is no event of type {doc['type'][:40]!r}")
    return Event.from_doc(checked_doc)


def _post_step(doc: Any) -> PostStep:
    checked_doc = _checked(doc, "posts")
    if doc["step"] not in _STEP_KINDS:
        raise ValueError(f"there is no step {doc['step'][:40]!r} of a post")
    return PostStep.from_doc(checked_doc)


def _version_step(doc: Any) -> VersionStep:
    checked_doc = _checked(doc, "versions")
    if doc["step"] not in _VERSION_STEPS:
        raise ValueError(f"there is no step {doc['step'][:40]!r} of a version")
    return VersionStep.from_doc(checked_doc)


def _checked(doc: Any, table: str) -> Doc:
    """Return the document. Raises ValueError unless its fields are there and of their kinds."""
    if not isinstance(doc, dict):
        raise ValueError("a record is not a JSON object")
    if missing := [name for name in _NEEDED[table] if not isinstance(doc.get(name), str)]:
        raise ValueError(f"a record of {table} lacks {', '.join(missing)}")
    for name, value in doc.items():
        kind = _DOCS[table].get(name)
        if kind is not None:
            checked(value, kind)
        elif isinstance(value, float):
            checked(value, "number")
        elif not isinstance(value, str | int | None):
            raise ValueError(f"{name} is neither text nor a number")
    return doc


def _song(other: Any, song: Doc) -> Doc:
    if other is None:
        return song
    return {name: value for name, value in _object(other, "a song").items() if name in _SONG}


def _object(text: Any, name: str) -> Doc:
    value = json.loads(str(text or "{}"))
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not a JSON object")
    return value


def _joined(value: Any) -> str:
    return "\n".join(value or ())
