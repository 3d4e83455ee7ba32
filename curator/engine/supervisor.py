"""Keeps the worker's process alive, and what is asked of it.

The process is started at once and loads the model while the desk opens its store. If it crashes
it is started anew, and what was asked is asked again; only a request that keeps crashing it is
given up.
"""

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Literal

from curator.engine.errors import EngineCancelled, EngineError
from curator.engine.exchange import Answer, Exchange, Restarted
from curator.engine.log import Log
from curator.engine.messages import (
    Cancel,
    Cancelled,
    Contributed,
    Done,
    Encoded,
    Failed,
    FromWorker,
    Load,
    Ready,
    Request,
    Surprisals,
    Tokens,
    ToWorker,
    Trained,
)
from curator.engine.process import WorkerProcess

State = Literal["stopped", "starting", "ready", "writing", "restarting", "failed"]

_LONGEST_PAUSE = 5.0
_LAST = (Ready, Encoded, Surprisals, Contributed, Trained, Done, Cancelled, Failed)
"""The answers after which no other comes."""


class Supervisor:
    """Runs the worker, takes requests to it and answers back."""

    def __init__(
        self,
        load: Load,
        command: Sequence[str],
        log: Log,
        *,
        max_restarts: int,
        backoff: float,
    ) -> None:
        self.state: State = "stopped"
        self._phase: State = "stopped"
        self.info: Ready | None = None
        self.error = ""
        self.on_state: Callable[[], None] | None = None
        self._load = load  # what each process begins with
        self._command = command
        self._log = log
        self._max_restarts = max_restarts
        self._backoff = backoff
        self._open: dict[str, Exchange] = {}  # by the request's id, in the worker's order
        self._process: WorkerProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._loaded = False
        self._crashes = 0  # in a row, with nothing answered between
        self._settled = asyncio.Event()  # set while nothing is being loaded

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._process.pid if self._process else None

    def start(self, load: Load | None = None) -> None:
        """Begin to run the worker where it does not run, with this model or the one before."""
        if self.state not in ("stopped", "failed"):
            return
        self._load = load or self._load
        self.error = ""
        self._crashes = 0
        self._enter("starting")
        self._task = asyncio.create_task(self._run(), name="engine")

    async def wait_ready(self, timeout: float | None) -> Ready:  # noqa: ASYNC109
        """Wait until a model is loaded. Raises `EngineError` where none will be, or not in time."""
        try:
            async with asyncio.timeout(timeout):
                while self.state in ("starting", "restarting"):
                    await self._settled.wait()
        except TimeoutError:
            raise EngineError(
                f"The model was not ready after {timeout:g} seconds. {self._advice()}"
            ) from None
        if self.state in ("stopped", "failed") or self.info is None:
            raise EngineError(self.error or "The engine is not running.")
        return self.info

    async def close(self) -> None:
        """End the process; what is still open raises `EngineCancelled`. Safe to call twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        for request_id, exchange in self._open.items():
            exchange.put(Cancelled(request_id))
        self._open.clear()
        self._log.close()
        self._enter("stopped")

    async def ask(self, request: Request) -> AsyncGenerator[Answer, None]:
        """Ask, and yield the answers up to the last one.

        Closing the iterator cancels the request, unless it is a `Load`: a model that is being
        loaded will be there. Raises `EngineError` and `EngineCancelled`.
        """
        if self.state in ("stopped", "failed"):
            raise EngineError(self.error or "The engine is not running.")
        if request.id in self._open:
            raise ValueError(f"the id {request.id!r} is in use")
        exchange = self._open[request.id] = Exchange(request)
        self._send(request)
        self._refresh()
        try:
            while True:
                answer = await exchange.next()
                match answer:
                    case Failed(message=message):
                        raise EngineError(message)
                    case Cancelled():
                        raise EngineCancelled("The engine was closed.")
                    case Done():
                        return
                    case _:
                        yield answer
        finally:
            if self._open.get(request.id) is exchange and not isinstance(request, Load):
                del self._open[request.id]
                self._send(Cancel(request.id))
                self._refresh()

    # The process

    async def _run(self) -> None:
        try:
            await self._keep_alive()
        except OSError as error:
            self._fail(f"The model's process can't be started: {error}.")
        except Exception as error:  # whatever it is, nobody may be left waiting for an answer
            await asyncio.to_thread(self._log.note, traceback.format_exc())
            self._fail(f"The engine broke: {type(error).__name__}: {error}. {self._advice()}")

    async def _keep_alive(self) -> None:
        reason = ""
        while True:
            process = await WorkerProcess.spawn(self._command, self._log)
            try:
                self._begin(process, reason)
                async with aclosing(process.messages()) as messages:
                    async for message in messages:
                        self._take(message)
                        if self.state == "failed":
                            return
            finally:
                self._process = None
                ending = await process.close()
            said = f": {self._log.last_line}" if self._log.last_line else ""
            reason = f"The model's process crashed ({ending}{said})."
            self._blame(reason)
            if self.state == "failed":
                return
            self._enter("restarting")
            pause = self._backoff * 2 ** max(0, self._crashes - 1)
            await asyncio.sleep(min(_LONGEST_PAUSE, pause))

    def _begin(self, process: WorkerProcess, reason: str) -> None:
        """Ask a new process for the model and for all that is open."""
        self._process = process
        self._loaded = False
        process.send(self._load)
        for request_id, exchange in list(self._open.items()):
            if reason:
                exchange.put(Restarted(reason))
            if (left := exchange.again()) is not None:
                process.send(left)
            else:
                self._close(Done(request_id))

    def _take(self, message: FromWorker) -> None:
        if isinstance(message, Ready):
            self._adopt(message)
        elif isinstance(message, Failed) and message.id == self._load.id:
            why = message.message.rstrip(".")
            self._fail(f"The model {self._load.model!r} can't be loaded: {why}. {self._advice()}")
        elif message.id in self._open:
            if not isinstance(message, Tokens):
                self._crashes = 0
            if isinstance(message, _LAST):
                self._close(message)
            else:
                self._open[message.id].put(message)
        elif isinstance(message, Failed):
            self._log.note(f"the worker says: {message.message}")

    def _adopt(self, ready: Ready) -> None:
        exchange = self._open.get(ready.id)
        if exchange is not None and isinstance(exchange.request, Load):
            self._load = exchange.request
        self.info = ready
        self._loaded = True
        self._close(ready)
        self._enter("ready")

    def _close(self, last: FromWorker) -> None:
        if (exchange := self._open.pop(last.id, None)) is not None:
            exchange.put(last)
            self._refresh()

    def _blame(self, reason: str) -> None:
        """Count a crash against what the process was working on: the oldest open request.

        Where it crashed in loading, or with nothing to do, it counts against the engine itself.
        """
        self._crashes += 1
        suspect = next(iter(self._open.values()), None) if self._loaded else None
        if suspect is None:
            if self._crashes > self._max_restarts:
                self._fail(f"{reason} It did so {self._crashes} times. {self._advice()}")
            return
        suspect.crashes += 1
        if suspect.crashes > self._max_restarts:
            self._crashes = 0
            message = f"{reason} It did so {suspect.crashes} times on this. {self._advice()}"
            self._close(Failed(suspect.request.id, message))

    # States

    def _fail(self, message: str) -> None:
        self.error = message
        for request_id in list(self._open):
            self._close(Failed(request_id, message))
        self._enter("failed")

    def _enter(self, phase: State) -> None:
        self._phase = phase
        self._refresh()

    def _refresh(self) -> None:
        """Set `state`: the phase of the process, or what it is busy with."""
        state = self._phase
        if state == "ready" and self._open:
            loading = any(isinstance(e.request, Load) for e in self._open.values())
            state = "starting" if loading else "writing"
        if state == self.state:
            return
        self.state = state
        if state in ("starting", "restarting"):
            self._settled.clear()
        else:
            self._settled.set()
        if self.on_state is not None:
            self.on_state()

    def _send(self, message: ToWorker) -> None:
        if self._process is not None:  # else it is sent when there is one
            self._process.send(message)

    def _advice(self) -> str:
        return f"The log may say why: {self._log.path}"
