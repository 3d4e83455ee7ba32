"""What an import will add: rows of a file against what is there already. Plans, writes nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from curator.domain.records import Event, EventType, Record, Request, Sample, Scalar, Song
from curator.domain.steps import PostStep, VersionStep
from curator.inbox.rows import BadRow, Candidate, FileRow, Kept, Row


class Found(Protocol):
    """A song that the parser found in a text."""

    @property
    def artist(self) -> str | None:
        """Who plays it."""

    @property
    def title(self) -> str | None:
        """What it is called."""


class Existing(Protocol):
    """What is there already; the store answers all of these."""

    def request(self, id: str, /) -> Request | None:
        """Return a request by its id."""

    def request_by_ref(self, source: str, ref: str, /) -> Request | None:
        """Return a request by its source's own id."""

    def sample(self, id: str, /) -> Sample | None:
        """Return a sample by its id."""

    def samples_of(self, request_id: str, /) -> Sequence[Sample]:
        """Return the samples of a request."""

    def has_event(self, id: str, /) -> bool:
        """Whether there is an event with this id."""

    def holds(self, record: Record, /) -> bool:
        """Whether there is a record of this kind and id."""


@dataclass
class Plan:
    """What is to be added, what was there already (lines) and what can't be used."""

    requests: list[Request] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    steps: list[PostStep] = field(default_factory=list)
    versions: list[VersionStep] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        """All that is to be added, in an order in which each stands after what it speaks of."""
        return [*self.requests, *self.samples, *self.events, *self.steps, *self.versions]


def plan_import(
    rows: Iterable[FileRow],
    existing: Existing,
    *,
    parse: Callable[[str], Sequence[Found]],
    new_id: Callable[[], str],
    now: str,
    curator: str,
) -> Plan:
    """Return what the rows of a file add to what is there.

    A request is known by its source and its id there, or by what it says where it has none, so
    that a file read twice adds nothing the second time. Rows of one request bring their texts to
    it together. Records with ids of ours keep them. `now` is the time for what has no date, and
    `curator` the judge of texts that come with a judgement.
    """
    planner = _Planner(existing, parse, new_id, now, curator)
    for row in rows:
        planner.take(row)
    return planner.plan


class _Planner:
    def __init__(
        self,
        existing: Existing,
        parse: Callable[[str], Sequence[Found]],
        new_id: Callable[[], str],
        now: str,
        curator: str,
    ) -> None:
        self.plan = Plan()
        self._existing = existing
        self._parse = parse
        self._new_id = new_id
        self._now = now
        self._curator = curator
        self._by_ref: dict[tuple[str, str], Request] = {}
        self._requests: set[str] = set()
        self._samples: set[str] = set()
        self._events: set[str] = set()
        self._texts: dict[str, set[str]] = {}  # request → the texts of its samples

    def take(self, row: FileRow) -> None:
        match row:
            case BadRow():
                self.plan.bad.append(row)
            case Kept():
                self._keep(row)
            case Row():
                self._ask(row)

    # Records with ids of ours

    def _keep(self, row: Kept) -> None:
        request, sample, new = row.request, row.sample, False
        if request and not self._has_request(request.id):
            self._add_request(request)
            new = True
        if sample and not self._has_sample(sample.id):
            if not self._has_request(sample.request_id):
                self.plan.bad.append(BadRow(row.line, "the sample's request is not here"))
                return
            self._add_sample(sample)
            new = True
        for event in row.events:
            if self._has_event(event.id):
                continue
            if not self._has_target(event):
                reason = f"what the event ({event.type}) speaks of is not here"
                self.plan.bad.append(BadRow(row.line, reason))
                return
            self._add_event(event)
            new = True
        if row.step and not self._has_step(row.step):
            if not self._has_sample(row.step.post):
                self.plan.bad.append(BadRow(row.line, "the post's sample is not here"))
                return
            self.plan.steps.append(row.step)
            new = True
        if row.version and not self._has_step(row.version):
            self.plan.versions.append(row.version)
            new = True
        if not new:
            self.plan.duplicates.append(row.line)

    def _has_step(self, step: PostStep | VersionStep) -> bool:
        planned: list[PostStep | VersionStep] = [*self.plan.steps, *self.plan.versions]
        return any(s.id == step.id for s in planned) or self._existing.holds(step)

    def _has_target(self, event: Event) -> bool:
        if event.type in ("undone", "redone"):
            return self._has_event(event.target)
        if event.type in ("deferred", "song_corrected", "song_found"):
            return self._has_request(event.target)
        return self._has_sample(event.target)

    # Requests from elsewhere

    def _ask(self, row: Row) -> None:
        ref = row.ref or _stable_ref(row)
        key = (row.source, ref)
        request = self._by_ref.get(key) or self._existing.request_by_ref(*key)
        new = request is None
        if request is None:
            request = self._request(row, ref)
            self._add_request(request)
        texts = self._texts_of(request.id)
        for candidate in row.candidates:
            if candidate.text not in texts:
                new = True
                self._offer(request, candidate, row.at or self._now)
        if not new:
            self.plan.duplicates.append(row.line)

    def _request(self, row: Row, ref: str) -> Request:
        artist, title = row.artist, row.title
        others: tuple[str, ...] = ()
        source = row.song_source
        if not (artist or title):
            found = self._parse(row.text)
            if found:
                artist, title = found[0].artist, found[0].title
            others = tuple(f"{o.artist or ''} – {o.title or ''}" for o in found[1:])
            if not (row.genres or row.features):
                source = "parsed"
        return Request(
            id=self._new_id(),
            at=row.at or self._now,
            source=row.source,
            text=row.text or " – ".join(part for part in (artist, title) if part),
            song=Song(artist, title, row.genres, dict(row.features), source),
            author=row.author,
            ref=ref,
            others=others,
        )

    def _offer(self, request: Request, candidate: Candidate, at: str) -> None:
        sample = Sample(
            id=self._new_id(),
            request_id=request.id,
            at=at,
            text=candidate.text,
            model="imported",
            song=request.song,
        )
        self._add_sample(sample)

        def say(kind: EventType, **data: Scalar) -> None:
            about = {"request": request.id, **data}
            self._add_event(Event(self._new_id(), at, self._curator, kind, sample.id, about))

        if candidate.edited and candidate.edited != candidate.text:
            say("edited", text=candidate.edited)
        if candidate.stars:
            say("rated", stars=candidate.stars)
        if candidate.tags:
            say("tagged", tags="\n".join(candidate.tags))
        if candidate.verdict:
            say("judged", verdict=candidate.verdict)

    # What is there, stored or planned

    def _add_request(self, request: Request) -> None:
        self._requests.add(request.id)
        if request.ref:
            self._by_ref.setdefault((request.source, request.ref), request)
        self.plan.requests.append(request)

    def _add_sample(self, sample: Sample) -> None:
        self._samples.add(sample.id)
        self._texts_of(sample.request_id).add(sample.text)
        self.plan.samples.append(sample)

    def _add_event(self, event: Event) -> None:
        self._events.add(event.id)
        self.plan.events.append(event)

    def _texts_of(self, request_id: str) -> set[str]:
        if request_id not in self._texts:
            stored = self._existing.samples_of(request_id)
            self._texts[request_id] = {sample.text for sample in stored}
        return self._texts[request_id]

    def _has_request(self, id: str) -> bool:
        return id in self._requests or self._existing.request(id) is not None

    def _has_sample(self, id: str) -> bool:
        return id in self._samples or self._existing.sample(id) is not None

    def _has_event(self, id: str) -> bool:
        return id in self._events or self._existing.has_event(id)


def _stable_ref(row: Row) -> str:
    """Return an id for a row without one: the same text on the same song has the same."""
    said = json.dumps([row.text, row.artist, row.title, row.author])
    return "sha256:" + hashlib.sha256(said.encode("ascii")).hexdigest()[:32]
