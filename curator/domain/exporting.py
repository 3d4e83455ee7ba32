"""Labels as rows: what stands, or everything that was ever said, or pairs to train on."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from curator.domain.columns import (
    EVENT_COLUMNS,
    JUDGEMENT_COLUMNS,
    ExportRow,
    guard_cell,
    song_columns,
    unguard_cell,
)
from curator.domain.filtering import Filter
from curator.domain.labelled import ALL, Labelled, SamplesOf, VerdictFilter, labelled, view_of
from curator.domain.preferences import dpo_rows, kto_rows
from curator.domain.records import Event, Request, Sample, Song
from curator.domain.session import Session

__all__ = [
    "EVENT_COLUMNS",
    "JUDGEMENT_COLUMNS",
    "VerdictFilter",
    "dpo_rows",
    "event_rows",
    "guard_cell",
    "judgement_rows",
    "kto_rows",
    "unguard_cell",
    "view_of",
]

_ON_SONGS = ("song_corrected", "song_found")

NOBODY: Mapping[str, int] = MappingProxyType({})


def judgement_rows(
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    *,
    filter: Filter = ALL,
    verdict: VerdictFilter | None = None,
    likes: Mapping[str, int] = NOBODY,
) -> Iterator[ExportRow]:
    """Yield a row (`JUDGEMENT_COLUMNS`) for each sample that something is said of now.

    `likes` are those of the posts, by their samples' ids.
    """
    said = _said(session)
    for of_request in labelled(requests, samples_of, session, filter, verdict):
        for item in of_request:
            now = item.judgement
            events = _standing(item, said, session)
            last = [e for e in events if e.type not in _ON_SONGS][-1]
            yield _in_order(
                JUDGEMENT_COLUMNS,
                _context(item.request, item.sample, item.song),
                {
                    "event_id": now.event_id,
                    "at": now.at or last.at,
                    "curator": now.curator or last.curator,
                    "verdict": now.verdict,
                    "stars": now.stars,
                    "rank": now.rank,
                    "text": item.text,
                    "edited": now.text is not None,
                    "tags": list(now.tags),
                    "seconds": now.seconds,
                    "likes": likes.get(item.sample.id),
                    "events": _json([e.to_doc() for e in events]),
                },
            )


def _said(session: Session) -> dict[str, list[Event]]:
    """Return the events that could stand behind a row, by their target, oldest first."""
    said: dict[str, list[Event]] = defaultdict(list)
    for event in session.events("judged", "rated", "ranked", "edited", "tagged", *_ON_SONGS):
        said[event.target].append(event)
    return said


def _standing(item: Labelled, said: dict[str, list[Event]], session: Session) -> list[Event]:
    """Return the events that made the sample and its song what they are.

    A rank that a sibling took over is left out, so that the order of rows never matters.
    """
    return [
        event
        for event in (*said.get(item.request.id, ()), *said[item.sample.id])
        if session.is_active(event.id)
        and not session.is_superseded(event.id)
        and not (event.type == "ranked" and event.data.get("rank") != item.judgement.rank)
    ]


def event_rows(
    events: Iterable[Event],
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    *,
    filter: Filter = ALL,
    verdict: VerdictFilter | None = None,
) -> Iterator[ExportRow]:
    """Yield a row (`EVENT_COLUMNS`) for every event, also what was undone or superseded.

    With a filter, the events of the requests it lets through; with a verdict, the judgements
    that gave it.
    """
    known = {request.id: request for request in requests}
    passed: dict[str, bool] = {}
    samples: dict[str, dict[str, Sample]] = {}

    def samples_by_id(request_id: str) -> dict[str, Sample]:
        if request_id not in samples:
            samples[request_id] = {s.id: s for s in samples_of(request_id)}
        return samples[request_id]

    def passes(request: Request | None) -> bool:
        if request is None:
            return not filter.terms
        if request.id not in passed:
            view = view_of(request, list(samples_by_id(request.id).values()), session)
            passed[request.id] = filter.matches(view)
        return passed[request.id]

    for event in events:
        flip = event.type in ("undone", "redone")
        about = session.event(event.target) if flip else event
        request_id = about and str(about.data.get("request") or about.target)
        request = known.get(request_id or "")
        if not passes(request) or (verdict is not None and not _gave(event, verdict)):
            continue
        sample = samples_by_id(request.id).get(about.target) if request and about else None
        context: ExportRow = {}
        if request and not flip:
            context = _context(request, sample, session.song(request.id, request.song))
        said = {k: v for k, v in event.data.items() if k in ("verdict", "stars", "rank", "text")}
        tags = str(event.data.get("tags") or "")
        yield _in_order(
            EVENT_COLUMNS,
            context,
            said,
            {
                "event_id": event.id,
                "type": event.type,
                "at": event.at,
                "curator": event.curator,
                "target": event.target,
                "undone": not flip and not session.is_active(event.id),
                "superseded": not flip and session.is_superseded(event.id),
                "sample_id": sample.id if sample else None,
                "request_id": request.id if request else None,
                "tags": [tag for tag in tags.split("\n") if tag],
                "seconds": event.data.get("seconds", event.data.get("edit_seconds")),
                "edited": event.type == "edited" and event.data.get("text") is not None,
                "data": _json(dict(event.data)),
            },
        )


def _gave(event: Event, verdict: VerdictFilter) -> bool:
    return event.type == "judged" and (event.data.get("verdict") or "none") == verdict


def _context(request: Request, sample: Sample | None, song: Song) -> ExportRow:
    """Return the columns on song, request and sample."""
    row: ExportRow = {
        "request_id": request.id,
        **song_columns(song),
        "request_text": request.text,
        "source": request.source,
        "author": request.author,
        "ref": request.ref,
        "request_at": request.at,
        "others": list(request.others),
        "asked_song": _other_song(request.song, song),
    }
    if sample is None:
        return row
    return row | {
        "sample_id": sample.id,
        "original": sample.text,
        "model": sample.model,
        "weights": sample.weights,
        "seed": sample.seed,
        "row": sample.row,
        "tokens": sample.tokens,
        "write_seconds": sample.seconds,
        "temperature": sample.temperature,
        "top_p": sample.top_p,
        "z": sample.z,
        "logprobs": sample.logprobs,
        "sample_at": sample.at,
        "arm": sample.arm,
        "learned": sample.learned or None,
        "expected": sample.expected,
        "drafts": sample.drafts if sample.arm else None,
        "after": sample.after or None,
        "sample_song": _other_song(sample.song, song),
    }


def _other_song(song: Song, now: Song) -> str | None:
    return None if song.to_doc() == now.to_doc() else _json(song.to_doc())


def _in_order(columns: Iterable[str], *parts: Any) -> ExportRow:
    row: dict[str, Any] = {}
    for part in parts:
        row |= part
    return {column: row.get(column) for column in columns}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
