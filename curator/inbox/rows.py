"""What reading a file yields, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from curator.domain.records import Event, Request, Sample, Verdict
from curator.domain.steps import PostStep, VersionStep


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a file brings for its request, perhaps judged already."""

    text: str
    verdict: Verdict | None = None
    stars: int | None = None
    edited: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A request from elsewhere; `line` is where it begins in the file (1 is the first).

    `text` is empty where the file gives only artist and title. `at` is ISO 8601 in UTC, None
    where the file has no date, or none that can be read. `song_source` says where genres and
    features come from.
    """

    line: int
    text: str
    artist: str | None = None
    title: str | None = None
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    author: str | None = None
    ref: str | None = None
    at: str | None = None
    source: str = "file"
    song_source: str = "file"
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Records that an export, or a rescue, holds as they were."""

    line: int
    request: Request | None = None
    sample: Sample | None = None
    events: tuple[Event, ...] = ()
    step: PostStep | None = None
    version: VersionStep | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be used, with the line it begins on and why."""

    line: int
    reason: str


FileRow = Row | Kept | BadRow
