"""Learning from the curator, at the desk: train, compare, promote, roll back.

A training runs in a worker of its own, so that the desk writes and judges meanwhile. What is
promoted decides how the next batches are written (`writing.py`).
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from curator.config import Settings
from curator.desk.changes import LearningChanged, Noticed
from curator.desk.ledger import Ledger, new_id
from curator.desk.survey import Survey, survey
from curator.desk.training import Order, learned_folder, next_name, train
from curator.domain.arms import DRAFTS
from curator.domain.finding import for_model
from curator.domain.records import Arm, Scalar, Song
from curator.domain.steps import VersionStep, VersionStepKind
from curator.domain.versions import (
    Use,
    Version,
    Versions,
    against_generator,
    against_reward,
    rival,
)
from curator.engine.errors import EngineCancelled, EngineError

if TYPE_CHECKING:
    from curator.engine.client import Engine, Trainer
    from curator.engine.messages import Progress

LEAST_LABELS = 20
"""From how many labels on a training is worth its while."""
_SETTLING = 2.0
"""Seconds that a look waits at most for what is on its way to the disk."""
COMPARED_SONGS, COMPARED_ROWS, COMPARED_SEED = 3, 2, 1


def too_few(labels: int) -> str:
    """Return why so many labels are too few to train on; nothing where they are enough."""
    if labels >= LEAST_LABELS:
        return ""
    there = f"{labels} label" + ("" if labels == 1 else "s")
    return f"{there} so far; learning begins at {LEAST_LABELS}"


def held_against(use: Use | None) -> str | None:
    """Return the version in use that a new one is to be compared with, if its generator writes."""
    return use.version.name if use is not None and use.generator else None


class NotPromoted(Exception):
    """A version that may not be promoted just so; `reasons` say why."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is in use, as the writing needs it."""

    version: str
    folder: Path
    generator: bool


@dataclass(frozen=True, slots=True)
class Running:
    """A training that runs: the last that was heard of it."""

    version: str
    labels: int
    progress: "Progress | None" = None


@dataclass(frozen=True, slots=True)
class Side:
    """A text of a comparison, and what the version's reward expects of it, if that was asked."""

    text: str
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same song and seed, before and after.

    What is expected of the text before is another reward's word, or nobody's: it can't be held
    against the other.
    """

    song: Song
    before: str
    after: Side


class Learning:
    """The versions, the training, and what there is to learn from."""

    def __init__(
        self,
        ledger: Ledger,
        engine: "Engine",
        settings: Settings,
        home: Path,
        trainer: "Callable[[], Trainer] | None" = None,
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._settings = settings
        self._home = home
        self._trainer = trainer
        self._task: asyncio.Task[None] | None = None
        self.versions = Versions()
        self.survey = Survey()
        self.looked = False
        """Whether `survey` was made in this sitting."""
        self.running: Running | None = None
        self.error = ""
        """Why the last training failed."""

    def begin(self) -> None:
        """Read what is stored."""
        self.versions = Versions(self._ledger.store.versions() if self._ledger.store else ())

    async def close(self) -> None:
        """Stop a training that runs; nothing is left of it."""
        await self.cancel()

    # What is known

    @property
    def in_use(self) -> Use | None:
        """What is in use."""
        return self.versions.in_use

    def learnt(self) -> Learnt | None:
        """Return what is in use, for the writing."""
        use = self.versions.in_use
        if use is None:
            return None
        folder = learned_folder(self._home) / use.version.name
        return Learnt(use.version.name, folder, use.generator)

    async def look(self) -> None:
        """Look through the labels anew, beside the keys."""
        store, keeper = self._ledger.store, self._ledger.keeper
        if store is None:
            return
        if keeper is not None:
            await keeper.settled(_SETTLING)
        self.survey = await asyncio.to_thread(survey, store)
        self.looked = True
        self._ledger.tell(LearningChanged())

    def new_labels(self) -> int:
        """How many labels there are more than the newest version was trained on."""
        newest = self.versions.newest()
        return len(self.survey.labels) - (newest.labels if newest else 0)

    def against(self, version: Version, *, generator: bool) -> list[str]:
        """Return what speaks against promoting a version, with its generator or without."""
        weights = self._engine.info.kin[0] if self._engine.info else None
        found = (
            against_generator(version, self.versions.in_use, weights)
            if generator
            else against_reward(version, weights)
        )
        if weights is None:
            found.insert(0, "no model is loaded yet: whether it is for this one can't be told")
        return found

    # Training

    def train(self, seed: int | None = None) -> None:
        """Begin to train a new version on all labels; `LearningChanged` tells how it goes."""
        if self._task is None and self._trainer is not None:
            self.error = ""
            self.running = Running(next_name(self._home, self.versions), 0)
            self._task = asyncio.create_task(self._train(seed), name="training")
            self._ledger.tell(LearningChanged())

    async def cancel(self) -> bool:
        """Stop the training; whether one ran."""
        task = self._task
        if task is None:
            return False
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if self._task is task:  # it had not begun, and so never came to its end
            self._task = self.running = None
            self._ledger.tell(LearningChanged())
        return True

    async def _train(self, seed: int | None) -> None:
        try:
            await self.look()
            labels = self.survey.labels
            if few := too_few(len(labels)):
                raise EngineError(few)
            running = self.running = Running(next_name(self._home, self.versions), len(labels))
            number = len(self.versions.all()) + 1
            order = Order(
                running.version,
                labels,
                self._settings.model,
                number if seed is None else seed,
                held_against(self.in_use),
                self._settings.wish,
            )
            assert self._trainer is not None
            trainer = await asyncio.to_thread(self._trainer)
            data = await train(
                self._home, order, trainer, self._settings.model_sources, self._got_on
            )
            self._record("trained", running.version, **data)
            self._ledger.tell(Noticed(f"{running.version} is trained"))
        except EngineCancelled:
            pass
        except (EngineError, OSError) as error:
            self.error = str(error)
            self._ledger.tell(Noticed(f"Nothing was learnt: {error}", "error"))
        finally:
            self._task = self.running = None
            self._ledger.tell(LearningChanged())

    def _got_on(self, progress: "Progress") -> None:
        if self.running is not None:
            self.running = Running(self.running.version, self.running.labels, progress)
            self._ledger.tell(LearningChanged())

    # What is in use

    def promote(self, version: Version, *, generator: bool, insist: bool = False) -> None:
        """Write with a version from now on. Raises `NotPromoted` unless it is good or insisted.

        A version that has no generator is in use without one, whatever is asked.
        """
        reasons = self.against(version, generator=generator)
        if reasons and not insist:
            raise NotPromoted(reasons)
        steers = generator and version.figures.generator
        self._record("promoted", version.name, generator=steers, insisted=bool(reasons))
        self._ledger.tell(LearningChanged())

    def roll_back(self) -> Use | None:
        """Go back to what was in use before; return what was given up, None if nothing was."""
        use = self.versions.in_use
        if use is not None:
            self._record("rolled_back", use.version.name)
            self._ledger.tell(LearningChanged())
        return use

    def _record(self, kind: VersionStepKind, version: str, **data: Scalar) -> None:
        at, curator = self._ledger.stamp(), self._settings.curator
        step = VersionStep(new_id(), at, curator, version, kind, data)
        self.versions.apply(step)
        self._ledger.add(step)

    # Before and after

    async def compare(self, version: Version) -> list[Pair]:
        """Have the same songs and seeds written without and with a version.

        Before is what is in use, unless that is the version itself or for another model; else the
        model alone. The songs are those judged last. Raises `EngineError`, `EngineCancelled`.
        """
        if not self.looked:
            await self.look()
        base = rival(version, self.versions.in_use)
        pairs: list[Pair] = []
        for song in self._songs():
            before = await self._written(song, base.version if base else None,
                                         bool(base and base.generator))  # fmt: skip
            after = await self._written(song, version, version.figures.generator)
            pairs += [Pair(song, a.text, b) for a, b in zip(before, after, strict=False)]
        return pairs

    def _songs(self) -> list[Song]:
        songs: dict[tuple[str | None, str | None], Song] = {}
        for label in reversed(self.survey.labels):
            songs.setdefault((label.song.artist, label.song.title), label.song)
            if len(songs) == COMPARED_SONGS:
                break
        sources = self._settings.model_sources
        return [for_model(song, sources) for song in songs.values()] or [Song()]

    async def _written(self, song: Song, version: Version | None, generator: bool) -> list[Side]:
        from curator.engine.client import WriteJob
        from curator.engine.messages import Written

        arm: Arm = "steered" if generator else "best-of"
        job = WriteJob(
            id=new_id(),
            song=song,
            n=COMPARED_ROWS,
            seed=COMPARED_SEED,
            temperature=self._settings.temperature,
            top_p=self._settings.top_p,
            arms=(arm,) * COMPARED_ROWS if version else (),
            learned=str(learned_folder(self._home) / version.name) if version else "",
            drafts=DRAFTS if version else 1,
        )
        found: dict[int, Side] = {}
        async with aclosing(self._engine.write(job)) as events:
            async for event in events:
                if isinstance(event, Written):
                    if job.arms and not event.arm:
                        raise EngineError(f"{Path(job.learned).name} can't be used with this model")
                    found[event.row] = Side(event.text, event.expected)
        return [found[row] for row in sorted(found)]
