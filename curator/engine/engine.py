"""The engine as the desk sees it: what it can be asked, and what it answers."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from curator.domain.records import Arm, Song
from curator.engine.exchange import Restarted
from curator.engine.messages import (
    Progress,
    Ready,
    Tokens,
    Trained,
    Written,
)
from curator.engine.supervisor import State

Event = Tokens | Written | Restarted
"""What is told while a job is written."""
Surprise = list[tuple[str, float]]
"""Pieces of a text with their surprisal in nats."""
Shares = list[tuple[str, dict[str, float]]]
"""Pieces of a text with condition → nats: above zero where it made the piece likelier."""


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Rows `first_row` … `first_row + n - 1` of a request with this seed.

    An id is never used twice, not even for the rest of the same request. `arms`, one a row, are
    as `Generate` says, with what was learnt in the folder `learned`. `said` are texts that are not
    to be repeated.
    """

    id: str
    song: Song
    n: int
    seed: int
    first_row: int = 0
    temperature: float | None = None
    top_p: float = 0.9
    arms: tuple[Arm, ...] = ()
    learned: str = ""
    drafts: int = 1
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainJob:
    """Learn from a file of ratings into a folder; see `protocol.Train`."""

    ratings: Path
    folder: Path
    seed: int
    current: Path | None = None
    cache: Path | None = None
    topics: str = ""
    wanted: Mapping[int, float] = field(default_factory=dict)
    share: float = 0.0


class Trainer(Protocol):
    """An engine of its own for a training, so that writing goes on meanwhile."""

    async def start(self) -> None:
        """Begin to load the model, and return at once."""
        ...

    def train(self, job: TrainJob) -> AsyncGenerator[Progress | Trained, None]:
        """Train; closing the iterator stops it. Raises `EngineError`, `EngineCancelled`."""
        ...

    async def close(self) -> None:
        """End the engine; safe to call twice."""
        ...


class Engine(Protocol):
    """What the desk needs of an engine."""

    on_state: Callable[[], None] | None
    """Called when `state` has changed."""

    @property
    def state(self) -> State:
        """What the engine is doing."""
        ...

    @property
    def info(self) -> Ready | None:
        """The model that is loaded, None before there was one."""
        ...

    @property
    def error(self) -> str:
        """Why the state is failed, else empty."""
        ...

    async def start(self) -> None:
        """Begin to load the model, and return at once."""
        ...

    def write(self, job: WriteJob) -> AsyncGenerator[Event, None]:
        """Write a job; closing the iterator stops it. Raises `EngineError`, `EngineCancelled`."""
        ...

    def decode(
        self,
        z: Sequence[str],
        song: Song,
        *,
        seed: int,
        temperature: float | None = None,
        top_p: float = 0.9,
    ) -> AsyncGenerator[Event, None]:
        """Write one text from each z (base64 float32), as `write` does; row i is that of z[i]."""
        ...

    async def encode(self, text: str, song: Song) -> str:
        """Return the z of a text, base64 float32. Raises as `write` does."""
        ...

    async def surprisal(self, text: str, song: Song) -> Surprise:
        """Return the pieces of a text with their surprisal in nats. Raises as `write` does."""
        ...

    async def contributions(self, text: str, song: Song, *, z: str | None = None) -> Shares:
        """Return what each condition added to each piece, in nats. Raises as `write` does.

        `z` (base64 float32) is the one that the text was written from, where that is known.
        """
        ...

    async def close(self) -> None:
        """End the engine; safe to call twice."""
        ...
