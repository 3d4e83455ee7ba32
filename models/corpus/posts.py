"""Blog posts: an object with `content` and mostly `title` and `url`, as blogs export them.

Understood as well: the song's own names (`artist` with `title`, `song` or `track`), tags, and the
nested `{"rendered": …}` of WordPress.
"""

from collections.abc import Mapping
from typing import Any

from models.corpus.aspects import features_of, genres_of
from models.corpus.markup import read_page
from models.corpus.records import Passage, Post
from models.corpus.songs import NO_SONG, Song, song_of

TEXTS = ("content", "body", "text", "review", "commentary", "description")
_HEADLINES = ("headline", "title", "name")
_SONGS = ("song", "song_title", "track")
_TAGS = ("genres", "genre", "tags", "categories")


def is_post(row: Mapping[str, Any]) -> bool:
    """Whether an object is a post: it has a text, and says where it is from or what it is of."""
    known = {name.lower() for name in row}
    return "content" in known or (
        any(name in known for name in TEXTS)
        and any(name in known for name in ("title", "headline", "url", "link", "artist"))
    )


def read_post(row: Mapping[str, Any], place: str) -> Passage:
    """Return the passage of a post; `place` names it where nothing says which song it is of.

    Raises ValueError where there is no text in it.
    """
    fields = {str(name).lower(): value for name, value in row.items()}
    page = read_page(_first(fields, TEXTS))
    if not page.paragraphs:
        raise ValueError("no text in it")
    headline = " ".join(read_page(_first(fields, _HEADLINES)).text.split())
    names = _names(fields, headline)
    tags = [tag for name in _TAGS for tag in _strings(fields.get(name))]
    song = f"{names.artist} - {names.title}".lower() if names.artist and names.title else place
    post = Post(headline, page.headings, names.artist, names.title)
    return Passage(page.text, song, "captions", genres_of(tags), features_of(tags), post)


def _names(fields: Mapping[str, Any], headline: str) -> Song:
    """Return the song's names as fields of their own, else as the headline tells them."""
    artist = _first(fields, ("artist", "artist_name"))
    if not artist:
        return song_of(headline) if headline else NO_SONG
    title = _first(fields, _SONGS)
    if not title:
        told = song_of(headline)
        title = told.title if told.artist and told.title else headline
    return Song(artist.strip() or None, (title or "").strip() or None)


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = fields.get(name)
        if isinstance(value, Mapping):
            value = value.get("rendered")
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.strip("[]").replace("'", "").split(",")]
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
