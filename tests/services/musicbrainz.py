"""A stand-in for MusicBrainz: its web service's searches and look-ups, in its XML.

It serves any catalogue: rows with `artist`, `title`, and where they are known `album`,
`release_date`, `disambiguation`, `recording_tags`, `album_tags`, `artist_tags` (tag → votes) or
`genres` (as an artist's tags). Searches bring what has any of the words, as Lucene does, or the
recording with the id of `rid:`. A look-up by id leaves out the albums that `inc` does not name.

Faults of its own: `503-busy` (too many requests), `404`, `empty` (no results), `no-tags`. Whoever
sends no User-Agent of their own gets 403.
"""

import re
import uuid
from collections import defaultdict
from xml.etree import ElementTree as ET

from tests.services.service import Answer, Call, Service
from tests.services.spotify import words_of

SPACE = "http://musicbrainz.org/ns/mmd-2.0#"
EXT = "http://musicbrainz.org/ns/ext#-2.0"
ET.register_namespace("", SPACE)
ET.register_namespace("ext", EXT)


def mbid(*names):
    """Return an id as MusicBrainz gives them, always the same for the same names."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(names)))


class MusicBrainz(Service):
    name = "musicbrainz"

    def __init__(self, catalogue=(), port=0, **more):
        self.rows = {}
        self._words = defaultdict(set)
        for row in catalogue:
            self.add(row)
        super().__init__(port, **more)

    def add(self, row):
        id = row.get("mbid") or mbid(row["artist"], row["title"], row.get("album", ""))
        self.rows[id] = row | {"mbid": id}
        for word in words_of(f"{row['title']} {row['artist']}"):
            self._words[word].add(id)
        return id

    def route_of(self, call: Call) -> str:
        parts = call.path.removeprefix("/ws/2/").rstrip("/").split("/")
        return f"{call.method} {parts[0]}" + ("/:id" if len(parts) > 1 else "")

    def answer(self, call: Call, fault) -> Answer:
        headers = {name.lower(): value for name, value in call.headers.items()}
        agent = headers.get("user-agent", "")
        if not re.match(r"[\w-]+/\S+", agent) or agent.startswith(("python", "musicbrainzngs")):
            return _error(403, "Your requests need a meaningful User-Agent.")
        match fault:
            case "503-busy":
                return _error(503, "Your requests are exceeding the allowable rate limit.")
            case "404":
                return _error(404, "Not Found")
        last = call.path.rsplit("/", 1)[-1]
        with_tags = fault != "no-tags"
        match self.route_of(call):
            case "GET recording":
                return self._search(call, fault)
            case "GET recording/:id":
                row = self.rows.get(last)
                albums = "release-groups" in call.query.get("inc", "").split()
                body = row and self._recording(row, with_tags, albums)
            case "GET release-group/:id":
                row = self._row_where("album", last)
                body = row and _element("release-group", {"id": last}, row.get("album", ""),
                                        row.get("album_tags") if with_tags else None)  # fmt: skip
            case "GET artist/:id":
                row = self._row_where("artist", last)
                tags = _artist_tags(row) if row and with_tags else None
                body = row and _element("artist", {"id": last}, row["artist"], tags, "name")
            case _:
                return _error(404, "Not Found")
        return _error(404, "Not Found") if body is None else _sent(body)

    def _row_where(self, name, id):
        rows = self.rows.values()
        return next((row for row in rows if mbid(name, row.get(name) or "") == id), None)

    def _search(self, call, fault):
        query = call.query.get("query", "")
        if not query:
            return _error(400, "A query is needed")
        limit = int(call.query.get("limit", "25"))
        rows = [] if fault == "empty" else self._found(query)
        listed = ET.Element(_tag("recording-list"), {"count": str(len(rows)), "offset": "0"})
        for place, row in enumerate(rows[:limit]):
            recording = self._recording(row, fault != "no-tags")
            recording.set(f"{{{EXT}}}score", str(max(100 - 3 * place, 1)))
            listed.append(recording)
        return _sent(listed)

    def _found(self, query):
        if query.startswith("rid:"):
            row = self.rows.get(query.removeprefix("rid:"))
            return [row] if row else []
        asked = [word for word in words_of(query) if word not in ("recording", "artist", "and")]
        hits = defaultdict(int)
        for word in asked:
            for id in self._words.get(word, ()):
                hits[id] += 1
        ranked = sorted(hits, key=lambda id: (-hits[id], id))
        return [self.rows[id] for id in ranked]

    def _recording(self, row, with_tags, with_albums=True):
        recording = _element("recording", {"id": row["mbid"]}, row["title"],
                             row.get("recording_tags") if with_tags else None)  # fmt: skip
        if row.get("disambiguation"):
            _child(recording, "disambiguation", row["disambiguation"])
        credit = _child(_child(recording, "artist-credit"), "name-credit")
        artist = _child(credit, "artist")
        artist.set("id", mbid("artist", row["artist"]))
        _child(artist, "name", row["artist"])
        if album := row.get("album"):
            release = _child(_child(recording, "release-list"), "release")
            release.set("id", mbid("release", album))
            _child(release, "title", album)
            if with_albums:
                _child(release, "release-group").set("id", mbid("album", album))
            if row.get("release_date"):
                _child(release, "date", row["release_date"])
        return recording


def _artist_tags(row):
    return row.get("artist_tags") or dict.fromkeys(row.get("genres", ()), 5)


def _tag(name):
    return f"{{{SPACE}}}{name}"


def _child(parent, name, text=None):
    child = ET.SubElement(parent, _tag(name))
    child.text = text
    return child


def _element(name, attributes, title, tags, naming="title"):
    element = ET.Element(_tag(name), attributes)
    _child(element, naming, title)
    if tags:
        listed = _child(element, "tag-list")
        for tag, count in tags.items():
            one = _child(listed, "tag")
            one.set("count", str(count))
            _child(one, "name", tag)
    return element


def _sent(body):
    root = ET.Element(_tag("metadata"))
    root.append(body)
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(200, text, {"Content-Type": "application/xml; charset=utf-8"})


def _error(status, text):
    root = ET.Element("error")
    ET.SubElement(root, "text").text = text
    return Answer(status, ET.tostring(root), {"Content-Type": "application/xml"})
