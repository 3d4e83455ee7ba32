"""The loop that all writers share: rows take turns in the slots of a block, step by step."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from models.corpus.cleaning import words_of
from models.guards import TrainingText, faults, to_last_end
from models.rows import Attempt, Row, Vocabulary
from models.said import Said
from models.sampling import generator
from models.tokenizer import ARTIST, TITLE
from models.writer import Conditions, SampleEvent, Sampling, TokenEvent, WriterEvent

BLOCK = 16
"""Slots of a block, where its writer has no reason for more."""
DEVIATION = 0.2
"""About how far the likelihoods of drafts lie apart, in nats a token."""


class Slots(Protocol):
    """Attempts in the making, each in one of `size` slots.

    `ahead` tells whether slots that are not needed make attempts ahead: where every step takes
    all slots, they cost nothing.
    """

    ahead: bool
    size: int

    def put(self, slot: int, attempt: Attempt) -> None:
        """Begin an attempt in a slot."""
        ...

    def step(
        self, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary, sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one token in every living slot; return tokens and log-probabilities by slot.

        `living` are the slots in use with their attempts.
        """
        ...


def names_of(conditions: Conditions) -> dict[int, str | None]:
    """Return what fills each placeholder's token; None where nothing does."""
    return {ARTIST: conditions.artist or None, TITLE: conditions.title or None}


def plain_attempt(seed: int, row: int, number: int, vocabulary: Vocabulary) -> Attempt:
    """Return an attempt of a model without a latent space."""
    uniforms = generator(seed, row, number).random(vocabulary.most, dtype=np.float32)
    return Attempt(np.zeros(0, np.float32), uniforms, vocabulary.spelling.start)


def judge(attempt: Attempt, training: TrainingText) -> None:
    """Give up an attempt that is copying; give one that is over its faults and score."""
    template = attempt.template
    if not attempt.over and training.copying(words_of(template)[:-1]):
        attempt.given_up = True
    if attempt.over:
        attempt.faults = faults(template, attempt.ended, training)
        likely = float(np.mean(attempt.logprobs))
        attempt.score = likely if attempt.promise is None else attempt.promise


def heeding(
    said: Said | None, judge: Callable[[Attempt], None], deviation: float = DEVIATION
) -> Callable[[Attempt], None]:
    """Return what judges attempts as `judge` does, but takes off for what was said before.

    `deviation` is about how far the scores of drafts lie apart. Names are placeholders here:
    they are to be said again.
    """
    if said is None:
        return judge

    def judged(attempt: Attempt) -> None:
        judge(attempt)
        if attempt.over:
            attempt.score -= deviation * said(attempt.template)

    return judged


def write_rows(
    rows: Iterable[Row], block: Slots, vocabulary: Vocabulary, sampling: Sampling
) -> Iterator[WriterEvent]:
    """Step the block until every row has its text; yield after each step.

    A slot that falls free is taken by the next attempt at once, and where there are fewer rows
    than slots, the rest make attempts ahead if the block is for it.
    """
    waiting = deque(rows)
    slots: list[tuple[Row, Attempt] | None] = [None] * block.size
    writing: list[Row] = []
    while writing or waiting:
        for slot in (slot for slot, busy in enumerate(slots) if busy is None):
            row = _next(writing, waiting, ahead=block.ahead)
            if row is None:
                break
            attempt = row.begin()
            slots[slot] = (row, attempt)
            block.put(slot, attempt)
        living = [(slot, *busy) for slot, busy in enumerate(slots) if busy]
        attempts = [(slot, attempt) for slot, _, attempt in living]
        tokens, logprobs = block.step(attempts, vocabulary, sampling)
        for slot, row, attempt in living:
            row.add(attempt, tokens[slot], logprobs[slot])
            if attempt.over:
                slots[slot] = None
        yield TokenEvent(tuple((row.number, row.text()) for row in writing))
        done = [(row, outcome) for row in writing if (outcome := row.outcome())]
        for row, outcome in done:
            writing.remove(row)
            slots = [None if busy and busy[0] is row else busy for busy in slots]
            yield _sample(row, outcome, sampling)


def _next(writing: list[Row], waiting: deque[Row], *, ahead: bool) -> Row | None:
    """Choose the row that gets a free slot: one that is short of attempts, else the next one
    waiting, else, if attempts are made ahead, the one with the fewest so far."""
    short = next((row for row in writing if row.short), None)
    if short is None and waiting:
        short = waiting.popleft()
        short.started = time.perf_counter()
        writing.append(short)
    if short is None and ahead:
        short = min((r for r in writing if r.open), key=lambda r: len(r.attempts), default=None)
    return short


def _sample(row: Row, attempt: Attempt, sampling: Sampling) -> SampleEvent:
    return SampleEvent(
        row=row.number,
        text=attempt.text if attempt.ended else to_last_end(attempt.text),
        tokens=len(attempt.tokens),
        seconds=time.perf_counter() - row.started,
        z=attempt.z if attempt.z.size else None,
        logprobs=np.array(attempt.logprobs, np.float32),
        temperature=sampling.heat,
    )
