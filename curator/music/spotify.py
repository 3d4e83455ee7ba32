"""Spotify: tracks, and what it still says of artists and sounds to an app of today.

Genres of artists are deprecated and may be absent, null or empty; the audio features are closed
to new apps (403): both are then missing. The library would wait for as long as Spotify asks (a
day has been seen) and keep its token in the working directory; here every error comes at once.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from curator.domain.finding import Candidate
from curator.music.genres import genres_of
from curator.music.matching import SURE, artists_of, match, take_apart
from curator.music.source import Details, SourceError, feature_values

if TYPE_CHECKING:
    import requests
    import spotipy

LIMIT = 10
"""More search results than these are refused."""
_A_DAY = 86_400.0
_BUSY = 30.0


class Keys(Protocol):
    """What Spotify knows an app by."""

    @property
    def client_id(self) -> str:
        """The app's name."""

    @property
    def client_secret(self) -> str:
        """The app's password."""


class _Refused(SourceError):
    """An answer other than 2xx."""

    def __init__(self, message: str, status: int, wait: float = 0.0) -> None:
        self.status = status
        super().__init__(message, wait)


class Spotify:
    """Asks the API at `base_url` with tokens from `token_url`, `timeout` seconds a request."""

    name = "spotify"
    gives = frozenset({"genres", "features"})
    keeps = _A_DAY

    def __init__(self, keys: Keys, base_url: str, token_url: str, *, timeout: float = 6.0) -> None:
        self._keys = keys
        self._base_url = base_url.rstrip("/") + "/"
        self._token_url = token_url
        self._timeout = timeout
        self._client: spotipy.Spotify | None = None
        self._tracks: dict[str, Mapping[str, Any]] = {}
        self._features_closed = False

    def search(self, artist: str | None, title: str) -> Sequence[Candidate]:
        """Return tracks: of the names as fields, and less exactly while none of them fits.

        Raises `SourceError`.
        """
        self._tracks.clear()
        found: list[Candidate] = []
        for query, enough in _queries(artist, title):
            held = {candidate.ref for candidate in found}
            found += [c for c in self._search(query) if c.ref not in held]
            best = match(artist, title, found).candidates
            if best and best[0].score >= enough:
                break
        return found

    def details(self, candidate: Candidate) -> Details:
        """Return the artist's genres and the track's features. Raises `SourceError`."""
        track = self._tracks.get(candidate.ref)
        if track is None:
            track = _object(self._ask(lambda client: client.track(candidate.ref)))
        artists = [a["id"] for a in _dicts(track.get("artists")) if isinstance(a.get("id"), str)]
        genres: tuple[str, ...] = ()
        if artists:
            about = _object(self._ask(lambda client: client.artist(artists[0])))
            listed = about.get("genres")
            genres = genres_of(g for g in _list(listed) if isinstance(g, str))
        return Details(genres, self._features(candidate.ref))

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client._session.close()
            self._client.auth_manager._session.close()
            self._client = None

    def _search(self, words: str) -> list[Candidate]:
        answer = _object(self._ask(lambda client: client.search(words, limit=LIMIT, type="track")))
        found = []
        for track in _dicts(_object(answer.get("tracks") or {}).get("items")):
            id, title = track.get("id"), track.get("name")
            if not isinstance(id, str) or not isinstance(title, str):
                continue  # a local file, or one that is gone
            self._tracks[id] = track
            names = [
                a["name"] for a in _dicts(track.get("artists")) if isinstance(a.get("name"), str)
            ]
            album = track.get("album")
            found.append(Candidate(self.name, id, ", ".join(names), title, _note(album)))
        return found

    def _features(self, id: str) -> dict[str, float]:
        if self._features_closed:
            return {}
        try:
            # The library's own call goes to the address for many, which is gone.
            answer = self._ask(lambda client: client._get(f"audio-features/{quote(id, safe='')}"))
        except _Refused as error:
            if error.status not in (403, 404):
                raise
            self._features_closed = error.status == 403
            return {}
        return feature_values(answer) if isinstance(answer, dict) else {}

    # One request

    def _ask(self, call: Any) -> Any:
        """Return the answer to one call of the library, read. Raises `SourceError`.

        A token may be refused before its time is over: then we sign in once more.
        """
        try:
            return self._once(call)
        except _Refused as error:
            if error.status != 401 or error.wait:  # with a wait it is the keys that are refused
                raise
        self.close()
        return self._once(call)

    def _once(self, call: Any) -> Any:
        import requests
        import spotipy

        failed: SourceError
        try:
            return call(self._signed_in())
        except SourceError as error:
            failed = error
        except requests.exceptions.JSONDecodeError:
            failed = SourceError("Spotify answered in a way that can't be read")
        except requests.Timeout:
            failed = SourceError("Spotify did not answer in time", wait=_BUSY)
        except requests.RequestException:
            failed = SourceError("Spotify can't be reached", wait=_BUSY)
        except (spotipy.SpotifyException, spotipy.SpotifyOauthError):
            failed = SourceError("Spotify refused")
        except (ValueError, TypeError, KeyError, AttributeError):
            failed = SourceError("Spotify answered in a way that can't be read")
        # Out of the `except`, so that a traceback shows no frame which has the keys in hand.
        raise failed from None

    def _signed_in(self) -> "spotipy.Spotify":
        if self._client is None:
            import spotipy
            from spotipy.cache_handler import MemoryCacheHandler

            # At DEBUG these write whole requests, headers and all.
            for name in ("spotipy", "urllib3"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
            manager = spotipy.SpotifyClientCredentials(
                self._keys.client_id,
                self._keys.client_secret,
                requests_session=self._session(self._token_url),
                requests_timeout=self._timeout,
                cache_handler=MemoryCacheHandler(),
            )
            manager.OAUTH_TOKEN_URL = self._token_url
            self._client = spotipy.Spotify(
                auth_manager=manager,
                requests_session=self._session(self._base_url),
                requests_timeout=self._timeout,
            )
            self._client.prefix = self._base_url
        return self._client

    def _session(self, address: str) -> "requests.Session":
        from curator.net.http import Session

        there = urlsplit(address)
        return Session(f"{there.scheme}://{there.netloc}", self._timeout, _check)


def _queries(artist: str | None, title: str) -> Iterator[tuple[str, float]]:
    """Yield what to search for, each with the score from which on no other is needed.

    Words must all be there, so for a slip of the finger the artist's songs with one of the title's
    words are looked through.
    """
    name = _words(take_apart(title).whole)
    by = f'artist:"{_words(artists_of(artist)[0])}"' if artist and artists_of(artist) else ""
    yield f'track:"{name}" {by}'.strip(), 0.99
    yield " ".join(part for part in (artist, title) if part), SURE
    if by:
        words = sorted(name.split(), key=len, reverse=True)
        for word in words[:2] if len(words) > 1 else ():
            yield f'track:"{word}" {by}', SURE
        yield by, SURE


def _words(name: str) -> str:
    """Return a plain name without what may be written as a sign."""
    return " ".join(word for word in name.split() if word != "and") or name


def _check(response: "requests.Response") -> None:
    """Raise what an answer other than 2xx means, before the library trips over its body."""
    if not 200 <= response.status_code < 300:
        raise refusal(response.status_code, response.headers, response.content)


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    """Return the error that an answer other than 2xx means.

    A body is an object with an object `error`, one with a text, a text, or nothing.
    """
    words, reason = _said(body)
    if status >= 500:
        return _Refused(f"Spotify has trouble of its own ({status})", status, _BUSY)
    if status == 429:
        after = str(headers.get("Retry-After") or "")
        wait = min(float(after), _A_DAY) if after.isdecimal() and len(after) < 9 else _BUSY
        if reason == "QUOTA_EXCEEDED":
            return _Refused("the day's quota at Spotify is spent", status, max(wait, 3600.0))
        return _Refused("Spotify wants fewer requests for a while", status, wait)
    if status in (400, 401) and reason in ("invalid_client", "invalid_grant"):
        return _Refused("Spotify does not accept the app's keys", status, _A_DAY)
    return _Refused(f"Spotify refused ({status}) {words}".rstrip(), status)


def _said(body: bytes) -> tuple[str, str]:
    """Return an error's words, shortened, and its reason."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    error = answer.get("error")
    if isinstance(error, dict):
        return str(error.get("message") or "")[:200], str(error.get("reason") or "")
    text = str(error or "")[:200]
    return text, text


def _note(album: Any) -> str:
    if not isinstance(album, dict):
        return ""
    parts = [str(album.get("name") or ""), str(album.get("release_date") or "")[:4]]
    return ", ".join(part for part in parts if part)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SourceError("Spotify answered in a way that can't be read")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in _list(value) if isinstance(v, dict)]
