"""MusicBrainz: recordings, and the tags that people gave them, their albums and their artists.

The library waits through its own rate limit and eight retries, without a time limit. Here each
request is sent once, within `timeout`, and a second after the last one, as the service asks.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from curator.domain.finding import Candidate
from curator.music.genres import tidy, voted
from curator.music.source import Details, SourceError

_ENOUGH = 3
"""With so many genres from nearer by, the artist's are not asked for."""
_BUSY = 30.0
"""Seconds of quiet after the service said that it has too much to do."""


class MusicBrainz:
    """Asks `base_url`; `contact` (a mail address or page) goes along, as the service wants.

    `clock` and `sleep` are in seconds.
    """

    name = "musicbrainz"
    gives = frozenset({"genres"})
    keeps = 30 * 86_400.0

    def __init__(
        self,
        base_url: str,
        *,
        contact: str | None = None,
        timeout: float = 8.0,
        interval: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url
        self._contact = contact
        self._timeout = timeout
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._last: float | None = None
        self._seen: dict[str, Mapping[str, Any]] = {}

    def search(self, artist: str | None, title: str) -> Sequence[Candidate]:
        """Return recordings. Raises `SourceError`."""
        from curator.music.matching import take_apart, with_remark

        fields = {"recording": take_apart(title).whole} | ({"artist": artist} if artist else {})
        answer = self._ask(lambda library: library.search_recordings(limit=25, **fields))
        self._seen.clear()
        found = []
        for recording in _dicts(answer.get("recording-list")):
            id, name = recording.get("id"), recording.get("title")
            if not isinstance(id, str) or not isinstance(name, str):
                continue
            self._seen[id] = recording
            title_found = with_remark(name, str(recording.get("disambiguation") or ""))
            found.append(
                Candidate(self.name, id, _artist(recording), title_found, _note(recording))
            )
        return found

    def details(self, candidate: Candidate) -> Details:
        """Return the genres that a recording's tags name. Raises `SourceError`.

        Its own votes count most, then its album's, then its artist's, who is only asked about
        where those name few.
        """
        recording = self._seen.get(candidate.ref) or self._recording(candidate.ref)
        votes = [(tag, 3 * count) for tag, count in _tags(recording)]
        albums = (release.get("release-group") for release in _dicts(recording.get("release-list")))
        album = next((a["id"] for a in albums if isinstance(a, dict) and "id" in a), None)
        artists = [
            credit["artist"]["id"]
            for credit in recording.get("artist-credit") or ()
            if isinstance(credit, dict)
            and isinstance(credit.get("artist"), dict)
            and "id" in credit["artist"]
        ]
        if album is not None and _few(votes):
            about = self._ask(lambda mb: mb.get_release_group_by_id(album, includes=["tags"]))
            votes += [(tag, 2 * n) for tag, n in _tags(about.get("release-group"))]
        if artists and _few(votes):
            about = self._ask(lambda mb: mb.get_artist_by_id(artists[0], includes=["tags"]))
            votes += list(_tags(about.get("artist")))
        return Details(voted(votes))

    def close(self) -> None:
        """Nothing stays open."""

    def _recording(self, id: str) -> Mapping[str, Any]:
        """Return a recording as a search brings it: a look-up would leave its albums' tags out."""
        answer = self._ask(lambda mb: mb.search_recordings(query=f"rid:{id}", limit=1))
        listed = _dicts(answer.get("recording-list"))
        return next((recording for recording in listed if recording.get("id") == id), {})

    # One request

    def _ask(self, call: Callable[[Any], Any]) -> Mapping[str, Any]:
        import musicbrainzngs
        from musicbrainzngs import musicbrainz as inner

        here = urlsplit(self._base_url)
        musicbrainzngs.set_useragent("curator", version("curator"), self._contact)
        musicbrainzngs.set_hostname(here.netloc, use_https=here.scheme == "https")
        musicbrainzngs.set_rate_limit(False)
        musicbrainzngs.set_parser()
        self._wait()
        kept, inner._safe_read = inner._safe_read, self._send
        try:
            answer = call(musicbrainzngs)
        except SourceError:
            raise
        except Exception as error:  # the library's parser raises whatever odd XML makes it raise
            raise SourceError("MusicBrainz answered in a way that can't be read") from error
        finally:
            inner._safe_read = kept
            self._last = self._clock()
        if not isinstance(answer, dict):
            raise SourceError("MusicBrainz answered in a way that can't be read")
        return answer

    def _wait(self) -> None:
        if self._last is not None:
            left = self._last + self._interval - self._clock()
            if left > 0:
                self._sleep(left)

    def _send(self, opener: Any, request: Any, body: Any = None, **_: Any) -> bytes:
        """Send what the library made, once. Raises `SourceError`."""
        import requests

        from curator.net.http import Session

        try:
            with contextlib.closing(Session(self._base_url, self._timeout)) as session:
                headers = dict(request.header_items())
                headers.pop("Content-length", None)
                answer = session.request("GET", request.full_url, headers=headers)
        except requests.Timeout as error:
            raise SourceError("MusicBrainz did not answer in time", wait=_BUSY) from error
        except requests.RequestException as error:
            raise SourceError("MusicBrainz can't be reached", wait=_BUSY) from error
        if answer.status_code == 404:
            raise SourceError("MusicBrainz does not know that any more")
        if answer.status_code in (429, 503):
            raise SourceError("MusicBrainz wants fewer requests for a while", _later(answer))
        if answer.status_code != 200:
            raise SourceError(f"MusicBrainz has trouble of its own ({answer.status_code})", _BUSY)
        return answer.content


def _later(answer: Any) -> float:
    text = str(answer.headers.get("Retry-After") or "")
    return min(float(text), 86_400.0) if text.isdecimal() else _BUSY


def _few(votes: Sequence[tuple[str, float]]) -> bool:
    return len({genre for tag, count in votes if count > 0 and (genre := tidy(tag))}) < _ENOUGH


def _tags(about: Any) -> Iterator[tuple[str, float]]:
    """Yield tags with their votes."""
    for tag in _dicts(about.get("tag-list") if isinstance(about, dict) else None):
        count = str(tag.get("count", ""))
        if isinstance(tag.get("name"), str) and count.lstrip("-").isdecimal():
            yield tag["name"], float(count)


def _artist(recording: Mapping[str, Any]) -> str:
    phrase = recording.get("artist-credit-phrase")
    return phrase if isinstance(phrase, str) else ""


def _note(recording: Mapping[str, Any]) -> str:
    """Return what tells a recording from others of its name: its remark, or an album and year."""
    if about := recording.get("disambiguation"):
        return str(about)
    for release in _dicts(recording.get("release-list")):
        parts = [str(release.get("title") or ""), str(release.get("date") or "")[:4]]
        return ", ".join(part for part in parts if part)
    return ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
