"""Judgements that scripts send as lines of JSON: each line is one transaction.

What a line does is on disk before it is acknowledged, and nothing of a line that the disk refused
is kept, so that an acknowledgement and the store never disagree. What it means for the outbox is
part of the same transaction.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from curator.config import Settings
from curator.desk.books import StoreBook
from curator.desk.ledger import Clock, new_id, now, stamp
from curator.desk.queueing import Followed, Queueing
from curator.domain.records import Event, EventType, Sample, Scalar
from curator.domain.session import Session
from curator.store import Store, StoreError

FIELDS = ("sample_id", "text", "stars", "tags", "rank", "verdict", "seconds")
STEPS = ("undo", "redo")
_LONGEST = 10**9
"""Seconds that a judgement may have taken."""

Ack = dict[str, Any]


class BadLine(ValueError):
    """A line that can't be understood; the message says what can."""


class ScriptedJudge:
    """Takes one line after the other; what they add up to is kept in `session` and `book`.

    With `settings`, approving queues a post as at the desk; without, nothing is ever posted.
    """

    def __init__(
        self, store: Store, curator: str, clock: Clock = now, settings: Settings | None = None
    ) -> None:
        self._store = store
        self._curator = curator
        self._clock = clock
        self._settings = settings
        self._load()

    def _load(self) -> None:
        self.session = Session(self._store.events())
        self.book = StoreBook(self._store, self._clock)
        self._queueing = self._settings and Queueing(
            self.session,
            self.book.outbox,
            self._store.request,
            self._store.sample,
            self.book.step,
            self._settings,
            self.book.now,
        )

    def take(self, line: bytes) -> Ack:
        """Do what a line says and return its acknowledgement, as it is printed.

        `{"ok": true, "id": …}` with the id of the judgement's event (of the first event where the
        line gives no verdict), or `{"ok": false, "error": …}`. Never raises for a bad line or a
        full disk.
        """
        try:
            body = _read(line)
            events = self._step(body) if body.keys() & set(STEPS) else self._judge(body)
        except BadLine as error:
            return {"ok": False, "error": str(error)}
        followed = [self._follow(event) for event in events]
        steps = [step for one in followed for step in one.steps]
        try:
            self._store.append(*events, *steps).result()
        except StoreError as error:
            self._load()  # without what was not kept
            return {"ok": False, "error": str(error)}
        return self._acknowledge(events) | self._of_posts(followed)

    def _follow(self, event: Event) -> Followed:
        self.session.apply(event)
        return self._queueing.follow(event) if self._queueing else Followed()

    def _of_posts(self, followed: list[Followed]) -> Ack:
        """Return what the acknowledgement says of the outbox, nothing where that stays as it is."""
        ids = [step.post for one in followed for step in one.steps]
        states = {id: post.state for id in ids if (post := self.book.outbox.post(id))}
        notices = [one.notice for one in followed if one.notice]
        said: Ack = {"posts": states} if states else {}
        return said | ({"notice": "; ".join(notices)} if notices else {})

    def _acknowledge(self, events: list[Event]) -> Ack:
        last = events[-1]
        if last.type in ("undone", "redone"):
            about = cast(Event, self.session.event(last.target))
            return {"ok": True, "id": last.id, last.type: about.id, "type": about.type} | (
                {"sample_id": about.target} if "request" in about.data else {}
            )
        main = last if last.type == "judged" else events[0]
        ids = {event.type: event.id for event in events}
        return {"ok": True, "id": main.id, "sample_id": main.target, "events": ids}

    def _step(self, body: Mapping[str, Any]) -> list[Event]:
        if len(body) > 1 or list(body.values()) != [True]:
            raise BadLine('undo and redo stand alone: {"undo": true}')
        undo = "undo" in body
        about = (self.session.undoable if undo else self.session.redoable)(self._curator)
        if about is None:
            raise BadLine(f"there is nothing to {'undo' if undo else 'redo'}")
        return [self._event("undone" if undo else "redone", about.id)]

    def _judge(self, body: Mapping[str, Any]) -> list[Event]:
        if unknown := sorted(body.keys() - set(FIELDS)):
            raise BadLine(f"unknown {', '.join(unknown)}; there are {', '.join(FIELDS)}, or undo")
        sample_id = body.get("sample_id")
        sample = self._store.sample(sample_id) if isinstance(sample_id, str) else None
        if sample is None:
            raise BadLine(
                f"no sample {sample_id!r} in this data folder" if sample_id else "no sample_id"
            )
        changes = _changes(body, sample)
        if not changes:
            raise BadLine("nothing to judge: give verdict, stars, text, tags or rank")
        return [
            self._event(kind, sample.id, {"request": sample.request_id, **data})
            for kind, data in changes
        ]

    def _event(
        self, kind: EventType, target: str, data: Mapping[str, Scalar] | None = None
    ) -> Event:
        at = stamp(self._clock())
        return Event(new_id(), at, self._curator, kind, target, data or {})


def _read(line: bytes) -> dict[str, Any]:
    try:
        body = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start + 1}") from None
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadLine('not an object such as {"sample_id": "…", "verdict": "approve"}')
    return body


def _changes(body: Mapping[str, Any], sample: Sample) -> list[tuple[EventType, dict[str, Scalar]]]:
    """Return the events that a line asks for, the verdict last: it is about the text as edited."""
    changes: list[tuple[EventType, dict[str, Scalar]]] = []
    seconds = body.get("seconds")
    if seconds is not None and (not _number(seconds) or not 0 <= seconds <= _LONGEST):
        raise BadLine(f"seconds is a number from 0 to {_LONGEST:,}, not {str(seconds)[:40]}")
    if "text" in body:
        text = body["text"]
        if text is not None and (not isinstance(text, str) or not text.strip()):
            raise BadLine("text is a text, or null for the text as written")
        changes.append(("edited", {"text": None if text == sample.text else text}))
    if "stars" in body:
        stars = body["stars"]
        if stars is not None and (not _number(stars) or stars not in (1, 2, 3, 4, 5)):
            raise BadLine(f"stars go from 1 to 5 (null takes them away), not {stars!r}")
        changes.append(("rated", {"stars": None if stars is None else int(stars)}))
    if "tags" in body:
        tags = body["tags"]
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise BadLine('tags are a list of texts, such as ["funny", "too long"]')
        words = dict.fromkeys(" ".join(tag.split()) for tag in tags)
        changes.append(("tagged", {"tags": "\n".join(word for word in words if word)}))
    if "rank" in body:
        if body["rank"] not in ("best", "worst", None):
            raise BadLine(f"rank is best, worst or null, not {body['rank']!r}")
        changes.append(("ranked", {"rank": body["rank"]}))
    if "verdict" in body:
        if body["verdict"] not in ("approve", "reject", None):
            raise BadLine(f"verdict is approve, reject or null, not {body['verdict']!r}")
        changes.append(("judged", {"verdict": body["verdict"], "seconds": seconds}))
    return changes


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
