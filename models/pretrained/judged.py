"""Drafts that were judged, as `curator export` writes them."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.conditions import condition_space
from models.learning.skill import too_few
from models.writer import Conditions, Vector

_VERDICTS = "approve", "reject"


class JudgedError(Exception):
    """Judged drafts that nothing can be learnt from, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft that was judged: whether it is worth posting about this song.

    `merit` is how much so, from 0 to 1: none if it was rejected; by its stars, out of five, if it
    was approved, and 1 if it has none.
    `z` is where weights of the hash `weights` wrote it from, None where that is not known.
    """

    text: str
    song: Conditions
    merit: float
    z: Vector | None = None
    weights: str | None = None

    def z_of(self, weights: str) -> Vector | None:
        """Return where weights of this hash wrote it from, None where others did."""
        return self.z if self.weights == weights else None

    @property
    def worth(self) -> bool:
        """Whether it was approved."""
        return self.merit > 0

    @property
    def about(self) -> str:
        """What names its song."""
        return f"{self.song.artist} – {self.song.title}"


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
    features = {n: float(row[n]) for n in condition_space().features if row.get(n) is not None}
    song = Conditions(row.get("artist"), row.get("title"), tuple(row["genres"]), features)
    z = None
    if row.get("z") and not row.get("edited"):  # what was edited came from elsewhere
        z = np.frombuffer(base64.b64decode(row["z"], validate=True), "<f4").astype(np.float32)
    return Judged(row["text"], song, _merit(row), z, row.get("weights"))


def _merit(row: dict[str, Any]) -> float:
    if row["verdict"] == "reject":
        return 0.0
    stars = row.get("stars")
    return 1.0 if stars is None else min(5, max(1, int(stars))) / 5
