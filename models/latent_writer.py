"""What writers with a latent space share: where z comes from, and what becomes of each row."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from models.conditions import condition_space
from models.guards import TrainingText
from models.prior import LatentPrior
from models.reading import template_of
from models.rows import MAX_TOKENS, Attempt, Row, Vocabulary
from models.sampling import generator
from models.tokenizer import EOS
from models.units import Tokenizer
from models.writer import (
    TEMPERATURE,
    Conditions,
    Sampling,
    Steering,
    Vector,
    WriterEvent,
)
from models.writing import DEVIATION, Slots, heeding, judge, names_of, write_rows


class LatentRows(ABC):
    """Writes rows from z. Attempts are decoded in blocks; a slot that falls free is
    taken by the next attempt at once, and where there are fewer rows than slots, the rest may make
    attempts ahead.
    """

    candidates: int
    temperature: float = TEMPERATURE
    deviation: float = DEVIATION
    """About how far the scores of drafts lie apart."""
    tokenizer: Tokenizer
    _vocabulary: Vocabulary
    _prior: LatentPrior
    _training: TrainingText

    @abstractmethod
    def _block(self, conditions: Conditions) -> Slots:
        """Return empty slots for texts about a song."""

    def known(self, conditions: Conditions) -> Vector:
        """Return the condition vector, (width,)."""
        return condition_space().encode(conditions.genres, conditions.features)

    def _batchable(
        self, texts: Sequence[str], conditions: Sequence[Conditions]
    ) -> tuple[list[list[int]], Vector]:
        pairs = list(zip(texts, conditions, strict=True))
        tokens = [template_of(self.tokenizer, text, song)[0] or [EOS] for text, song in pairs]
        known = [self.known(song) for _, song in pairs]
        return tokens, np.stack(known) if known else np.zeros(
            (0, condition_space().width), np.float32
        )

    def write(
        self,
        conditions: Conditions,
        n: int,
        seed: int,
        *,
        first_row: int = 0,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
        steering: Steering | None = None,
    ) -> Iterator[WriterEvent]:
        """Write rows `first_row` … of a request; see `models.writer.Writer`."""
        known = self.known(conditions)
        prior = self._prior.given(known)

        def attempt(row: int, number: int) -> Attempt:
            rng = generator(seed, row, number)
            z = prior.draw(rng)
            return self._attempt(steering(z, known) if steering else z, rng)

        rows = range(first_row, first_row + n)
        return self._run(rows, attempt, conditions, sampling, self.candidates)

    def decode(
        self,
        z: Vector,
        conditions: Conditions,
        seed: int,
        *,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    ) -> Iterator[WriterEvent]:
        """Write one text from each row of `z`, shape (n, latent)."""

        def attempt(row: int, number: int) -> Attempt:
            return self._attempt(np.asarray(z[row], np.float32), generator(seed, row, number))

        return self._run(range(len(z)), attempt, conditions, sampling, 1)

    def _run(
        self,
        numbers: range,
        attempt: Callable[[int, int], Attempt],
        conditions: Conditions,
        sampling: Sampling,
        candidates: int,
    ) -> Iterator[WriterEvent]:
        """Write until every row has its text."""
        names, candidates = names_of(conditions), sampling.candidates or candidates
        sampling = sampling.at(self.temperature)
        judge = partial(self._judge, known=self.known(conditions))
        heedful = heeding(sampling.said, judge, self.deviation)
        rows = (
            Row(n, partial(attempt, n), self._vocabulary, names, candidates, heedful)
            for n in numbers
        )
        return write_rows(rows, self._block(conditions), self._vocabulary, sampling)

    def _attempt(self, z: Vector, rng: np.random.Generator) -> Attempt:
        uniforms = rng.random(MAX_TOKENS, dtype=np.float32)
        return Attempt(z, uniforms, self._vocabulary.spelling.start)

    def _judge(self, attempt: Attempt, known: Vector) -> None:
        """Judge an attempt at a text about a song, `known` (width,); see `models.writing.judge`."""
        judge(attempt, self._training)
