"""Drafts with their ⟨z, a⟩, kept on disk: writing them is what takes the time.

They belong to a writer's weights and not to a reward, so that another choice of topics, or other
topics, costs no new drafts.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.drafts import Drafting, drafts
from models.files import write_atomically
from models.pairs import division, matching, split
from models.value import ValueConfig
from models.writer import Vector


@dataclass(frozen=True, slots=True)
class Labelled:
    """`texts` holds for each of z (N, latent) and `known` (N, width) the drafts written from it."""

    z: Vector
    known: Vector
    texts: list[list[str]]

    @property
    def flat(self) -> list[str]:
        """Every draft."""
        return [text for texts in self.texts for text in texts]

    def means(self, scores: Vector) -> Vector:
        """Return the mean of the drafts' scores (N · each, K) for each ⟨z, a⟩, (N, K)."""
        each = len(self.texts[0])
        return np.asarray(scores.reshape(len(self.z), each, -1).mean(1), np.float32)


def gather(
    drafter: Drafting,
    config: ValueConfig,
    cache: Path | None = None,
    *,
    split_seed: int | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Labelled:
    """Write `config.each` drafts for `config.songs` pairs ⟨z, a⟩ of training songs.

    `split_seed` divides the songs, `config.seed` where it is None. What `cache`, a folder, holds
    for the same weights and settings is read instead; if `should_stop` ends the writing early,
    nothing is kept. Raises InterruptedError then.
    """
    divided_by = config.seed if split_seed is None else split_seed
    songs = split(drafter.prior, divided_by).train
    pairs = matching(drafter.prior, songs, config.songs, config.seed)
    z, known = pairs.all(config.seed)
    path = cache / f"{_name(drafter, config, divided_by)}.json" if cache else None
    texts = _read(path, len(z)) if path else None
    if texts is None:
        texts = drafts(
            drafter,
            z,
            known,
            config.each,
            config.seed,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        if len(texts) < len(z):
            raise InterruptedError
        if path:
            write_atomically(path, json.dumps(texts).encode())
    return Labelled(z, known, texts)


def _name(drafter: Drafting, config: ValueConfig, split_seed: int) -> str:
    """Return what drafts are kept under: all that decides which z they are written from."""
    name = f"drafts-{drafter.weights_hash[:16]}-{config.songs}-{config.each}-{config.seed}"
    other = "" if split_seed == config.seed else f"-{split_seed}"
    return name + other + division(drafter.prior)


def _read(path: Path, count: int) -> list[list[str]] | None:
    try:
        texts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return texts if isinstance(texts, list) and len(texts) == count else None
