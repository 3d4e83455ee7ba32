"""The samples of a request as cards: judgement, length, warnings, whether it is on disk."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from curator.config import Settings
from curator.desk.changes import CardsChanged
from curator.desk.ledger import Ledger
from curator.desk.likeness import Past, Siblings
from curator.desk.writing import Writing, seed_of
from curator.domain.records import Sample, Song
from curator.domain.session import Judgement
from curator.domain.tweet_text import Weighed, weigh
from curator.domain.warnings import WordList, offensive

_REMEMBERED = 2000
_BREATH = 0.005
"""Seconds between two texts, so that a key never waits for more than one of them."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another text that reads much the same: a sibling's number, or None for a past post."""

    sibling: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Card:
    """A sample with all that is to be said of it before the decision.

    `number` counts from 1 in the order of the rows, those still to be written included, so that
    a card keeps its place while its siblings come in. `stale` says that it was written for
    another artist or title than the request has now.
    """

    number: int
    sample: Sample
    judgement: Judgement
    text: str
    length: Weighed
    like: tuple[Likeness, ...]
    offensive: tuple[str, ...]
    saved: bool
    stale: bool


class Cards:
    """Makes cards, and remembers the costly part of each."""

    def __init__(
        self, ledger: Ledger, writing: Writing, settings: Settings, words: WordList
    ) -> None:
        self._ledger = ledger
        self._writing = writing
        self._past = Past(settings.similar)
        self._siblings = Siblings(settings.similar)
        self._words = words
        self._wanted: list[str] = []
        self._work: asyncio.Task[None] | None = None
        self.weigh = lru_cache(_REMEMBERED)(weigh)
        self.offensive = lru_cache(_REMEMBERED)(self._offensive)
        ledger.watch(self._touched)

    def begin(self) -> None:
        """Read the texts that were approved in earlier sittings."""
        for sample_id, text in self._ledger.approved_texts():
            self._past.put(sample_id, text)
        self._past.warm_up()

    def prepare(self, request_ids: Iterable[str]) -> None:
        """Find what is costly about the cards of these requests, between other work.

        `CardsChanged` is told for those that had anything left to find.
        """
        self._wanted = list(request_ids)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._prepare(), name="prepare cards")

    async def _prepare(self) -> None:
        while self._wanted:
            request_id = self._wanted.pop(0)
            found = False
            for sample in self._ledger.samples(request_id):
                text = self._ledger.session.judgement(sample.id).text or sample.text
                if not self._past.knows(text):
                    self._past.like(text)
                    found = True
                    await asyncio.sleep(_BREATH)
            if found:
                self._ledger.tell(CardsChanged(request_id))

    async def close(self) -> None:
        """Prepare no more."""
        if self._work is not None:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work

    def _offensive(self, text: str) -> tuple[str, ...]:
        return tuple(offensive(text, self._words))

    def _touched(self, request_id: str) -> None:
        session = self._ledger.session
        if not session.is_touched(request_id):
            return
        for sample in self._ledger.samples(request_id):
            approved = session.is_approved(sample.id)
            text = session.judgement(sample.id).text or sample.text
            self._past.put(sample.id, text if approved else None)

    def of(self, request_id: str) -> list[Card]:
        """Return the cards of a request: imported samples, its own rows, what was added later."""
        samples = self._in_order(request_id)
        session, keeper = self._ledger.session, self._ledger.keeper
        judgements = [session.judgement(sample.id) for _, sample in samples]
        texts = [j.text or s.text for (_, s), j in zip(samples, judgements, strict=True)]
        song = self._ledger.song(request_id)
        return [
            Card(
                number=number,
                sample=sample,
                judgement=judgements[n],
                text=texts[n],
                length=self.weigh(texts[n]),
                like=self._like(samples, texts, n),
                offensive=self.offensive(texts[n]),
                saved=keeper is not None and not keeper.holds(sample.id),
                stale=_other_song(sample.song, song) and sample.model != "imported",
            )
            for n, (number, sample) in enumerate(samples)
        ]

    def growing(self, request_id: str) -> dict[int, str]:
        """Return what is still to be written, by card number; empty texts have not begun."""
        before, own, _ = self._parts(request_id)
        written = {sample.row for sample in own}
        texts = self._writing.growing if self._writing.current == request_id else {}
        return {
            len(before) + place: texts.get(row, "")
            for place, row in enumerate(self._writing.rows(request_id), 1)
            if row not in written
        }

    def _in_order(self, request_id: str) -> list[tuple[int, Sample]]:
        """Return the samples with their numbers."""
        before, own, later = self._parts(request_id)
        place = {row: n for n, row in enumerate(self._writing.rows(request_id), 1)}
        behind = len(before) + len(place)
        return [
            *enumerate(before, 1),
            *((len(before) + place[sample.row], sample) for sample in own),
            *enumerate(later, behind + 1),
        ]

    def _parts(self, request_id: str) -> tuple[list[Sample], list[Sample], list[Sample]]:
        """Return what was there before the request's own rows, those, and what was added later."""
        samples = self._ledger.samples(request_id)
        first = next((n for n, s in enumerate(samples) if _own(s, request_id)), len(samples))
        place = {row: n for n, row in enumerate(self._writing.rows(request_id))}
        own = sorted((s for s in samples if _own(s, request_id)), key=lambda s: place[s.row])
        return samples[:first], own, [s for s in samples[first:] if not _own(s, request_id)]

    def _like(
        self, samples: list[tuple[int, Sample]], texts: list[str], n: int
    ) -> tuple[Likeness, ...]:
        others = [(str(m), text) for m, text in enumerate(texts) if m != n]
        siblings = self._siblings.like(texts[n], others)
        here = {sample.id for _, sample in samples}
        if self._past.knows(texts[n]):
            past = [score for key, score in self._past.like(texts[n]) if key not in here]
        else:
            past = []  # `prepare` finds them in a moment
        return tuple(Likeness(samples[int(m)][0], score) for m, score in siblings) + tuple(
            Likeness(None, score) for score in past
        )


def _own(sample: Sample, request_id: str) -> bool:
    return sample.seed == seed_of(request_id)


def _other_song(written_for: Song, song: Song) -> bool:
    return (written_for.artist, written_for.title) != (song.artist, song.title)
