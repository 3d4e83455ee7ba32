"""The drafts that a taste is learnt with: written once for a writer's weights, read, and kept.

They are not rated by anyone. They say how texts vary, which makes a hundred ratings go further,
and what is written from which z.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.drafts import Drafting, drafts
from models.files import write_atomically
from models.learning.features import Read, read_drafts
from models.pairs import division, matching, split
from models.writer import Embedding, Reader, Vector

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Drafted:
    """Drafts as read, and the z (N, latent) that each was written from."""

    z: Vector
    read: Read


def draft(
    writer: Reader,
    drafter: Drafting,
    count: int,
    seed: int,
    cache: Path | None = None,
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Drafted:
    """Write and read `count` drafts for training songs; `on_progress` gets done and wanted.

    What `cache`, a folder, holds for the same weights, number and seed is read instead; all are
    done then from the first that `on_progress` gets. Raises InterruptedError when told to stop;
    nothing is kept then.
    """
    pairs = matching(drafter.prior, split(drafter.prior, seed).train, count, seed)
    z, known = pairs.all(seed)
    name = f"learn-{drafter.weights_hash[:16]}-{count}-{seed}{division(drafter.prior)}"
    place = cache / name if cache else None
    kept = _load(place, known) if place else None
    if kept:
        on_progress(count, count)
        return Drafted(z, kept)
    on_progress(0, count)
    texts = drafts(
        drafter,
        z,
        known,
        1,
        seed,
        on_progress=lambda done, total: on_progress(done // 2, total),
        should_stop=should_stop,
    )
    if len(texts) < count:
        raise InterruptedError
    parts = []
    for start in range(0, count, _CHUNK):
        if should_stop():
            raise InterruptedError
        rows = slice(start, start + _CHUNK)
        parts.append(read_drafts(writer, [t for (t,) in texts[rows]], known[rows]))
        on_progress((count + min(start + _CHUNK, count)) // 2, count)
    embedded = [
        np.concatenate(arrays) for arrays in zip(*(p.embedding for p in parts), strict=True)
    ]
    read = Read([text for part in parts for text in part.texts], Embedding(*embedded), known)
    if place:
        _save(place, read)
    return Drafted(z, read)


def _save(place: Path, read: Read) -> None:
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(v) for name, v in read.embedding._asdict().items()}
    write_atomically(place.with_suffix(".safetensors"), save(tensors))
    write_atomically(place.with_suffix(".json"), json.dumps(read.texts).encode())


def _load(place: Path, known: Vector) -> Read | None:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        texts = json.loads(place.with_suffix(".json").read_text("utf-8"))
        embedding = Embedding(**load(place.with_suffix(".safetensors").read_bytes()))
    except (OSError, ValueError, TypeError, SafetensorError):
        return None
    whole = isinstance(texts, list) and len(texts) == len(known) == len(embedding.logprobs)
    return Read(texts, embedding, known) if whole else None
