"""Asks the sources about a song, one after the other, and puts their answers together.

Without any source, and with none that answers, there is simply less known: a source that fails is
a notice. What is missing stays missing; nothing is guessed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TypeVar

from curator.domain.finding import Candidate
from curator.domain.records import Song
from curator.music.cache import Cache
from curator.music.known import Known
from curator.music.matching import Match, match, plain, same_song
from curator.music.source import Details, Source, SourceError

SHOWN = 8
"""So many candidates are kept to choose from."""
_NOTHING_KEPT = 86_400.0
"""For so long it is believed that a source does not know a song."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SongFacts:
    """What is known of a song that was asked for.

    `song` is the one that is meant, with sources for all its genres and features; None where that
    is not known. `candidates` are the songs nearest to it, the most likely first; where it is
    `doubtful`, somebody is to say which one is meant. `failed` says of each source that was no
    help why; one that wants quiet has said so before.

    It is not `complete` where a source that could have added something failed or wanted quiet; to
    ask again may help after `wait` seconds.
    """

    song: Song | None
    candidates: tuple[Candidate, ...] = ()
    failed: tuple[str, ...] = ()
    doubtful: bool = False
    complete: bool = True
    wait: float = 0.0


class Lookup:
    """Knows what `sources` know, in their order.

    Of two that name the same genre or feature, one of `model_sources` is believed, so that what
    may reach the model does. Threads ask in turn; `clock` is in seconds.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        cache: Cache | None = None,
        *,
        model_sources: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sources = tuple(sources)
        self._cache = cache
        self._model_sources = frozenset(model_sources)
        self._clock = clock
        self._quiet: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources."""
        return tuple(source.name for source in self._sources)

    def find(self, artist: str | None, title: str | None) -> SongFacts:
        """Look a song up. May take seconds; never raises for what a source does."""
        if not title:
            return SongFacts(None)
        with self._lock:
            return self._find(artist, title, _Gaps())

    def _find(self, artist: str | None, title: str, gaps: "_Gaps") -> SongFacts:
        sure: list[_Sure] = []
        others: list[Candidate] = []
        doubtful = False
        left = list(self._sources)
        while source := self._next(left, sure):
            left.remove(source)
            found = self._tried(source, gaps, partial(self._match, source, artist, title))
            if found is None:
                continue
            others += found.candidates
            doubtful = doubtful or found.doubtful
            if found.best is not None:
                known = self._of(found.best, sure)
                details = self._tried(source, gaps, partial(self._details, source, found.best))
                if details is not None:
                    known.add(source.name, details)
        song = None
        if len(sure) > 1 and artist is None:  # they mean different songs, and nobody said whose
            doubtful = True
        elif lead := _lead(sure):
            song = lead.known.of(
                Song(lead.first.artist, lead.first.title, source=lead.first.source)
            )
        sure.sort(key=lambda one: -one.score)
        others.sort(key=lambda candidate: -candidate.score)
        candidates = _distinct([*(one.first for one in sure), *others])
        return gaps.noted(SongFacts(song, candidates, doubtful=doubtful and song is None))

    def _next(self, left: Sequence[Source], sure: "Sequence[_Sure]") -> Source | None:
        """Return the first source that could add something to the song as it stands."""
        lead = _lead(sure)
        known = lead.known if lead else Known(self._model_sources)
        return next((source for source in left if known.lacks(source)), None)

    def _of(self, best: Candidate, sure: "list[_Sure]") -> Known:
        """Return what is known of the song that a source is sure of: other songs' facts are not."""
        one = next((one for one in sure if same_song(one.first, best)), None)
        if one is None:
            one = _Sure(best, best.score, Known(self._model_sources))
            sure.append(one)
        one.score = max(one.score, best.score)
        return one.known

    def choose(self, candidate: Candidate) -> SongFacts:
        """Look up the song that was chosen, and what other sources know of it."""
        known, gaps = Known(self._model_sources), _Gaps()
        with self._lock:
            for source in self._sources:
                if source.name == candidate.source:
                    details = self._tried(source, gaps, partial(self._details, source, candidate))
                    if details is not None:
                        known.add(source.name, details)
            rest = self._find(candidate.artist or None, candidate.title, gaps)
        song = Song(candidate.artist or None, candidate.title, source=candidate.source)
        if rest.song is not None and same_song(_as_candidate(rest.song), candidate):
            known.add_song(rest.song, but=candidate.source)
        candidates = _distinct([candidate, *rest.candidates])
        return replace(rest, song=known.of(song), candidates=candidates, doubtful=False)

    def close(self) -> None:
        """Let go of what is open."""
        for source in self._sources:
            source.close()
        if self._cache is not None:
            self._cache.close()

    # One source

    def _tried(self, source: Source, gaps: "_Gaps", call: Callable[[], Result]) -> Result | None:
        """Return what a source says; None, and a gap more, where it is quiet or fails."""
        failed = None
        if not self._quiet_for(source):
            try:
                return call()
            except Exception as error:
                failed = self._noted(source, error)
        gaps.add(self._quiet_for(source), failed)
        return None

    def _match(self, source: Source, artist: str | None, title: str) -> Match:
        return match(artist, title, self._search(source, artist, title))

    def _search(self, source: Source, artist: str | None, title: str) -> Sequence[Candidate]:
        key = f"{source.name} search {plain(artist or '')} / {plain(title)} / {title}"
        kept = self._kept(source, key)
        if isinstance(kept, list):
            try:
                return [Candidate(**fields) for fields in kept]
            except TypeError:  # written by another version
                pass
        found = source.search(artist, title)
        # A list is seldom empty: without the song in it, the source does not know it yet.
        is_known = match(artist, title, found).best is not None
        self._keep(source, key, [asdict(c) for c in found], is_known)
        return found

    def _details(self, source: Source, candidate: Candidate) -> Details:
        key = f"{source.name} details {candidate.ref}"
        kept = self._kept(source, key)
        if isinstance(kept, dict):
            try:
                return Details(tuple(kept["genres"]), dict(kept["features"]))
            except (KeyError, TypeError, ValueError):
                pass
        found = source.details(candidate)
        body = {"genres": list(found.genres), "features": dict(found.features)}
        self._keep(source, key, body, bool(found.genres or found.features))
        return found

    def _kept(self, source: Source, key: str) -> object:
        return self._cache.get(key) if self._cache is not None and source.keeps else None

    def _keep(self, source: Source, key: str, value: object, any: bool) -> None:
        if self._cache is not None and source.keeps:
            self._cache.put(key, value, source.keeps if any else min(source.keeps, _NOTHING_KEPT))

    def _quiet_for(self, source: Source) -> float:
        """Return for how many seconds a source still wants quiet."""
        return max(self._quiet.get(source.name, float("-inf")) - self._clock(), 0.0)

    def _noted(self, source: Source, error: Exception) -> str:
        """Return why a source was no help; it is left in peace for as long as it wants."""
        if not isinstance(error, SourceError):  # a fault of ours costs that source, no more
            return f"{source.name} could not be asked ({type(error).__name__})"
        if error.wait:
            self._quiet[source.name] = self._clock() + error.wait
        return str(error)


@dataclass(slots=True)
class _Sure:
    """A song that sources are sure of, as the `first` of them calls it."""

    first: Candidate
    score: float
    known: Known


def _lead(sure: Sequence[_Sure]) -> _Sure | None:
    """Return the song that fits best, of equals the one that was found first."""
    return max(sure, key=lambda one: one.score, default=None)


@dataclass(slots=True)
class _Gaps:
    """The sources that did not answer: how long each wants quiet, and what went wrong."""

    waits: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, wait: float, failed: str | None) -> None:
        """Note one; where nothing is `failed`, it was only left in peace."""
        self.waits.append(wait)
        if failed is not None:
            self.failed.append(failed)

    def noted(self, facts: SongFacts) -> SongFacts:
        """Return what is known, with how much of it is missing."""
        wait = min(self.waits, default=0.0)
        return replace(facts, failed=tuple(self.failed), complete=not self.waits, wait=wait)


def _as_candidate(song: Song) -> Candidate:
    return Candidate(song.source, "", song.artist or "", song.title or "")


def _distinct(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return each song once, as the first one that it comes as."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(_is_again(candidate, other) for other in kept):
            kept.append(candidate)
        if len(kept) == SHOWN:
            break
    return tuple(kept)


def _is_again(one: Candidate, other: Candidate) -> bool:
    if (one.source, one.ref) == (other.source, other.ref):
        return True
    return same_song(one, other) and same_song(other, one)
