"""Songs are looked up while the curator judges others.

The request in front and those that come next are asked about, one at a time and in a thread of
their own; the writing waits a moment for what is found and then does without. What was found is an
event beside the curator's own: it fills in what is missing, a correction overrules it. Where a
source did not answer, what the others said is shown, and the song is asked about again later.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from curator.desk.changes import CardsChanged, Noticed, QueueChanged
from curator.desk.ledger import Ledger
from curator.domain.finding import LOOKUPS, Candidate, Found, SongState, news, without
from curator.domain.records import FEATURES, Event, Song

if TYPE_CHECKING:
    from curator.music.lookup import Lookup, SongFacts

PATIENCE = 1.0
"""Seconds that the writing waits for what is found, counted from when it was first wanted."""
RETRY = 60.0
"""Seconds after which a song is asked about again where a source did not answer; each time twice
as many, but no more than `_LONGEST` times as many."""
_LONGEST = 64
_NEVER = float("inf")
Result = TypeVar("Result")


class LookingUp:
    """Finds out about the songs of requests.

    `connect` makes what is asked, in a thread; without it there is nobody to ask.
    """

    def __init__(self, ledger: Ledger, connect: "Callable[[], Lookup] | None") -> None:
        self._ledger = ledger
        self._connect = connect
        self._wanted: list[str] = []
        self._since: dict[str, float] = {}
        self._again: dict[tuple[str, str], float] = {}  # request, correction → when at the earliest
        self._tries: dict[tuple[str, str], int] = {}  # the same → how often it was not complete
        self._said: set[str] = set()
        self._wake = asyncio.Event()
        self._turn = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._lookup: Lookup | None = None
        self._is_busy = False
        ledger.witness(self._seen)

    def start(self) -> None:
        """Begin to ask."""
        if self._connect is not None:
            self._loop = asyncio.create_task(self._run(self._connect), name="looking up")

    async def close(self) -> None:
        """Stop; a service that is slow is not waited for."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None
            self._turn.set()
        if self._lookup is not None and not self._is_busy:
            await asyncio.to_thread(self._lookup.close)
        self._lookup = None

    def face(self, request_ids: Iterable[str]) -> None:
        """Say whose songs are wanted, the most wanted first."""
        self._wanted = list(request_ids)
        self._wake.set()

    def state(self, request_id: str) -> SongState:
        """Return how a request's song stands, and where looking it up does."""
        return self._ledger.session.song_state(request_id, self._ledger.requests[request_id].song)

    async def settle(self, request_id: str) -> None:
        """Wait until a song is looked up, but only for the moment that it may take."""
        if self._loop is None or not self._lacks(request_id):
            return
        loop = asyncio.get_running_loop()
        until = self._since.setdefault(request_id, loop.time()) + PATIENCE
        if request_id not in self._wanted:
            self.face([request_id, *self._wanted])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while self._loop is not None and self._lacks(request_id):
                    self._turn.clear()
                    await self._turn.wait()

    # What the curator says to it

    def choose(self, request_id: str, candidate: Candidate) -> Event:
        """Take one of the candidates for the song; what is known of it follows."""
        song = without(self._ledger.song(request_id), LOOKUPS)
        song = replace(song, artist=candidate.artist or None, title=candidate.title)
        return self._correct(request_id, song, chosen=f"{candidate.source} {candidate.ref}")

    def dismiss(self, request_id: str) -> Event:
        """Take nothing of what was found: none of the candidates is the song."""
        return self._correct(request_id, without(self._ledger.song(request_id), LOOKUPS))

    def _correct(self, request_id: str, song: Song, **chosen: str) -> Event:
        event = self._ledger.record("song_corrected", request_id, **song.to_doc(), **chosen)
        self._tell(request_id)
        return event

    def _seen(self, event: Event) -> None:
        """A song may be another one now."""
        if event.type in ("song_corrected", "undone", "redone"):
            self._wake.set()

    # The work

    def _lacks(self, request_id: str) -> bool:
        """Whether there is something to find out, and now is the time."""
        return self._due(request_id) <= asyncio.get_running_loop().time()

    def _due(self, request_id: str) -> float:
        """Return when a song is to be asked about, on the loop's clock."""
        state = self.state(request_id)
        if not state.wanted or not state.song.title:
            return _NEVER
        song = state.song
        has_all = song.genres and len(song.features) == len(FEATURES)
        is_theirs = state.found is None or without(song, LOOKUPS) == song
        if has_all and is_theirs and state.chosen is None:
            return _NEVER  # people said it all
        return self._again.get((request_id, state.correction), float("-inf"))

    async def _run(self, connect: "Callable[[], Lookup]") -> None:
        lookup = self._lookup = await self._in_thread(connect)
        while lookup.sources:
            request_id = next((r for r in self._wanted if self._lacks(r)), None)
            if request_id is None:
                await self._rest()
            else:
                await self._ask(request_id, lookup)
        self._loop = None  # there is nobody to ask: nothing waits for an answer
        self._turn.set()

    async def _rest(self) -> None:
        """Wait until something else is wanted, or a song is due again."""
        due = min(map(self._due, self._wanted), default=_NEVER)
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(due if due < _NEVER else None):
                await self._wake.wait()

    async def _ask(self, request_id: str, lookup: "Lookup") -> None:
        loop = asyncio.get_running_loop()
        self._since.setdefault(request_id, loop.time())
        state = self.state(request_id)
        facts = await self._in_thread(lambda: _facts(lookup, state))
        pause = _NEVER if facts.complete else self._pause(request_id, state, facts.wait)
        self._again[request_id, state.correction] = loop.time() + pause
        for text in facts.failed:
            if text not in self._said:
                self._said.add(text)
                self._ledger.tell(Noticed(text))
        if facts.candidates or (facts.complete and state.found is not None):
            self._keep(request_id, state, facts)
        self._turn.set()

    def _pause(self, request_id: str, state: SongState, wait: float) -> float:
        """Return for how long a song that is not complete is left alone, longer each time."""
        tries = self._tries.get((request_id, state.correction), 0)
        self._tries[request_id, state.correction] = tries + 1
        return max(RETRY * min(1 << tries, _LONGEST), wait)

    def _keep(self, request_id: str, state: SongState, facts: "SongFacts") -> None:
        """Record what was found, unless it is what was found before."""
        song = facts.song or Song()
        now = Found(song, facts.candidates, facts.doubtful, state.correction, facts.complete)
        if found := news(state.found, now):
            self._ledger.record("song_found", request_id, **found.to_data())
            self._tell(request_id)

    def _tell(self, request_id: str) -> None:
        self._ledger.tell(QueueChanged())
        self._ledger.tell(CardsChanged(request_id))

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        """Call something in a thread that nobody waits for when the program ends."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def settle(result: Result | None, error: BaseException | None) -> None:
            self._is_busy = False
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result, failed = None, None
            try:
                result = call()
            except Exception as error:
                failed = error
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, result, failed)

        self._is_busy = True
        threading.Thread(target=work, name="looking up", daemon=True).start()
        return await future


def _facts(lookup: "Lookup", state: SongState) -> "SongFacts":
    """Ask, in a thread."""
    song = state.song
    if state.chosen is None:
        return lookup.find(song.artist, song.title)
    source, ref = state.chosen
    offered = state.found.candidates if state.found else ()
    named = Candidate(source, ref, song.artist or "", song.title or "")
    return lookup.choose(next((c for c in offered if (c.source, c.ref) == state.chosen), named))
