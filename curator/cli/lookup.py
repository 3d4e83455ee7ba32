"""`curator lookup`: what the sources know of a song."""

from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import json_line, say

if TYPE_CHECKING:
    from curator.music.lookup import SongFacts


def lookup(
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", show_default=False, help="The song's title.")
    ],
    artist: Annotated[
        str | None,
        typer.Option("--artist", metavar="TEXT", show_default=False, help="Who plays it."),
    ] = None,
    home: Home = None,
    json: Json = False,
) -> int:
    """Look a song up: genres and audio features with their sources, or the songs it may be.

    Asks the sources that the settings name: catalogue.csv or catalogue.parquet in the data folder,
    MusicBrainz, and Spotify where there are keys for it. What the model may not know of is marked.
    Exits with 1 where no source knows the song, or where it is doubtful which one is meant.

    \b
    Example:
      curator lookup --artist "Velvet Meridian" --title "Glass Orchard" --json
    """
    if not title.strip():
        raise Stop("--title is empty", USAGE)
    from curator.cli.wiring import connect_lookup, settings_of

    home = folder(home)
    settings = settings_of(home)
    source = connect_lookup(home, settings)
    try:
        facts = source.find((artist or "").strip() or None, title.strip())
    finally:
        source.close()
    for text in facts.failed:
        say(f"curator lookup: {text}")
    if json:
        print(json_line(_as_json(facts)))
    else:
        for line in _lines(facts, settings.model_sources):
            print(line)
    if facts.song is None and not facts.candidates:
        say("curator lookup: no source knows it")
    return FAILED if facts.song is None else 0


def _as_json(facts: "SongFacts") -> dict[str, object]:
    from dataclasses import asdict

    from curator.domain.finding import feature_source, genre_source
    from curator.domain.records import Song

    song = facts.song or Song()
    return {
        "artist": song.artist,
        "title": song.title,
        "doubtful": facts.doubtful,
        "genres": [{"name": g, "source": genre_source(song, g)} for g in song.genres],
        "features": {
            name: {"value": value, "source": feature_source(song, name)}
            for name, value in song.features.items()
        },
        "candidates": [asdict(candidate) for candidate in facts.candidates],
        "failed": list(facts.failed),
    }


def _lines(facts: "SongFacts", model_sources: tuple[str, ...]) -> list[str]:
    from curator.domain.finding import feature_source, genre_source
    from curator.domain.plain import shown

    lines: list[str] = []
    if song := facts.song:
        lines.append(shown(" – ".join(name for name in (song.artist, song.title) if name)))
        told = [(shown(genre), genre_source(song, genre)) for genre in song.genres]
        told += [(f"{n} {v:g}", feature_source(song, n)) for n, v in song.features.items()]
        for text, source in told:
            kept = "" if source in model_sources else ", kept from the model"
            lines.append(f"  {text}  ({source}{kept})")
    elif facts.candidates:
        doubt = "It is doubtful which song is meant:"
        lines.append(doubt if facts.doubtful else "No source knows it; these are the nearest:")
    others = facts.candidates[1:] if facts.song else facts.candidates
    if facts.song and others:
        lines.append("Others that it may be:")
    for candidate in others:
        name = f"{candidate.artist} – {candidate.title}"
        note = f", {candidate.note}" if candidate.note else ""
        about = f"{candidate.score:.2f}, {candidate.source}{note}"
        lines.append(f"  {shown(name, 100)}  ({shown(about, 100)})")
    return lines
