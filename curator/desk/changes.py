"""What the desk tells its listeners."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The store is open and read; there is something to show."""


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Requests came, or one of them changed its state."""


@dataclass(frozen=True, slots=True)
class CardsChanged:
    """A sample of this request was added or judged, or its song was corrected."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Grew:
    """The rows being written for this request read so far: row number → text."""

    request_id: str
    rows: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """These records are on disk."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The disk refused; `waiting` records are kept in memory and tried again."""

    error: str
    waiting: int


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """The model's process started, is ready, writes, restarts or failed."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something the curator should read."""

    text: str
    severity: Severity = "information"


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """A post came, moved on, or the sender stopped or went on."""


@dataclass(frozen=True, slots=True)
class PollingChanged:
    """X was asked for requests, or will be at another time, or is not asked any more."""


@dataclass(frozen=True, slots=True)
class LearningChanged:
    """A training began, got on or ended, a version was promoted, or the labels were looked at."""


Change = (
    Opened
    | QueueChanged
    | CardsChanged
    | Grew
    | Saved
    | NotSaved
    | EngineChanged
    | OutboxChanged
    | PollingChanged
    | LearningChanged
    | Noticed
)
Listener = Callable[[Change], None]
