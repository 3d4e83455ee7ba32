"""Requests at the desk: typed or imported ones, their songs, their turn."""

from collections.abc import Iterable

from curator.desk.changes import CardsChanged, QueueChanged
from curator.desk.ledger import Ledger, new_id
from curator.domain.records import Event, Request, Song


class Asking:
    """Take requests in, correct their songs, put them off."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def typed(self, text: str) -> list[Request]:
        """Take what was typed or pasted: one request a line. Raises ValueError for nothing."""
        requests = self.read(text)
        self.take(requests)
        return requests

    def read(self, text: str) -> list[Request]:
        """Read what was typed or pasted without taking it in, in any thread.

        Raises ValueError for nothing.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise ValueError("there is nothing to ask for")
        return [self._read(line) for line in lines]

    def _read(self, line: str) -> Request:
        from curator.domain.parsing.typed import parse_typed

        songs = parse_typed(line)
        song = Song(songs[0].artist, songs[0].title) if songs else Song()
        return Request(
            id=new_id(),
            at=self._ledger.stamp(),
            source="typed",
            text=line,
            song=song,
            others=tuple(f"{o.artist or ''} – {o.title or ''}" for o in songs[1:]),
        )

    def take(self, requests: Iterable[Request]) -> None:
        """Take requests that are complete, from wherever they came."""
        self._ledger.add(*requests)
        self._ledger.tell(QueueChanged())

    def correct(self, request_id: str, song: Song) -> Event | None:
        """Correct what is known of a request's song. None if nothing changed."""
        if song == self._ledger.song(request_id):
            return None
        event = self._ledger.record("song_corrected", request_id, **song.to_doc())
        self._ledger.tell(QueueChanged())
        self._ledger.tell(CardsChanged(request_id))
        return event

    def defer(self, request_id: str) -> Event:
        """Put a request off until the others are done."""
        event = self._ledger.record("deferred", request_id)
        self._ledger.tell(QueueChanged())
        return event
