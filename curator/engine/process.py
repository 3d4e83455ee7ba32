"""The child process itself: spawned, spoken to, listened to, ended."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from typing import Self, get_args

from curator.engine.log import Log
from curator.engine.messages import FromWorker, ToWorker
from curator.engine.protocol import from_line, to_line

LINE_LIMIT = 16 * 2**20
"""The longest line that is read, in bytes; asyncio's default of 64 KiB is below a big frame."""
GRACE = 1.0
"""Seconds that the process has to end after its stdin did."""
_CHUNK = 2**16


class WorkerProcess:
    """One run of the worker. Its stderr always flows into the log, or its pipe would fill up."""

    def __init__(self, process: asyncio.subprocess.Process, log: Log) -> None:
        self._process = process
        self._log = log
        self._drain = asyncio.create_task(self._pour(), name="worker's stderr")

    @classmethod
    async def spawn(cls, command: Sequence[str], log: Log) -> Self:
        """Start `command`. Raises OSError where that can't be done."""
        log.forget()
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # an interrupt at the terminal is the desk's to decide on
        )
        self = cls(process, log)
        await asyncio.to_thread(log.note, f"process {process.pid}: {' '.join(command)}")
        return self

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, message: ToWorker) -> None:
        """Hand a message to the process; nothing happens where it has ended."""
        stdin = self._process.stdin
        assert stdin is not None
        if self._process.returncode is None and not stdin.is_closing():
            stdin.write(to_line(message))

    async def messages(self) -> AsyncGenerator[FromWorker, None]:
        """Yield what the process says until it ends; what is no message goes to the log."""
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            try:
                line = await stdout.readline()
                if not line:
                    return
                message = from_line(line)
            except ValueError as error:  # no message, or longer than the limit
                await asyncio.to_thread(self._log.note, f"dropped a line: {error}")
            else:
                if isinstance(message, get_args(FromWorker)):
                    yield message

    async def close(self) -> str:
        """Close stdin, wait a moment, then kill. Returns how the process ended."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.close()
            await asyncio.wait_for(self._process.wait(), GRACE)
        except TimeoutError:
            pass
        finally:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            # A grandchild may hold the pipe open: what is not poured by now is let go.
            await asyncio.wait([self._drain], timeout=GRACE)
            self._drain.cancel()
        return _ending(self._process.returncode or 0)

    async def _pour(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while data := await stderr.read(_CHUNK):
            await asyncio.to_thread(self._log.write, data)


def _ending(code: int) -> str:
    if code == -signal.SIGKILL:
        return "killed, as happens when memory runs out"
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"exit code {code}"
