"""Asks the sources about a song, one after the other, and puts their answers together.

Without any source, and with none that answers, there is simply less known: a source that fails is
a notice. What is missing stays missing; nothing is guessed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from curator.domain.finding import Candidate, feature_source, genre_source, sourced
from curator.domain.records import FEATURES, Song
from curator.music.cache import Cache
from curator.music.matching import match, plain, same_song
from curator.music.source import Details, Source, SourceError

SHOWN = 8
"""So many candidates are kept to choose from."""
_NOTHING_KEPT = 86_400.0
"""For so long it is believed that a source does not know a song."""


@dataclass(frozen=True, slots=True)
class SongFacts:
    """What is known of a song that was asked for.

    `song` is the one that is meant, with sources for all its genres and features; None where that
    is not known. `candidates` are the songs nearest to it, the most likely first; where it is
    `doubtful`, somebody is to say which one is meant. `failed` says of each source that was no
    help why.
    """

    song: Song | None
    candidates: tuple[Candidate, ...] = ()
    failed: tuple[str, ...] = ()
    doubtful: bool = False


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
            return self._find(artist, title)

    def _find(self, artist: str | None, title: str) -> SongFacts:
        known = _Known(self._model_sources)
        sure: list[Candidate] = []
        others: list[Candidate] = []
        failed: list[str] = []
        doubtful = False
        for source in self._sources:
            if not known.lacks(source) or self._is_quiet(source):
                continue
            try:
                found = match(artist, title, self._search(source, artist, title))
                others += found.candidates
                doubtful = doubtful or found.doubtful
                if found.best is not None:
                    sure.append(found.best)
                    known.add(source.name, self._details(source, found.best))
            except Exception as error:
                failed.append(self._noted(source, error))
        others.sort(key=lambda candidate: -candidate.score)
        candidates = _distinct([*sure, *others])
        song = None
        if sure:
            song = known.of(Song(sure[0].artist, sure[0].title, source=sure[0].source))
        return SongFacts(song, candidates, tuple(failed), doubtful and song is None)

    def choose(self, candidate: Candidate) -> SongFacts:
        """Look up the song that was chosen, and what other sources know of it."""
        with self._lock:
            known = _Known(self._model_sources)
            failed: list[str] = []
            for source in self._sources:
                if source.name == candidate.source and not self._is_quiet(source):
                    try:
                        known.add(source.name, self._details(source, candidate))
                    except Exception as error:
                        failed.append(self._noted(source, error))
            rest = self._find(candidate.artist or None, candidate.title)
        song = Song(candidate.artist or None, candidate.title, source=candidate.source)
        if rest.song is not None and same_song(_as_candidate(rest.song), candidate):
            known.add_song(rest.song, but=candidate.source)
        candidates = _distinct([candidate, *rest.candidates])
        return SongFacts(known.of(song), candidates, (*failed, *rest.failed))

    def close(self) -> None:
        """Let go of what is open."""
        for source in self._sources:
            source.close()
        if self._cache is not None:
            self._cache.close()

    # One source

    def _search(self, source: Source, artist: str | None, title: str) -> Sequence[Candidate]:
        key = f"{source.name} search {plain(artist or '')} / {plain(title)} / {title}"
        kept = self._kept(source, key)
        if isinstance(kept, list):
            try:
                return [Candidate(**fields) for fields in kept]
            except TypeError:  # written by another version
                pass
        found = source.search(artist, title)
        self._keep(source, key, [asdict(c) for c in found], bool(found))
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

    def _is_quiet(self, source: Source) -> bool:
        return self._clock() < self._quiet.get(source.name, float("-inf"))

    def _noted(self, source: Source, error: Exception) -> str:
        """Return why a source was no help; it is left in peace for as long as it wants."""
        if not isinstance(error, SourceError):  # a fault of ours costs that source, no more
            return f"{source.name} could not be asked ({type(error).__name__})"
        if error.wait:
            self._quiet[source.name] = self._clock() + error.wait
        return str(error)


class _Known:
    """Genres and features gathered so far, each with its source."""

    def __init__(self, preferred: frozenset[str]) -> None:
        self._preferred = preferred
        self._genres: dict[str, str] = {}
        self._features: dict[str, tuple[float, str]] = {}

    def lacks(self, source: Source) -> bool:
        """Whether a source could add anything; to the model's knowledge if it may."""
        genres, features = set(self._genres.values()), self._features
        if source.name in self._preferred:
            genres &= self._preferred
            features = {n: (v, s) for n, (v, s) in features.items() if s in self._preferred}
        has = {"genres"} if genres else set()
        has |= {"features"} if len(features) == len(FEATURES) else set()
        return not source.gives <= has

    def add(self, source: str, details: Details) -> None:
        """Take what a source knows."""
        for genre in details.genres:
            if self._is_better(source, self._genres.get(genre)):
                self._genres[genre] = source
        for name, value in details.features.items():
            _, before = self._features.get(name, (0.0, None))
            if self._is_better(source, before):
                self._features[name] = (value, source)

    def add_song(self, song: Song, *, but: str) -> None:
        """Take what is known of a song, but from one source."""
        for source in {*song.genre_sources.values(), *song.feature_sources.values(), song.source}:
            if source != but:
                genres = tuple(g for g in song.genres if genre_source(song, g) == source)
                values = {
                    n: v for n, v in song.features.items() if feature_source(song, n) == source
                }
                self.add(source, Details(genres, values))

    def _is_better(self, source: str, before: str | None) -> bool:
        return before is None or (source in self._preferred and before not in self._preferred)

    def of(self, song: Song) -> Song:
        """Return the song with all of it."""
        return sourced(song, self._genres, self._features)


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
