"""Reads rows that others wrote: their names for things, their dates, their lists of genres.

Among them the sheet of the bot that came before: a candidate a row (or a JSON list of them in
one cell), `tweetid` says which belong together, `spotifygenres` is a list as Python prints it.
"""

import ast
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from curator.domain.records import FEATURES, Verdict
from curator.inbox.rows import Candidate, Row

_ALIASES: dict[str, tuple[str, ...]] = {
    "text": ("text", "tweet", "post", "request", "mention", "message"),
    "artist": ("artist", "performer", "band"),
    "title": ("title", "track", "song"),
    "genres": ("genres", "genre", "spotifygenres"),
    "author": ("author", "user", "username", "handle"),
    "ref": ("ref", "tweetid", "tweet_id", "post_id", "id"),
    "at": ("at", "date", "created_at", "time", "timestamp"),
    "source": ("source",),
    "candidate": ("commentary", "comment", "candidate", "sample", "samples", "candidates"),
    "verdict": ("verdict",),
    "stars": ("stars", "rating"),
    "edited": ("edited", "edited_text"),
    "tags": ("tags",),
}
_VERDICTS: dict[str, Verdict] = {
    "approve": "approve",
    "approved": "approve",
    "reject": "reject",
    "rejected": "reject",
}
_RANGES = {"tempo": (0.0, 1000.0), "loudness": (-100.0, 20.0)}  # BPM, dBFS; the rest 0 to 1
_MARKUP = re.compile(r"<[^<>]*>")


def known_names(names: list[str]) -> dict[str, str]:
    """Return which column (as the file calls it) stands for which field of ours."""
    plain = {re.sub(r"[\s\-]+", "_", name.strip().casefold()): name for name in names}
    found = {}
    for name, aliases in _ALIASES.items():
        if alias := next((alias for alias in aliases if alias in plain), None):
            found[name] = plain[alias]
    for feature in FEATURES:
        if alias := next((a for a in (feature, f"f_{feature}") if a in plain), None):
            found[feature] = plain[alias]
    return found


def row_of(line: int, cells: Mapping[str, Any]) -> Row | None:
    """Return the request of a row, None if all of it is empty. Raises ValueError."""
    names = known_names(list(cells))
    got = {name: cells[column] for name, column in names.items()}
    text, artist, title = (_text(got, name) for name in ("text", "artist", "title"))
    candidates = _candidates(got)
    if not (text or artist or title):
        if not any(value not in (None, "", [], {}) for value in cells.values()):
            return None
        raise ValueError("neither text nor artist nor title")
    features = _features({**got, **_nested(cells.get("features"))})
    return Row(
        line=line,
        text=text,
        artist=artist or None,
        title=title or None,
        genres=tuple(_list(got.get("genres"))),
        features=features,
        author=_text(got, "author") or None,
        ref=_text(got, "ref") or None,
        at=_date(_text(got, "at")),
        source=_MARKUP.sub("", _text(got, "source")).strip() or "file",
        song_source="spotify" if names.get("genres", "").strip() == "spotifygenres" else "file",
        candidates=candidates,
    )


def _text(got: Mapping[str, Any], name: str) -> str:
    value = got.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise ValueError(f"{name} is not text: {str(value)[:40]!r}")
    return "" if value is None else str(value).strip()


def _nested(features: Any) -> Mapping[str, Any]:
    if features is None or features == "":
        return {}
    if not isinstance(features, Mapping):
        raise ValueError("features is not an object of names and numbers")
    if unknown := sorted(set(map(str, features)) - set(FEATURES)):
        raise ValueError(
            f"there is no feature {unknown[0][:40]!r}; there are {', '.join(FEATURES)}"
        )
    return features


def _features(got: Mapping[str, Any]) -> dict[str, float]:
    features = {}
    for name in FEATURES:
        value = got.get(name)
        if value is None or value == "":
            continue
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (ValueError, TypeError, OverflowError):
            number = math.nan
        low, high = _RANGES.get(name, (0.0, 1.0))
        if not low <= number <= high:
            raise ValueError(f"{name} is no number from {low:g} to {high:g}: {str(value)[:40]!r}")
        features[name] = number
    return features


def _list(value: Any) -> list[str]:
    """Return the entries of a list: a real one, one that Python or JSON printed, or a, b; c."""
    if isinstance(value, str):
        value = value.strip()
        value = _printed_list(value) if value.startswith("[") else re.split(r"[\n;,]", value)
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"not a list of words: {str(value)[:40]!r}")
    entries = (" ".join(entry.split()) for entry in value)
    return list(dict.fromkeys(entry for entry in entries if entry))


def _printed_list(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return [entry.strip(" '\"") for entry in text.strip("[] ").split(",")]


def _candidates(got: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return the texts of a row: one, or a list of texts or objects, also as JSON in a cell."""
    given = got.get("candidate")
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = [given]
    found = [
        _candidate(one if isinstance(one, Mapping) else {**got, "text": one})
        for one in (given if isinstance(given, list) else [given])
    ]
    return tuple(candidate for candidate in found if candidate.text)


def _candidate(got: Mapping[str, Any]) -> Candidate:
    verdict = _text(got, "verdict").casefold()
    if verdict and verdict not in _VERDICTS:
        raise ValueError(f"there is no verdict {verdict[:40]!r}; there are approve and reject")
    stars = _text(got, "stars")
    if stars and stars not in ("1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0"):
        raise ValueError(f"stars go from 1 to 5, not {stars[:40]!r}")
    return Candidate(
        text=" ".join(_text(got, "text").split()),
        verdict=_VERDICTS.get(verdict),
        stars=int(stars[0]) if stars else None,
        edited=_text(got, "edited") or None,
        tags=tuple(_list(got.get("tags"))),
    )


def _date(text: str) -> str | None:
    """Return a date as it is kept, None if it can't be read. What has no zone is UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text)
            date = date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return None
