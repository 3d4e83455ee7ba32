"""One request to the worker and what has come of it, across crashes of the worker."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from curator.engine.messages import (
    Decode,
    FromWorker,
    Generate,
    Request,
    Tokens,
    Written,
)


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process crashed and was started anew: the rows in progress begin again."""

    reason: str


Answer = FromWorker | Restarted


class Exchange:
    """Keeps a request until it is answered, and its answers until they are read.

    Since the same seed gives the same rows, a request can be asked again of a new process: `again`
    says what is left of it, and a row that was delivered is never delivered twice.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.crashes = 0
        self._delivered: set[int] = set()
        self._answers: deque[Answer] = deque()
        self._arrived = asyncio.Event()

    def again(self) -> Request | None:
        """Return what is left to ask, None where everything was delivered."""
        rows = self._rows()
        if rows is None:
            return self.request
        missing = [row for row in rows if row not in self._delivered]
        if not missing:
            return None
        if isinstance(self.request, Generate):
            # Rows end in any order, so that between the first and the last that are missing some
            # may be written again; `put` drops them.
            count = missing[-1] - missing[0] + 1
            arms = self.request.arms
            if arms:
                start = missing[0] - self.request.first_row
                arms = arms[start : start + count]
            return replace(self.request, first_row=missing[0], n=count, arms=arms)
        return self.request

    def put(self, answer: Answer) -> None:
        """Take an answer; a frame replaces one that is still unread."""
        if isinstance(answer, Written):
            if answer.row in self._delivered:
                return
            self._delivered.add(answer.row)
        elif isinstance(answer, Tokens):
            rows = {r: text for r, text in answer.rows.items() if int(r) not in self._delivered}
            if not rows:
                return
            answer = replace(answer, rows=rows)
            if self._answers and isinstance(self._answers[-1], Tokens):
                self._answers.pop()
        self._answers.append(answer)
        self._arrived.set()

    async def next(self) -> Answer:
        """Return the next answer, waiting for it."""
        while not self._answers:
            self._arrived.clear()
            await self._arrived.wait()
        return self._answers.popleft()

    def _rows(self) -> Iterable[int] | None:
        match self.request:
            case Generate(first_row=first, n=n):
                return range(first, first + n)
            case Decode(z=z):
                return range(len(z))
            case _:
                return None
