"""What comes in to the worker and what goes out of it, each over a pipe of its own."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import BinaryIO

from curator.engine.messages import Cancel, Failed, FromWorker, Request
from curator.engine.protocol import ProtocolError, from_line, to_line


class Outbox:
    """What goes out, from either thread, a whole line at a time."""

    def __init__(self, stdout: BinaryIO) -> None:
        self._stdout = stdout
        self._lock = threading.Lock()

    def send(self, message: FromWorker) -> None:
        """Send a message. Raises BrokenPipeError when nobody listens any more."""
        with self._lock:
            self._stdout.write(to_line(message))
            self._stdout.flush()


class Inbox:
    """Requests in the order they came; cancels and the end of stdin are seen at once."""

    def __init__(self, stdin: BinaryIO, outbox: Outbox) -> None:
        self._stdin = stdin
        self._outbox = outbox
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._waiting: set[str] = set()  # ids of requests not yet answered
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self.ended = False
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def __iter__(self) -> Iterator[Request]:
        while (request := self._requests.get()) is not None and not self.ended:
            yield request
            with self._lock:
                self._waiting.discard(request.id)
                self._cancelled.discard(request.id)

    def is_cancelled(self, request_id: str) -> bool:
        """Whether a request that is not answered yet was called off."""
        return request_id in self._cancelled

    def _read(self) -> None:
        try:
            for line in self._stdin:
                self._take(line)
        except OSError:
            pass  # a pipe that can't be read, or written back to, has ended
        finally:
            self.ended = True
            self._requests.put(None)

    def _take(self, line: bytes) -> None:
        try:
            message = from_line(line)
        except ProtocolError as error:
            self._outbox.send(Failed("", str(error)))
            return
        with self._lock:
            if isinstance(message, Cancel):
                if message.id in self._waiting:  # else it is answered already
                    self._cancelled.add(message.id)
            elif isinstance(message, Request):
                self._waiting.add(message.id)
                self._requests.put(message)
