"""Where what is known of a song came from, in a few words, and whether it is the right song."""

from collections.abc import Iterable, Mapping

from curator.domain.finding import LOOKUPS, Candidate, SongState, feature_source, genre_source
from curator.domain.plain import shown
from curator.domain.records import Song
from curator.tui.keys import BY_ID, shown_keys
from curator.tui.wording import counted

_NAMES: Mapping[str, str] = {
    "catalogue": "your catalogue",
    "musicbrainz": "MusicBrainz",
    "spotify": "Spotify",
    "curator": "you",
    "file": "the file",
}


def origin(song: Song, model_sources: Iterable[str]) -> str:
    """Return where genres and features came from, "" where nothing was looked up."""
    genres = _each(genre_source(song, genre) for genre in song.genres)
    features = _each(feature_source(song, name) for name in song.features)
    told = {*genres, *features}
    if not told & {*LOOKUPS}:
        return ""
    if not genres or not features or genres == features:
        text = f"from {_listed(genres or features)}"
    else:
        text = f"genres from {_listed(genres)}, sound from {_listed(features)}"
    kept = [name for name in LOOKUPS if name in told and name not in {*model_sources}]
    return text + (f" ({_listed(kept)} kept from the model)" if kept else "")


def doubt(state: SongState, keymap: Mapping[str, str]) -> str:
    """Return what is said where it is doubtful which song is meant, with the key that chooses."""
    if not state.doubtful or state.found is None:
        return ""
    key = shown_keys([BY_ID["song"]], keymap).split(" ")[0]
    return f"which song is it? {counted(len(state.found.candidates), 'song')} found: {key} chooses"


def offered(candidate: Candidate) -> str:
    """Return a candidate as it is offered: its name, what tells it apart, who knows it, its fit."""
    name = " – ".join(shown(part, 60) for part in (candidate.artist, candidate.title) if part)
    note = f", {shown(candidate.note, 40)}" if candidate.note else ""
    source = _NAMES.get(candidate.source, shown(candidate.source, 20))
    return f"{name}  ({source}{note}, {candidate.score:.0%})"


def _each(sources: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sources))


def _listed(sources: Iterable[str]) -> str:
    names = [_NAMES.get(source, shown(source, 20)) for source in sources]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
