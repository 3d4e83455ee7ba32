"""Looking into samples: what surprised the model, what the conditions did, what lies between two.

Nothing here is judged and nothing is stored, but for a point of a walk that the curator keeps: it
becomes one more sample of the request. What the curator waits to judge is written first, so a
question to the model may have to wait; whoever asks ends that by cancelling the call.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curator.config import Settings
from curator.desk.changes import CardsChanged, QueueChanged
from curator.desk.ledger import Ledger, new_id
from curator.desk.writing import Writing, seed_of
from curator.domain.finding import for_model
from curator.domain.records import Sample, Song
from curator.domain.vectors import between

if TYPE_CHECKING:
    from curator.engine.client import Engine, Shares, Surprise
    from curator.engine.messages import Written

STEPS = 7
"""Points of a walk, both ends among them."""
TEMPERATURE = 0.2
"""Low, so that what changes along a walk is the point and not the dice."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The arc between the latent vectors of two samples of a request.

    The idea is the homotopy of Bowman et al. 2016, "Generating Sentences from a Continuous Space".
    All points are written with the same seed, as row 0, for the song of the first sample.
    """

    start: Sample
    end: Sample
    song: Song
    seed: int
    points: tuple[str, ...]

    def share(self, at: int) -> float:
        """Return how far along a point is, from 0 to 1."""
        return at / (len(self.points) - 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a point of a walk reads so far; `written` once it is complete."""

    text: str
    written: "Written | None" = None


class Exploring:
    """Asks the model about samples."""

    def __init__(
        self, ledger: Ledger, writing: Writing, engine: "Engine", settings: Settings
    ) -> None:
        self._ledger = ledger
        self._writing = writing
        self._engine = engine
        self._settings = settings
        self._changed = asyncio.Event()
        ledger.listen(lambda _: self._changed.set())

    def text(self, sample: Sample) -> str:
        """Return a sample's text as it stands, edits included."""
        return self._ledger.session.judgement(sample.id).text or sample.text

    def song(self, sample: Sample) -> Song:
        """Return what a sample was written for; the request's song where it came from a file."""
        known = sample.song.known or sample.song.genres or sample.song.features
        song = sample.song if known else self._ledger.song(sample.request_id)
        return for_model(song, self._settings.model_sources)

    def is_own(self, sample: Sample) -> bool:
        """Whether the loaded model's decoder wrote this sample, and no other one and no person."""
        info = self._engine.info
        return info is not None and bool(sample.weights) and sample.weights in info.kin

    async def surprisal(self, sample: Sample) -> "Surprise":
        """Return how unexpected each piece of a sample's text is to the loaded model.

        The conditions are those that it was written under. Raises `EngineError`,
        `EngineCancelled`, as all of these do.
        """
        await self._turn(sample.request_id)
        return await self._engine.surprisal(self.text(sample), self.song(sample))

    async def contributions(self, sample: Sample) -> "Shares":
        """Return what each condition added to each piece of a sample's text, in nats."""
        await self._turn(sample.request_id)
        z = sample.z if self._is_as_written(sample) else None
        return await self._engine.contributions(self.text(sample), self.song(sample), z=z)

    async def walk(self, start: Sample, end: Sample, steps: int = STEPS) -> Walk:
        """Find the way from one sample to another."""
        await self._turn(start.request_id)
        here, there = await self._place(start), await self._place(end)
        points = tuple(between(here, there, n / (steps - 1)) for n in range(steps))
        seed = seed_of(f"{start.id} {end.id}")
        return Walk(start, end, self.song(start), seed, points)

    async def _place(self, sample: Sample) -> str:
        """Return the z that a sample was written from; for any other text, what it encodes to."""
        if self._is_as_written(sample):
            return sample.z
        return await self._engine.encode(self.text(sample), self.song(sample))

    def _is_as_written(self, sample: Sample) -> bool:
        """Whether a sample's z is the loaded model's, and still that of its text."""
        return bool(sample.z) and self.text(sample) == sample.text and self.is_own(sample)

    async def read(self, walk: Walk, at: int) -> AsyncGenerator[Reading, None]:
        """Have a point of a walk written, and yield its text as it grows."""
        from curator.engine.messages import Tokens, Written

        await self._turn(walk.start.request_id)
        events = self._engine.decode(
            [walk.points[at]],
            walk.song,
            seed=walk.seed,
            temperature=TEMPERATURE,
            top_p=self._settings.top_p,
        )
        async with contextlib.aclosing(events):
            async for event in events:
                match event:
                    case Tokens():
                        yield Reading(event.rows.get("0", ""))
                    case Written():
                        yield Reading(event.text, event)
                    case _:  # the engine restarted
                        yield Reading("")

    def keep(self, walk: Walk, at: int, written: "Written") -> Sample:
        """Take a point of a walk over as a sample of the request, once.

        The sample has all that writes it again: the point's z, the walk's seed, row 0.
        """
        request_id, z = walk.start.request_id, walk.points[at]
        for sample in self._ledger.samples(request_id):
            if (sample.z, sample.seed, sample.text) == (z, walk.seed, written.text):
                return sample
        sample = Sample(
            id=new_id(),
            request_id=request_id,
            at=self._ledger.stamp(),
            text=written.text,
            model=written.model or self._settings.model,
            weights=written.weights,
            seed=walk.seed,
            row=written.row,
            tokens=written.tokens,
            seconds=round(written.seconds, 4),
            temperature=TEMPERATURE,
            top_p=self._settings.top_p,
            z=z,
            logprobs=written.logprobs,
            song=walk.song,
        )
        self._ledger.add(sample)
        self._ledger.tell(CardsChanged(request_id))
        self._ledger.tell(QueueChanged())
        return sample

    async def _turn(self, request_id: str) -> None:
        """Wait until all that is wanted for this request is written."""
        while self._writing.is_wanted(request_id):
            self._changed.clear()
            await self._changed.wait()
