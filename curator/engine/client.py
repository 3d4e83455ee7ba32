"""The engine that ships: the way to the model's process.

Importing this module loads no torch: the model lives in a child process (`supervisor.py` keeps
it alive, `worker.py` is what runs in it).
"""

import contextlib
import itertools
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any

from curator.domain.records import Song
from curator.engine.engine import (
    Engine,
    Event,
    Shares,
    Surprise,
    Trainer,
    TrainJob,
    WriteJob,
)
from curator.engine.errors import EngineCancelled, EngineError
from curator.engine.exchange import Answer, Restarted
from curator.engine.log import Log
from curator.engine.messages import (
    Contributed,
    Contributions,
    Decode,
    Encode,
    Encoded,
    Generate,
    Load,
    Progress,
    Ready,
    Request,
    Surprisal,
    Surprisals,
    Train,
    Trained,
)
from curator.engine.supervisor import State, Supervisor

__all__ = [
    "Engine",
    "EngineCancelled",
    "EngineClient",
    "EngineError",
    "Event",
    "Restarted",
    "Shares",
    "State",
    "Surprise",
    "TrainJob",
    "Trainer",
    "WriteJob",
]

WORKER = (sys.executable, "-P", "-m", "curator.engine.worker")
"""The worker's command. -P: a file in the folder that one happens to be in is never imported."""


class EngineClient:
    """The engine that ships: an `Engine` whose model lives in a child process.

    `log` is the file that the process's stderr goes to, `command` what is run instead of the
    worker of this package. After `max_restarts` restarts for the same request it is given up.
    `backoff` is the pause before a restart, in seconds, doubled for each crash in a row.
    """

    def __init__(
        self,
        *,
        model: str = "cvae-small",
        device: str | None = None,
        log: Path,
        command: Sequence[str] | None = None,
        max_restarts: int = 3,
        backoff: float = 0.2,
    ) -> None:
        self._device = device
        self._supervisor = Supervisor(
            Load("load", model, device),
            command or WORKER,
            Log(log),
            max_restarts=max_restarts,
            backoff=backoff,
        )
        self._count = itertools.count(1)

    @property
    def state(self) -> State:
        """What the engine is doing."""
        return self._supervisor.state

    @property
    def info(self) -> Ready | None:
        """The model that is loaded, None before there was one."""
        return self._supervisor.info

    @property
    def error(self) -> str:
        """Why the state is failed, else empty."""
        return self._supervisor.error

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._supervisor.pid

    @property
    def on_state(self) -> Callable[[], None] | None:
        """Called when `state` has changed."""
        return self._supervisor.on_state

    @on_state.setter
    def on_state(self, call: Callable[[], None] | None) -> None:
        self._supervisor.on_state = call

    async def start(self) -> None:
        """Begin to start the process and load the model, and return at once.

        After a failure this tries anew; where the engine runs, it does nothing.
        """
        self._supervisor.start()

    async def wait_ready(self, timeout: float | None = None) -> Ready:  # noqa: ASYNC109
        """Wait until a model is loaded. Raises `EngineError` where none will be, or not in time."""
        return await self._supervisor.wait_ready(timeout)

    async def close(self) -> None:
        """End the process: its stdin is closed, and if it lives on for a second it is killed.

        Safe to call twice. What is still open raises `EngineCancelled`.
        """
        await self._supervisor.close()

    async def switch(self, model: str) -> Ready:
        """Load another model, after what is being written. Raises `EngineError`.

        Where that fails, the model before stays. A switch once asked for is carried out, whether
        or not anybody waits for it.
        """
        load = Load(self._id("load"), model, self._device)
        if self.state in ("stopped", "failed"):
            self._supervisor.start(load)
            return await self.wait_ready()
        ready = await self._one(load)
        assert isinstance(ready, Ready)
        return ready

    def write(self, job: WriteJob) -> AsyncGenerator[Event, None]:
        """Write a job: `Tokens` while its rows grow, `Written` for each, `Restarted` after a crash.

        Jobs are written in the order in which their iteration begins. Closing the iterator stops
        the job within a token. Raises `EngineError`, and `EngineCancelled` if the engine is closed.
        """
        return self._stream(
            Generate(
                job.id,
                n=job.n,
                seed=job.seed,
                first_row=job.first_row,
                temperature=job.temperature,
                top_p=job.top_p,
                arms=list(job.arms),
                learned=job.learned,
                drafts=job.drafts,
                said=list(job.said),
                **_about(job.song),
            )
        )

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
        request_id = self._id("decode")
        return self._stream(
            Decode(
                request_id,
                list(z),
                seed,
                temperature=temperature,
                top_p=top_p,
                **_about(song),
            )
        )

    async def train(self, job: TrainJob) -> AsyncGenerator[Progress | Trained, None]:
        """Learn from a file of ratings into a folder; the last thing told is `Trained`.

        Closing the iterator stops it, and nothing is left of it. Raises as `write` does. After a
        crash it begins again, with the same result.
        """
        request = Train(
            self._id("train"),
            str(job.ratings),
            str(job.folder),
            job.seed,
            str(job.current or ""),
            str(job.cache or ""),
            job.topics,
            {str(topic): weight for topic, weight in job.wanted.items()},
            job.share,
        )
        async with contextlib.aclosing(self._supervisor.ask(request)) as answers:
            async for answer in answers:
                if isinstance(answer, Progress | Trained):
                    yield answer
                if isinstance(answer, Trained):
                    return

    async def encode(self, text: str, song: Song) -> str:
        """Return the z of a text, base64 float32. Raises as `write` does."""
        answer = await self._one(Encode(self._id("encode"), text, **_about(song)))
        assert isinstance(answer, Encoded)
        return answer.z

    async def surprisal(self, text: str, song: Song) -> Surprise:
        """Return the pieces of a text with their surprisal in nats. Raises as `write` does."""
        answer = await self._one(Surprisal(self._id("surprisal"), text, **_about(song)))
        assert isinstance(answer, Surprisals)
        return answer.pieces

    async def contributions(self, text: str, song: Song, *, z: str | None = None) -> Shares:
        """Return what each condition added to each piece, in nats. Raises as `write` does.

        `z` (base64 float32) is the one that the text was written from, where that is known.
        """
        request_id = self._id("contributions")
        answer = await self._one(Contributions(request_id, text, z=z, **_about(song)))
        assert isinstance(answer, Contributed)
        return answer.pieces

    async def _stream(self, request: Request) -> AsyncGenerator[Event, None]:
        async with contextlib.aclosing(self._supervisor.ask(request)) as answers:
            async for answer in answers:
                if isinstance(answer, Event):
                    yield answer

    async def _one(self, request: Request) -> Answer:
        async with contextlib.aclosing(self._supervisor.ask(request)) as answers:
            async for answer in answers:
                if not isinstance(answer, Restarted):
                    return answer
        raise AssertionError("a request ends in an answer or an error")

    def _id(self, kind: str) -> str:
        return f"{kind}-{next(self._count)}"


def _about(song: Song) -> dict[str, Any]:
    """Return what a request says of its song."""
    return {
        "artist": song.artist,
        "title": song.title,
        "genres": list(song.genres),
        "features": dict(song.features),
    }
