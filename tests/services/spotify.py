"""A stand-in for Spotify: its token endpoint and what of its API is left to an app of today.

It serves any catalogue: rows with `id`, `title`, `artist` (several joined by ", "), and where
they are known `album`, `release_date`, `genres`, `features`, `popularity`. Like the real one it
puts the popular before the fitting, so that the first hit is often not the one that was meant.

Faults of its own: `429` (a Retry-After of a day), `quota` (429, QUOTA_EXCEEDED), `400`, `401`,
`403`, `404`, `string` (a text for an error, with 400), `empty` (no results), `no-genres`,
`null-genres`, `empty-genres`, `features` (lets this app have audio features).
"""

import base64
import hashlib
import re
import unicodedata
from collections import defaultdict

from tests.services.service import Answer, Call, Service

FEATURES = ("danceability", "energy", "loudness", "speechiness", "acousticness",
            "instrumentalness", "liveness", "valence", "tempo")  # fmt: skip
CLIENT_ID, CLIENT_SECRET = "curators-app", "curators-secret"
_ROUTES = (
    (re.compile(r"/v1/tracks/[^/]+"), "/v1/tracks/:id"),
    (re.compile(r"/v1/artists/[^/]+"), "/v1/artists/:id"),
    (re.compile(r"/v1/albums/[^/]+"), "/v1/albums/:id"),
    (re.compile(r"/v1/audio-features/[^/]+"), "/v1/audio-features/:id"),
)


def id_of(*names):
    """Return an id as Spotify's look: 22 letters and digits."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    letters = re.sub(r"[^A-Za-z0-9]", "", base64.b64encode(digest).decode())
    return (letters + "0" * 22)[:22]


def words_of(text):
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = (
        "".join(c for c in bare if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    )
    return re.findall(r"\w+", bare) or text.split()


class Spotify(Service):
    name = "spotify"

    def __init__(self, catalogue=(), port=0, *, secrets=None, features=False, **more):
        self.rows = {}
        self._titles = defaultdict(set)
        self._artists = defaultdict(set)
        self.artist_genres = {}
        self.secrets = secrets or {CLIENT_ID: CLIENT_SECRET}
        self.features = features
        self.tokens = set()
        for row in catalogue:
            self.add(row)
        super().__init__(port, **more)

    def add(self, row):
        id = row.get("id") or id_of(row["artist"], row["title"], row.get("album", ""))
        row = {
            "popularity": int(hashlib.sha256(id.encode()).hexdigest(), 16) % 100,
            **row,
            "id": id,
        }
        self.rows[id] = row
        for word in words_of(row["title"]):
            self._titles[word].add(id)
        for word in words_of(row["artist"]):
            self._artists[word].add(id)
        first = row["artist"].split(", ")[0]
        if row.get("genres"):
            self.artist_genres[id_of(first)] = list(row["genres"])
        return id

    @property
    def api(self):
        return f"{self.url}/v1/"

    @property
    def token_url(self):
        return f"{self.url}/api/token"

    def route_of(self, call: Call) -> str:
        for pattern, name in _ROUTES:
            if pattern.fullmatch(call.path):
                return f"{call.method} {name}"
        return f"{call.method} {call.path}"

    def answer(self, call: Call, fault) -> Answer:
        match fault:
            case "429":
                headers = {"Retry-After": "86400"}
                return self._error(429, "API rate limit exceeded", headers=headers)
            case "quota":
                return self._error(429, "Daily quota exceeded", "QUOTA_EXCEEDED")
            case "400" | "401" | "403" | "404":
                return self._error(int(fault), "Not for you")
            case "string":
                return Answer(400, {"error": "invalid_request"})
        route = self.route_of(call)
        if route == "POST /api/token":
            return self._token(call)
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return self._error(401, "Invalid access token" if token else "No token provided")
        last = call.path.rsplit("/", 1)[-1]
        match route:
            case "GET /v1/search":
                return self._search(call, fault)
            case "GET /v1/tracks/:id":
                row = self.rows.get(last)
                return Answer(200, self._track(row)) if row else self._missing()
            case "GET /v1/artists/:id":
                return self._artist(last, fault)
            case "GET /v1/audio-features/:id":
                return self._audio_features(last, fault)
        return self._error(404, "Service not found")

    def _token(self, call):
        scheme, _, encoded = call.headers.get("Authorization", "").partition(" ")
        try:
            id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            id, secret = "", ""
        if scheme != "Basic" or self.secrets.get(id) != secret:
            return Answer(400, {"error": "invalid_client", "error_description": "Invalid client"})
        if call.form.get("grant_type") != "client_credentials":
            return Answer(400, {"error": "unsupported_grant_type"})
        token = "BQ" + hashlib.sha256(f"{id} {len(self.tokens)}".encode()).hexdigest()
        self.tokens.add(token)
        return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _search(self, call, fault):
        asked = call.query
        query, limit = asked.get("q", ""), int(asked.get("limit", "5"))
        if not 1 <= limit <= 10:
            return self._error(400, "Invalid limit")
        if not query:
            return self._error(400, "No search query")
        rows = [] if fault == "empty" else self.found(query)
        offset = int(asked.get("offset", "0"))
        page = {
            "href": f"{self.api}search?offset={offset}&limit={limit}&query={len(query)}&type=track",
            "limit": limit,
            "next": None,
            "offset": offset,
            "previous": None,
            "total": len(rows),
            "items": [self._track(row) for row in rows[offset : offset + limit]],
        }
        return Answer(200, {"tracks": page})

    def found(self, query):
        """Return the rows that have all the words asked for, the popular ones first."""
        ids = None
        for field, quoted, bare, word in re.findall(
            r'(?:(track|artist):(?:"([^"]*)"|(\S+)))|(\S+)', query
        ):
            asked = quoted or bare or word
            if not re.search(r"\w", asked) and re.search(r"\w", query):
                continue  # a dash between words
            for part in words_of(asked):
                fitting = set()
                if field in ("track", ""):
                    fitting |= self._titles.get(part, set())
                if field in ("artist", ""):
                    fitting |= self._artists.get(part, set())
                ids = fitting if ids is None else ids & fitting
        rows = [self.rows[id] for id in ids or ()]
        return sorted(rows, key=lambda row: (-row["popularity"], row["id"]))

    def _track(self, row):
        album = row.get("album") or row["title"]
        id = row["id"]
        return {
            "album": {
                "album_type": "album",
                "artists": self._artists_of(row),
                "available_markets": ["DE", "JP"],
                "external_urls": _web("album", id),
                "href": f"{self.api}albums/{id_of(album)}",
                "id": id_of(album),
                "images": [],
                "is_playable": True,
                "name": album,
                "release_date": row.get("release_date") or "2020-01-01",
                "release_date_precision": "day",
                "total_tracks": 12,
                "type": "album",
                "uri": f"spotify:album:{id_of(album)}",
            },
            "artists": self._artists_of(row),
            "available_markets": ["DE", "JP"],
            "disc_number": 1,
            "duration_ms": 222075,
            "explicit": False,
            "external_urls": _web("track", id),
            "href": f"{self.api}tracks/{id}",
            "id": id,
            "is_local": False,
            "is_playable": True,
            "name": row["title"],
            "preview_url": None,
            "track_number": 2,
            "type": "track",
            "uri": f"spotify:track:{id}",
        }

    def _artists_of(self, row):
        return [self._simple_artist(name) for name in row["artist"].split(", ")]

    def _simple_artist(self, name):
        id = id_of(name)
        return {
            "external_urls": _web("artist", id),
            "href": f"{self.api}artists/{id}",
            "id": id,
            "name": name,
            "type": "artist",
            "uri": f"spotify:artist:{id}",
        }

    def _artist(self, id, fault):
        names = (name for row in self.rows.values() for name in row["artist"].split(", "))
        name = next((name for name in names if id_of(name) == id), None)
        if name is None:
            return self._missing()
        body = self._simple_artist(name) | {"images": []}
        match fault:
            case "no-genres":
                pass
            case "null-genres":
                body["genres"] = None
            case "empty-genres":
                body["genres"] = []
            case _:
                body["genres"] = self.artist_genres.get(id, [])
        return Answer(200, body)

    def _audio_features(self, id, fault):
        row = self.rows.get(id)
        if not (self.features or fault == "features"):
            return Answer(403, {"error": {"status": 403}})
        if row is None or not row.get("features"):
            return self._missing()
        own = {name: row["features"].get(name, 0.0) for name in FEATURES}
        about = {
            "analysis_url": f"{self.api}audio-analysis/{id}", "duration_ms": 222075, "id": id,
            "key": 5, "mode": 0, "time_signature": 4, "track_href": f"{self.api}tracks/{id}",
            "type": "audio_features", "uri": f"spotify:track:{id}",
        }  # fmt: skip
        return Answer(200, own | about)

    def _missing(self):
        return self._error(404, "Resource not found")

    def _error(self, status, message, reason=None, *, headers=None):
        error = {"status": status, "message": message} | ({"reason": reason} if reason else {})
        return Answer(status, {"error": error}, headers or {})


def _web(kind, id):
    return {"spotify": f"https://open.spotify.com/{kind}/{id}"}
