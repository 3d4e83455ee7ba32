"""An engine that is imported when it starts: by then the first screen is painted."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curator.domain.records import Song
    from curator.engine.client import Engine, Event, Shares, Surprise, WriteJob
    from curator.engine.messages import Ready
    from curator.engine.supervisor import State


class LaterEngine:
    """An `Engine` that stands for the one that `make` returns, in a thread of its own."""

    def __init__(self, make: "Callable[[], Engine]") -> None:
        self.on_state: Callable[[], None] | None = None
        self._make = make
        self._engine: Engine | None = None

    @property
    def state(self) -> "State":
        """What the engine is doing."""
        return self._engine.state if self._engine else "stopped"

    @property
    def info(self) -> "Ready | None":
        """The model that is loaded, None before there was one."""
        return self._engine.info if self._engine else None

    @property
    def error(self) -> str:
        """Why the state is failed, else empty."""
        return self._engine.error if self._engine else ""

    async def start(self) -> None:
        """Make the engine and begin to load the model."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(self._make)
            self._engine.on_state = self._told
        await self._engine.start()

    def _told(self) -> None:
        if self.on_state:
            self.on_state()

    def write(self, job: "WriteJob") -> "AsyncGenerator[Event, None]":
        """Write a job; closing the iterator stops it. Raises `EngineError`, `EngineCancelled`."""
        return self._made.write(job)

    def decode(
        self,
        z: "Sequence[str]",
        song: "Song",
        *,
        seed: int,
        temperature: float | None = None,
        top_p: float = 0.9,
    ) -> "AsyncGenerator[Event, None]":
        """Write one text from each z (base64 float32); see `EngineClient.decode`."""
        return self._made.decode(z, song, seed=seed, temperature=temperature, top_p=top_p)

    async def encode(self, text: str, song: "Song") -> str:
        """Return the z of a text, base64 float32. Raises as `write` does."""
        return await self._made.encode(text, song)

    async def surprisal(self, text: str, song: "Song") -> "Surprise":
        """Return the pieces of a text with their surprisal in nats. Raises as `write` does."""
        return await self._made.surprisal(text, song)

    async def contributions(self, text: str, song: "Song", *, z: str | None = None) -> "Shares":
        """Return what each condition added to each piece, in nats. Raises as `write` does."""
        return await self._made.contributions(text, song, z=z)

    @property
    def _made(self) -> "Engine":
        if self._engine is None:
            raise RuntimeError("the engine was not started")
        return self._engine

    async def close(self) -> None:
        """End the engine; safe to call twice, and before it was started."""
        if self._engine is not None:
            await self._engine.close()
