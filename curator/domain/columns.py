"""The columns of an export, and how a value fits into a cell and comes out again unchanged.

JSON takes every value as it is. CSV has only text, which spreadsheets would run as formulas;
Parquet has only well-formed Unicode. `to_cell` and `from_cell`, `escape` and `unescape`,
`guard_cell` and `unguard_cell` are each other's inverse.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from curator.domain.records import FEATURES, Song

Kind = Literal["text", "whole", "number", "flag", "list"]
Value = str | int | float | bool | None | list[str]
ExportRow = dict[str, Value]

_SONG: dict[str, Kind] = {
    "artist": "text",
    "title": "text",
    "genres": "list",
    "song_source": "text",
    "genre_sources": "list",
    "feature_sources": "list",
    **dict.fromkeys(FEATURES, "number"),
}
_CONTEXT: dict[str, Kind] = {
    **_SONG,
    "request_text": "text",
    "source": "text",
    "author": "text",
    "ref": "text",
    "request_at": "text",
    "others": "list",
    "model": "text",
    "weights": "text",
    "seed": "whole",
    "row": "whole",
    "tokens": "whole",
    "write_seconds": "number",
    "temperature": "number",
    "top_p": "number",
    "z": "text",
    "logprobs": "text",
    "sample_at": "text",
    "arm": "text",
    "learned": "text",
    "expected": "number",
    "drafts": "whole",
    "after": "text",
    "asked_song": "text",
    "sample_song": "text",
}
_SAID: dict[str, Kind] = {
    "verdict": "text",
    "stars": "whole",
    "rank": "text",
    "text": "text",
    "original": "text",
    "edited": "flag",
    "tags": "list",
    "seconds": "number",
}

JUDGEMENT_COLUMNS: Mapping[str, Kind] = {
    "sample_id": "text",
    "request_id": "text",
    "event_id": "text",
    "at": "text",
    "curator": "text",
    **_SAID,
    "likes": "whole",
    **_CONTEXT,
    "events": "text",
}
"""A row a sample, as it stands.

`likes` is how the readers of its post liked it, empty where that is unknown: a label, too, but
weaker than the curator's.

`artist` … `tempo` are the song as it stands; `asked_song` and `sample_song` (JSON) what it was
when it was asked for and when the sample was written, where that differs. `events` (JSON) are the
events behind the row. `seconds` is the curator's active time, `write_seconds` the model's.
`after` is the newest of the texts that the sample was not to repeat.
"""

EVENT_COLUMNS: Mapping[str, Kind] = {
    "event_id": "text",
    "type": "text",
    "at": "text",
    "curator": "text",
    "target": "text",
    "undone": "flag",
    "superseded": "flag",
    "sample_id": "text",
    "request_id": "text",
    **_SAID,
    **_CONTEXT,
    "data": "text",
}
"""A row an event; what it says stands in the columns it concerns, and complete in `data` (JSON)."""

_PROVENANCE: dict[str, Kind] = {
    "request_id": "text",
    "at": "text",
    "curator": "text",
    "source": "text",
    **_SONG,
}
_MODEL: dict[str, Kind] = {
    "model": "text",
    "weights": "text",
    "seed": "whole",
    "row": "whole",
    "temperature": "number",
    "top_p": "number",
    "arm": "text",
    "learned": "text",
}
KTO_COLUMNS: Mapping[str, Kind] = {
    "prompt": "text",
    "completion": "text",
    "label": "flag",
    "sample_id": "text",
    "event_id": "text",
    "stars": "whole",
    "edited": "flag",
    **_MODEL,
    **_PROVENANCE,
}
"""A text and yes or no: TRL's unpaired preference, in its standard format."""
DPO_COLUMNS: Mapping[str, Kind] = {
    "prompt": "text",
    "chosen": "text",
    "rejected": "text",
    "kind": "text",
    "chosen_id": "text",
    "rejected_id": "text",
    **{f"chosen_{name}": kind for name, kind in _MODEL.items()},
    **{f"rejected_{name}": kind for name, kind in _MODEL.items()},
    **_PROVENANCE,
}
"""Two texts, one of them preferred: TRL's preference with an explicit prompt."""
MODEL_COLUMNS: tuple[str, ...] = tuple(_MODEL)

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_HALF = re.compile("(\\\\*)([\ud800-\udfff])")
_LOOKS_ESCAPED = re.compile(r"(\\+)(u[dD][89a-fA-F][0-9a-fA-F]{2})")


def song_columns(song: Song) -> ExportRow:
    """Return the columns on a song."""
    doc = song.to_doc()
    return {
        "artist": song.artist,
        "title": song.title,
        "genres": list(song.genres),
        "song_source": song.source,
        "genre_sources": _lines(doc.get("genre_sources")),
        "feature_sources": _lines(doc.get("feature_sources")),
        **{name: song.features.get(name) for name in FEATURES},
    }


def _lines(joined: str | None) -> list[str]:
    return [] if joined is None else joined.split("\n")


def guard_cell(cell: str) -> str:
    """Put ' in front of a cell that a spreadsheet could run as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def unguard_cell(cell: str) -> str:
    """Take away the one ' that `guard_cell` puts in front."""
    return cell[1:] if _GUARDED.match(cell) else cell


def escape(text: str) -> str:
    r"""Write halves of surrogate pairs, which UTF-8 can't hold, as `\ud83d`.

    Backslashes in front of a half, or of what looks like an escaped one, are doubled.
    """
    if "\\u" in text:
        text = _LOOKS_ESCAPED.sub(r"\1\1\2", text)
    return _HALF.sub(lambda m: f"{2 * m[1]}\\u{ord(m[2]):04x}", text)


def unescape(text: str) -> str:
    """Undo `escape`."""
    return _LOOKS_ESCAPED.sub(_unescaped, text) if "\\u" in text else text


def _unescaped(found: re.Match[str]) -> str:
    backslashes, half = len(found[1]), found[2]
    return "\\" * (backslashes // 2) + (chr(int(half[1:], 16)) if backslashes % 2 else half)


def to_cell(value: Value) -> str:
    """Return a value as the text of a CSV cell; lists have a line an entry, None is empty.

    Numbers are never guarded: a negative one is no formula, and stays a number this way.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list():
            return guard_cell(escape("\n".join(value)))
        case str():
            return guard_cell(escape(value))


def from_cell(cell: str, kind: Kind) -> Value:
    """Read a CSV cell back; an empty one is None. Raises ValueError for a cell of another kind."""
    if not cell:
        return [] if kind == "list" else None
    match kind:
        case "text":
            return unescape(unguard_cell(cell))
        case "list":
            return unescape(unguard_cell(cell)).split("\n")
        case "flag":
            if cell.lower() not in ("true", "false"):
                raise ValueError(f"{cell[:40]!r} is neither true nor false")
            return cell.lower() == "true"
        case "whole":
            return int(cell)
        case "number":
            return _finite(float(cell))


def _is_long(value: int) -> bool:
    return -(2**63) <= value < 2**63


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floating-point ones
        return False


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{number} is no finite number")
    return number


def checked(value: Any, kind: Kind) -> Value:
    """Return a value that came from JSON or Parquet. Raises ValueError if it is of another kind."""
    fits: bool
    match kind:
        case "text":
            fits = isinstance(value, str)
        case "flag":
            fits = isinstance(value, bool)
        case "whole":
            fits = isinstance(value, int) and not isinstance(value, bool) and _is_long(value)
        case "number":
            fits = (
                isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)
            )
        case "list":
            fits = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if value is None:
        return [] if kind == "list" else None
    if not fits:
        raise ValueError(f"{str(value)[:40]!r} is not of the kind {kind!r}")
    result: Value = value
    return result
