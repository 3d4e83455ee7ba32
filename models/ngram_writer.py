"""The character n-gram as a writer."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.checkpoint import Checkpoint, CheckpointError
from models.ngram import Counts, Ngram, NgramConfig
from models.reading import surprisals, template_of
from models.rows import Attempt, Row, Vocabulary
from models.tokenizer import BOS
from models.units import CharTokenizer
from models.writer import (
    Conditions,
    Sampling,
    Steering,
    TokenSurprisal,
    WriterEvent,
)
from models.writing import BLOCK, heeding, names_of, plain_attempt, write_rows


class NgramWriter:
    """A `Writer` on an `Ngram`. It knows nothing of the song, and has no latent space.

    Nothing is done for the quality of what it writes, so that it shows what an n-gram is: drawn
    anew are only texts that do not end, or cannot go on since nothing but a name would follow
    and none was given. `candidates` is 1 where none are asked for.
    """

    def __init__(self, checkpoint: Checkpoint, name: str, device: str | None = None) -> None:
        """Raises CheckpointError if the checkpoint is no n-gram's."""
        if checkpoint.kind != "ngram":
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind}, not an ngram")
        if not isinstance(checkpoint.tokenizer, CharTokenizer):
            raise CheckpointError(f"{checkpoint.folder} does not count in characters")
        self.name, self.device = name, "cpu"
        self.weights_hash = checkpoint.weights_hash
        self.kin: tuple[str, ...] = (self.weights_hash,)
        self.tokenizer = checkpoint.tokenizer
        try:
            order = NgramConfig(**checkpoint.config).order
            self.model = Ngram.from_tensors(order, self.tokenizer, checkpoint.tensors)
        except (TypeError, KeyError, ValueError) as error:
            raise CheckpointError(f"{checkpoint.folder} is damaged: {error}") from None
        self._vocabulary = Vocabulary(self.tokenizer, list(range(len(self.tokenizer))))

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
        """Write rows `first_row` … of a request; see `models.writer.Writer`.

        Of the conditions only the names are used, and there is no z to steer.
        """
        vocabulary, names = self._vocabulary, names_of(conditions)
        judge = heeding(sampling.said, _judge)

        def attempt(row: int, number: int) -> Attempt:
            return plain_attempt(seed, row, number, vocabulary)

        rows = (
            Row(row, partial(attempt, row), vocabulary, names, sampling.candidates or 1, judge)
            for row in range(first_row, first_row + n)
        )
        return write_rows(rows, _NgramSlots(self.model), vocabulary, sampling)

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        """Return how unexpected each character of `text` is: infinite where it was never seen."""
        tokens, pieces = template_of(self.tokenizer, text, conditions)
        return surprisals(pieces, self.model.costs(tokens)[:-1])


def _judge(attempt: Attempt) -> None:
    if attempt.over:
        attempt.score = float(np.mean(attempt.logprobs))
        dead_end = attempt.score == -math.inf
        attempt.faults = float(not attempt.ended or dead_end or not attempt.template.strip())


class _NgramSlots:
    """Attempts in the making, each going its own way through the text."""

    ahead = False
    size = BLOCK

    def __init__(self, model: Ngram) -> None:
        self._model = model

    def put(self, slot: int, attempt: Attempt) -> None:
        """Begin an attempt: all that is to be known of it, it knows itself."""

    def step(
        self, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary, sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one symbol in every slot; a dead end is an end of probability zero."""
        tokens, logprobs = [vocabulary.end] * BLOCK, [-math.inf] * BLOCK
        for slot, attempt in living:
            found = self._model.followers([BOS, *attempt.tokens])
            counts = found.counts.copy()
            for token in attempt.banned:
                counts[found.tokens == token] = 0
            if counts.any():
                uniform = float(attempt.uniforms[len(attempt.tokens)])
                place = draw_counts(counts, uniform, sampling)
                tokens[slot] = int(found.tokens[place])
                logprobs[slot] = _logprob(found, place)
        return tokens, logprobs


def _logprob(found: Counts, place: int) -> float:
    return math.log(float(found.counts[place]) / float(found.counts.sum()))


def draw_counts(counts: NDArray[np.int64], uniform: float, sampling: Sampling) -> int:
    """Return the place of a symbol drawn in proportion to counts (S,), not all of them zero.

    `uniform` in [0, 1) decides. Temperature 1/τ is a power of the counts; of the symbols in
    falling order of counts the nucleus is kept, whose mass just reaches `top_p`.
    """
    order = np.argsort(-counts, kind="stable")
    with np.errstate(divide="ignore"):
        logs = np.log(counts[order]) / sampling.heat
    mass = np.exp(logs - logs[0])
    mass /= mass.sum()
    above = mass.cumsum()
    mass *= above - mass < sampling.top_p
    above = mass.cumsum()
    place = int(np.searchsorted(above, uniform * above[-1], side="right"))
    # Rounding can put the uniform at the very end; the last kept symbol is meant.
    return int(order[min(place, int(mass.nonzero()[0][-1]))])
