"""A line typed at the desk: the curator means a song, so that less evidence will do."""

import re

from curator.domain.parsing.choosing import Found, parse_songs
from curator.domain.parsing.cleaning import clean

_DASH = re.compile(r"\s+[-–—]{1,2}\s+")
# the last "by" of a line, as in: stand by me by ben e king
_BY = re.compile(r"\s+by\s+(?!.*\s+by\s+)", re.IGNORECASE)
_QUOTES = "\"'“”‘’«» "


def parse_typed(line: str) -> tuple[Found, ...]:
    """Find the songs of a line that somebody typed to ask for a song.

    What `parse_songs` finds counts; where it finds nothing, a line of two parts is read as
    "artist – title" or "title by artist".
    """
    found = parse_songs(line)
    if found:
        return found
    lines = clean(line).lines
    for pattern, artist_first in ((_DASH, True), (_BY, False)):
        parts = [part.strip(_QUOTES) for part in pattern.split(lines[0])] if lines else []
        if len(parts) == 2 and all(parts):
            artist, title = parts if artist_first else reversed(parts)
            return (Found(artist, title),)
    return ()
