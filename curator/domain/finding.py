"""What was found out about a song: which songs it may be, and what the one it is sounds like.

Whatever the curator or the request says comes first: what was found only fills in what is
missing. Each genre and feature keeps its source, since some may not reach the model.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from curator.domain.records import Doc, Event, Song

LOOKUPS = ("catalogue", "musicbrainz", "spotify")
"""Sources that are asked about songs; all others are people's own words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A song that may be the one that was asked for.

    `ref` is its id at the source, `note` tells it from others of its name (album, year), `score`
    says how well artist and title fit, from 0 to 1.
    """

    source: str
    ref: str
    artist: str
    title: str
    note: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What the sources said. `song` is the one that is meant, with what is known of it.

    It is empty where none of the `candidates` is surely the one; where one of them probably is, it
    is `doubtful`, and nothing is taken until the curator chose.
    `after` is the correction whose artist and title were asked for, "" for the request's own. It
    is not `complete` where a source failed or was left in peace: the song is asked about again.
    """

    song: Song
    candidates: tuple[Candidate, ...] = ()
    doubtful: bool = False
    after: str = ""
    complete: bool = True

    def to_data(self) -> Doc:
        """Return the data of a `song_found` event: a candidate a line, each as a JSON list."""
        lines = [
            json.dumps([c.source, c.ref, c.artist, c.title, c.note, c.score])
            for c in self.candidates
        ]
        found = {"candidates": "\n".join(lines), "doubtful": self.doubtful, "after": self.after}
        # All were complete once; those that are look as they always did.
        return self.song.to_doc() | found | ({} if self.complete else {"complete": False})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Found":
        """Read what `to_data` wrote; a candidate that can't be read is left out."""
        lines = str(data.get("candidates") or "").split("\n")
        return cls(
            song=Song.from_doc(data),
            candidates=tuple(c for line in lines if (c := _candidate(line)) is not None),
            doubtful=bool(data.get("doubtful")),
            after=str(data.get("after") or ""),
            complete=data.get("complete") is not False,
        )


def _candidate(line: str) -> Candidate | None:
    try:
        source, ref, artist, title, note, score = json.loads(line)
        return Candidate(source, ref, artist, title, note, float(score))
    except (ValueError, TypeError):
        return None


# Where it came from


def genre_source(song: Song, genre: str) -> str:
    """Return where a genre of the song came from."""
    return song.genre_sources.get(genre, song.source)


def feature_source(song: Song, name: str) -> str:
    """Return where a feature of the song came from."""
    return song.feature_sources.get(name, song.source)


def sourced(
    song: Song,
    genres: Mapping[str, str],
    features: Mapping[str, tuple[float, str]],
) -> Song:
    """Return the song with these genres and features instead, each with its source."""
    sources = {*genres.values(), *(source for _, source in features.values())}
    main = sources.pop() if len(sources) == 1 else song.source
    return replace(
        song,
        genres=tuple(genres),
        features={name: value for name, (value, _) in features.items()},
        source=main,
        genre_sources={g: source for g, source in genres.items() if source != main},
        feature_sources={n: source for n, (_, source) in features.items() if source != main},
    )


def _genres(song: Song) -> dict[str, str]:
    return {genre: genre_source(song, genre) for genre in song.genres}


def _features(song: Song) -> dict[str, tuple[float, str]]:
    return {name: (value, feature_source(song, name)) for name, value in song.features.items()}


def without(song: Song, sources: Iterable[str]) -> Song:
    """Return the song without what came from these sources."""
    left_out = frozenset(sources)
    genres, features = _genres(song), _features(song)
    kept_genres = {g: s for g, s in genres.items() if s not in left_out}
    kept_features = {n: (v, s) for n, (v, s) in features.items() if s not in left_out}
    if len(kept_genres) == len(genres) and len(kept_features) == len(features):
        return song
    return sourced(song, kept_genres, kept_features)


def for_model(song: Song, model_sources: Iterable[str]) -> Song:
    """Return what a model may know of the song: people's words and what these sources said."""
    return without(song, {*LOOKUPS} - {*model_sources})


def filled(song: Song, found: Song) -> Song:
    """Return the song with what is missing filled in from what was found."""
    named = replace(song, artist=song.artist or found.artist, title=song.title or found.title)
    return sourced(named, _genres(song) or _genres(found), _features(found) | _features(song))


def news(before: Found | None, now: Found) -> Found | None:
    """Return what is to be kept of an answer after the one before, None where nothing is new.

    One that is not complete takes nothing away: what a source said stands while it is quiet, the
    song that is known stays it, and no doubt is cast on it. A complete one stands alone; an empty
    one only says that no more is to come.
    """
    if before is None:
        return now
    if now.complete and not (now.song.title or now.candidates):
        # With another correction, what stood of the song is in that.
        song = before.song if before.after == now.after else Song()
        ended = replace(before, song=song, after=now.after, complete=True)
        return ended if ended != before else None
    if now.complete or before.after != now.after:
        return now
    held, brought = ({(c.source, c.ref) for c in f.candidates} for f in (before, now))
    song = now.song if now.song.title and not before.song.title else before.song
    if same_names(before.song, now.song):
        genres = {g: s for g, s in _genres(now.song).items() if g not in before.song.genres}
        features = _features(now.song) | _features(before.song)
        song = sourced(before.song, _genres(before.song) | genres, features)
    doubtful = (now.doubtful or before.doubtful) and not song.title
    if (song, doubtful) == (before.song, before.doubtful) and brought <= held:
        return None
    older = (c for c in before.candidates if (c.source, c.ref) not in brought)
    return replace(now, song=song, candidates=(*now.candidates, *older), doubtful=doubtful)


def same_names(one: Song, other: Song) -> bool:
    """Whether two songs have the same artist and title, but for case and spacing."""

    def names(song: Song) -> tuple[str, ...]:
        return tuple(" ".join((n or "").casefold().split()) for n in (song.artist, song.title))

    return names(one) == names(other)


def corrected(
    song: Song,
    artist: str | None,
    title: str | None,
    genres: Iterable[str],
    features: Mapping[str, float],
) -> Song:
    """Return the song as the curator wants it.

    What they changed is theirs. With another artist or title it is another song: what was looked
    up for the old one and left untouched goes.
    """
    named = replace(song, artist=artist, title=title)
    stale = {*LOOKUPS} if not same_names(song, named) else set()
    before, sounded = _genres(song), _features(song)
    kept_genres = {genre: before.get(genre, "curator") for genre in genres}
    kept_features = {
        name: sounded[name] if song.features.get(name) == value else (value, "curator")
        for name, value in features.items()
    }
    return sourced(
        named,
        {g: s for g, s in kept_genres.items() if s not in stale},
        {n: (v, s) for n, (v, s) in kept_features.items() if s not in stale},
    )


# How it stands


@dataclass(frozen=True, slots=True)
class SongState:
    """A request's song as it stands, and where looking it up stands.

    `correction` is the last one that stands, `found` what was found for these names. While it is
    `wanted`, nothing was found yet, or not all of it; `chosen` is the candidate's source and id
    that the curator took, if they did.
    """

    song: Song
    correction: str = ""
    found: Found | None = None
    wanted: bool = True
    chosen: tuple[str, str] | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the curator is to say which song is meant."""
        return self.found is not None and self.found.doubtful


def fold_song(song: Song, events: Iterable[Event]) -> SongState:
    """Return how a song stands after the events on its request that stand.

    Of several finds for the same names the last one holds, over what people said.
    """
    state, said = SongState(song), song
    for event in events:
        if event.type == "song_corrected":
            state = _after_correction(state, event)
            said = state.song
        elif event.type == "song_found":
            found = Found.from_data(event.data)
            if found.after != state.correction:  # asked with other names than it has now
                continue
            now = said if found.doubtful else filled(said, found.song)
            state = replace(state, song=now, found=found, wanted=not found.complete)
    return state


def _after_correction(state: SongState, event: Event) -> SongState:
    song = Song.from_doc(event.data)
    source, _, ref = str(event.data.get("chosen") or "").partition(" ")
    same = same_names(state.song, song)
    found = None
    if state.found is not None and (same or ref):
        found = replace(state.found, doubtful=False)
    return SongState(
        song=song,
        correction=event.id,
        found=found,
        wanted=bool(ref) or not same or (state.wanted and not _settles(state, song)),
        chosen=(source, ref) if ref else state.chosen if same else None,
    )


def _settles(state: SongState, song: Song) -> bool:
    """Whether a correction is the last word on what was found: no more of it is wanted.

    It is where it settles a doubt, takes something away, or leaves all as it is.
    """
    if state.found is None:
        return False
    before = state.song
    taken = {*before.genres} - {*song.genres} or before.features.keys() - song.features.keys()
    return state.found.doubtful or bool(taken) or song == before
