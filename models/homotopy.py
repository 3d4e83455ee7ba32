"""From one sentence to another through the latent space, and a sentence to itself.

The homotopy of Bowman et al. 2016, "Generating Sentences from a Continuous Space": both ends are
encoded, and every point of the path between them is decoded.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from models.corpus.cleaning import words_of
from models.evaluate.bleu import bleu
from models.writer import Conditions, LatentWriter, SampleEvent, Sampling, Vector

GREEDY = Sampling(temperature=1.0, top_p=1e-9, candidates=1)
"""The likeliest token at each step: nothing is left of the distribution but its head."""

Path = Literal["spherical", "linear"]


def between(one: Vector, other: Vector, at: float, path: Path = "spherical") -> Vector:
    """Return the point `at` (0 to 1) of the way from z `one` to z `other`, each (latent,).

    The spherical path (Shoemake 1985) keeps the length that draws from a normal distribution have
    in many dimensions; a straight one cuts through the middle, where there are no texts. Where
    the ends point the same way or opposite ways, there is no arc and the straight one is taken.
    """
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    cosine = float(one @ other) / lengths if lengths else 1.0
    if at in (0.0, 1.0) or path == "linear" or abs(cosine) > 0.9999:
        return np.asarray((1 - at) * one + at * other, np.float32)
    angle = np.arccos(cosine)
    near, far = np.sin((1 - at) * angle), np.sin(at * angle)
    return np.asarray((near * one + far * other) / np.sin(angle), np.float32)


def walk(
    writer: LatentWriter,
    start: str,
    end: str,
    conditions: Conditions,
    steps: int = 7,
    seed: int = 0,
    *,
    path: Path = "spherical",
    sampling: Sampling = GREEDY,
) -> Iterator[tuple[float, str]]:
    """Yield (t, text) for `steps` points, t from 0 to 1, as they are decoded.

    Every point is decoded with the same random numbers, so that what changes along the way is z
    alone. The ends are what the model makes of the two sentences, not the sentences. Raises
    ValueError for fewer than two points.
    """
    if steps < 2:
        raise ValueError("a walk has at least two points")
    one, other = (writer.encode(text, conditions) for text in (start, end))
    for step in range(steps):
        at = step / (steps - 1)
        z = between(one, other, at, path)
        yield at, _decoded(writer, z, conditions, seed, sampling)


def reconstruct(
    writer: LatentWriter,
    text: str,
    conditions: Conditions,
    seed: int = 0,
    *,
    sampling: Sampling = GREEDY,
) -> str:
    """Return what the model makes of a text: encoded to its posterior's mean, and decoded."""
    return _decoded(writer, writer.encode(text, conditions), conditions, seed, sampling)


def reconstructions(
    writer: LatentWriter,
    texts: Sequence[str],
    conditions: Sequence[Conditions],
    *,
    seed: int = 0,
    on_text: Callable[[], None] = lambda: None,
) -> list[str]:
    """Reconstruct each text under the conditions of its own song."""
    made = []
    for text, known in zip(texts, conditions, strict=True):
        made.append(reconstruct(writer, text, known, seed))
        on_text()
    return made


def reconstruction_bleu(texts: Sequence[str], made: Sequence[str]) -> float:
    """Return corpus BLEU-4 of reconstructions against their texts, over words in lower case."""
    return bleu([words_of(text) for text in made], [[words_of(text)] for text in texts])


def _decoded(
    writer: LatentWriter, z: Vector, conditions: Conditions, seed: int, sampling: Sampling
) -> str:
    events = writer.decode(z[None], conditions, seed, sampling=sampling)
    return next(event.text for event in events if isinstance(event, SampleEvent))
