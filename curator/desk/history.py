"""Undo and redo, without limit and over restarts."""

from dataclasses import dataclass

from curator.desk.changes import CardsChanged, QueueChanged
from curator.desk.ledger import Ledger
from curator.domain.records import Event


@dataclass(frozen=True, slots=True)
class Step:
    """What undo or redo did: the event it was about, where, and in words."""

    event: Event
    request_id: str
    sample_id: str | None
    what: str


class History:
    """Steps back and forth through what this curator did."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def undo(self) -> Step | None:
        """Take the last action back. None when there is none."""
        event = self._ledger.session.undoable(self._ledger.curator)
        if event is None:
            return None
        self._ledger.record("undone", event.id)
        return self._told(event)

    def redo(self) -> Step | None:
        """Do again what was undone last. None when there is nothing."""
        event = self._ledger.session.redoable(self._ledger.curator)
        if event is None:
            return None
        self._ledger.record("redone", event.id)
        return self._told(event)

    def _told(self, event: Event) -> Step:
        on_sample = "request" in event.data
        request_id = str(event.data["request"]) if on_sample else event.target
        self._ledger.tell(QueueChanged())
        self._ledger.tell(CardsChanged(request_id))
        return Step(event, request_id, event.target if on_sample else None, describe(event))


def describe(event: Event) -> str:
    """Say in a few words what an event did."""
    data = event.data
    match event.type:
        case "judged":
            verdict = data.get("verdict")
            return {"approve": "approval", "reject": "rejection"}.get(str(verdict), "reopening")
        case "rated":
            return f"{data['stars']} stars" if data.get("stars") else "clearing the stars"
        case "ranked":
            return f"calling it {data['rank']}" if data.get("rank") else "clearing the rank"
        case "edited":
            return "edit" if data.get("text") else "return to the text as written"
        case "tagged":
            return "tags"
        case "deferred":
            return "deferral"
        case "song_corrected":
            return "song correction"
        case _:
            return event.type
