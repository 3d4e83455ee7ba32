"""Drafts that were judged, as `curator export` writes them."""

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from models.conditions import condition_space
from models.learning.skill import too_few
from models.writer import Conditions, Vector

_VERDICTS = "approve", "reject"
_UNTAUGHT = frozenset({"spotify"})
"""Sources that no model may learn from."""


class JudgedError(Exception):
    """Judged drafts that nothing can be learnt from, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft that was judged: whether it is worth posting about this song.

    `merit` is how much so, from 0 to 1: none if it was rejected; by its stars, out of five, if it
    was approved, and 1 if it has none.
    `z` is where weights of the hash `weights` wrote it from, None where that is not known.
    `request` is what it was written for.
    """

    text: str
    song: Conditions
    merit: float
    z: Vector | None = None
    weights: str | None = None
    request: str = ""

    def z_of(self, weights: Collection[str]) -> Vector | None:
        """Return where weights of one of these hashes wrote it from, None where others did."""
        return self.z if self.weights in weights else None

    @property
    def worth(self) -> bool:
        """Whether it was approved."""
        return self.merit > 0

    @property
    def about(self) -> str:
        """What is the same for two drafts about one song; a song without a name is its request's
        own."""
        both = self.song.artist, self.song.title
        names = [" ".join((name or "").casefold().split()) for name in both]
        return self.request if self.request and not all(names) else " – ".join(names)

    @property
    def mark(self) -> int:
        """What tells it from other judgements, in 32 bits: a text about a song, and its merit."""
        whole = f"{self.about}\n{self.merit}\n{self.text}".encode(errors="surrogatepass")
        return int.from_bytes(blake2b(whole, digest_size=4).digest(), "little")


def read(files: Sequence[Path]) -> list[Judged]:
    """Read judgements as `curator export` writes them, as JSON Lines: `text`, `verdict`, and the
    song; rows that are not approved or rejected are left out. Raises JudgedError."""
    found = []
    for file in files:
        try:
            lines = file.read_text("utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()]
            found += [_judged(row) for row in rows if row.get("verdict") in _VERDICTS]
        except OSError as error:
            raise JudgedError(f"{file}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JudgedError(
                f"{file} is no export of judgements as JSON Lines ({error})"
            ) from error
    if short := too_few(np.array([one.worth for one in found], np.float32)):
        raise JudgedError(short)
    return found


def _judged(row: dict[str, Any]) -> Judged:
    if not isinstance(row["text"], str) or not isinstance(row["genres"], list):
        raise TypeError("text is to be a string, genres a list of them")
    z = None
    if row.get("z") and not row.get("edited"):  # what was edited came from elsewhere
        z = np.frombuffer(base64.b64decode(row["z"], validate=True), "<f4").astype(np.float32)
    request = row.get("request_id") or ""
    return Judged(row["text"], _song(row), _merit(row), z, row.get("weights"), request)


def _song(row: Mapping[str, Any]) -> Conditions:
    """Return the song that a draft was written for, which may have been corrected since, without
    what no model may learn."""
    told = row.get("sample_song") or {}
    told = (json.loads(told) if isinstance(told, str) else told) or {}
    if not isinstance(told, dict):
        raise TypeError("sample_song is to be a song")
    if told.get("artist") or told.get("title"):
        row = _columns(told)
    known = {n: float(row[n]) for n in condition_space().features if row.get(n) is not None}
    genres = _taught(row, row["genres"], "genre_sources")
    features = {name: known[name] for name in _taught(row, known, "feature_sources")}
    return Conditions(row.get("artist"), row.get("title"), genres, features)


def _columns(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a song as an export has it in its own columns."""
    names = ("genres", "genre_sources", "feature_sources")
    lists = {name: told[name].split("\n") if told.get(name) else [] for name in names}
    features = {name: told.get(f"f_{name}") for name in condition_space().features}
    return {**told, **lists, **features}


def _taught(row: Mapping[str, Any], names: Iterable[str], column: str) -> tuple[str, ...]:
    """Return the genres or features that a model may learn, by the column of their sources."""
    of = row.get(column) or ()
    sources = zip_longest(names, of.split("\n") if isinstance(of, str) else of)
    main = row.get("song_source")
    return tuple(n for n, of in sources if n is not None and (of or main) not in _UNTAUGHT)


def _merit(row: dict[str, Any]) -> float:
    if row["verdict"] == "reject":
        return 0.0
    stars = row.get("stars")
    return 1.0 if stars is None else min(5, max(1, int(stars))) / 5
