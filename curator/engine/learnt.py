"""What was learnt from a curator, at work: rows that are steered, reranked, or left as they are.

A control row is the text that the request would have got before anything was learnt. A best-of
row is the best by the learnt reward of several drafts, a steered row the same of drafts whose z
the learnt generator moved, where worn is what such drafts have worn: both cost as many texts, so
that their approvals compare.

A writer may choose by itself among many candidates for each text. For a draft it does so among
fewer: no row is to cost more than `MOST` texts, or the curator would wait for them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curator.engine.asked import sampling_of
from curator.engine.messages import Generate
from models.learning import (
    LearnError,
    RewardHead,
    TasteSteering,
    load_generator,
    load_reward,
)
from models.learning.features import template
from models.said import Said
from models.writer import Conditions, SampleEvent, TokenEvent, Vector, Writer, reads

MOST = 40
"""Texts that are wanted for a row at most."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A finished row: its text, how it came about, and what the reward expects of it."""

    event: SampleEvent
    arm: str
    expected: float
    drafts: int


class Learnt:
    """A reward and, if there is one, a generator, read from a folder for a writer."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        """Raises LearnError where the folder is missing, damaged or for another writer."""
        self._writer = writer
        self._candidates = writer.candidates if reads(writer) else 1
        self._reward: RewardHead = load_reward(folder, writer)
        self._generator: TasteSteering | None = None
        with suppress(LearnError):  # the folder is whole, as the reward was read: there is none
            self._generator = load_generator(folder)

    def write(self, request: Generate, conditions: Conditions) -> Iterator[Chosen | None]:
        """Write the request's rows, each in its arm; None at each step, to look up between them."""
        sampling = sampling_of(request)
        for row, arm in enumerate(request.arms, request.first_row):
            if arm == "control":
                seed, first, n, steering = request.seed, row, 1, None
                candidates = None  # as it always was
            else:
                seed, first, n = draft_seed(request.seed, row), 0, request.drafts
                candidates = max(1, min(self._candidates, MOST // n))
                steering = self._generator if arm == "steered" else None
            used = "best-of" if arm == "steered" and steering is None else arm
            drafts = []
            for event in self._writer.write(
                conditions,
                n,
                seed,
                first_row=first,
                sampling=replace(sampling, candidates=candidates),
                steering=steering,
            ):
                if isinstance(event, TokenEvent):
                    yield None
                else:
                    drafts.append(event)
            drafts.sort(key=lambda event: event.row)
            texts, about = [d.text for d in drafts], [conditions] * len(drafts)
            scores = self._reward.among(steering).score(texts, about)
            repeated = _repeated([template(text, conditions) for text in texts], sampling.said)
            best = int((scores - repeated * scores.std()).argmax())
            expected = scores[best]
            if steering is not None:  # what is expected is by one measure in every arm
                (expected,) = self._reward.score([texts[best]], [conditions])
            chosen = replace(drafts[best], row=row)
            yield Chosen(chosen, used, float(expected), len(drafts))


def _repeated(texts: Sequence[str], said: Said | None) -> Vector:
    """Return how much of each text was said before, (N,). Names are placeholders here: they are to
    be said again."""
    return np.array([said(text) if said else 0.0 for text in texts], np.float32)


def draft_seed(seed: int, row: int) -> int:
    """Return the seed of a row's drafts, the same whether they are steered or not."""
    return int.from_bytes(hashlib.sha256(f"{seed} drafts of {row}".encode()).digest()[:4]) >> 1
