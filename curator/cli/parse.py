"""`curator parse`: artist and title out of messy text."""

from typing import Annotated

import typer

from curator.cli.options import Json
from curator.cli.streams import json_line, lines


def parse(
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", show_default=False, help="A text a line.")
    ] = "-",
    json: Json = False,
) -> None:
    """Find the song that a text speaks of: a line in, a line out.

    Prints text, artist and title, separated by tabs, with null where there is none. With --json,
    "songs" lists every song found, and the text is exactly as it came. Control characters are
    shown as symbols otherwise.

    \b
    Example:
      echo 'now playing: "Glass Orchard" by Velvet Meridian' | curator parse --json
    """
    from curator.domain.parsing import parse_songs
    from curator.domain.plain import shown

    for line in lines(file):
        text = line.decode("utf-8", errors="replace")
        songs = parse_songs(text)
        artist, title = (songs[0].artist, songs[0].title) if songs else (None, None)
        if json:
            every = [{"artist": song.artist, "title": song.title} for song in songs]
            out = json_line({"text": text, "artist": artist, "title": title, "songs": every})
        else:
            out = "\t".join(shown(part) for part in (text, artist or "null", title or "null"))
        print(out, flush=True)
