"""A model's folder: `weights.safetensors`, `model.json`, `tokenizer.json`, `words.txt`, `CARD.md`.

Nothing is ever unpickled. `model.json` is written last and holds the hashes of the others: a
folder that a crash left half-written is refused, as is one that was changed since.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space
from models.files import write_atomically
from models.units import Tokenizer, read_tokenizer

FORMAT = 1
WEIGHTS, MODEL, TOKENIZER = "weights.safetensors", "model.json", "tokenizer.json"
WORDS, CARD = "words.txt", "CARD.md"

Arrays = Mapping[str, NDArray[Any]]


class CheckpointError(Exception):
    """A model's folder that cannot be used, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a model's folder holds. `weights_hash` is of what lies on disk."""

    folder: Path
    kind: str
    config: dict[str, Any]
    decoding: dict[str, Any]
    figures: dict[str, Any]
    weights_hash: str
    tensors: dict[str, NDArray[Any]]
    tokenizer: Tokenizer
    words: list[str]


def save(
    folder: Path,
    *,
    kind: str,
    config: Mapping[str, Any],
    decoding: Mapping[str, Any],
    figures: Mapping[str, Any],
    tensors: Arrays,
    tokenizer: Tokenizer,
    words: Sequence[str],
    card: str,
) -> str:
    """Write a model's folder and return the hash of its weights.

    `words` are the units that may be written (see `models.spelling`). Floating-point tensors of
    names beginning with `model/` are stored in half precision: what is loaded is what was
    rounded, the same everywhere.
    """
    from safetensors.numpy import save as to_bytes

    stored = {
        name: np.ascontiguousarray(value.astype(np.float16) if name.startswith("model/") else value)
        for name, value in tensors.items()
    }
    weights = to_bytes(stored)
    merges = tokenizer.to_json().encode()
    known = "\n".join(words).encode()
    description = {
        "format": FORMAT,
        "kind": kind,
        "weights_hash": _hash(weights),
        "tokenizer_hash": _hash(merges),
        "words_hash": _hash(known),
        "conditions_hash": condition_space().vocabulary_hash(),
        "config": dict(config),
        "decoding": dict(decoding),
        "figures": dict(figures),
    }
    write_atomically(folder / WEIGHTS, weights)
    write_atomically(folder / TOKENIZER, merges)
    write_atomically(folder / WORDS, known)
    write_atomically(folder / CARD, card.encode())
    write_atomically(folder / MODEL, (json.dumps(description, indent=1) + "\n").encode())
    return _hash(weights)


def describe(folder: Path) -> dict[str, Any]:
    """Return `model.json`. Raises CheckpointError if it is missing, damaged or too new."""
    path = folder / MODEL
    try:
        description = json.loads(path.read_text("utf-8"))
        found = int(description["format"])
        for name in ("kind", "config", "conditions_hash"):
            description[name]
        for name in ("weights_hash", "tokenizer_hash", "words_hash"):
            description[name]
    except FileNotFoundError:
        raise CheckpointError(f"{folder} is no model: {MODEL} is missing") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is damaged ({error})") from None
    if found > FORMAT:
        raise CheckpointError(f"{path} is of format {found}; this version reads up to {FORMAT}")
    assert isinstance(description, dict)
    return description


def load(folder: Path) -> Checkpoint:
    """Read a model's folder. Raises CheckpointError if anything in it is not as it was written."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    description = describe(folder)
    if description["conditions_hash"] != condition_space().vocabulary_hash():
        raise CheckpointError(f"{folder} was trained with other genres or features")
    weights = _read(folder / WEIGHTS, description["weights_hash"])
    merges = _read(folder / TOKENIZER, description["tokenizer_hash"])
    words = _read(folder / WORDS, description["words_hash"])
    try:
        tensors = from_bytes(weights)
        tokenizer = read_tokenizer(merges.decode())
    except (SafetensorError, ValueError) as error:
        raise CheckpointError(f"{folder} is damaged: {error}") from None
    return Checkpoint(
        folder,
        description["kind"],
        description["config"],
        description.get("decoding", {}),
        description.get("figures", {}),
        description["weights_hash"],
        {name: _full(value) for name, value in tensors.items()},
        tokenizer,
        words.decode().split("\n"),
    )


def _full(value: NDArray[Any]) -> NDArray[Any]:
    return value.astype(np.float32) if value.dtype == np.float16 else value


def _read(path: Path, expected: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from None
    if _hash(data) != expected:
        raise CheckpointError(f"{path} is damaged: its hash is not the one in {MODEL}")
    return data


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
