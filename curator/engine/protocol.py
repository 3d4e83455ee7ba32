"""What the desk and the model's process say to each other: one JSON object a line.

Every message carries the id of the request it belongs to, so that answers to something that was
cancelled meanwhile are known and dropped. `to_line` and `from_line` are each other's inverse.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar


class ProtocolError(ValueError):
    """A line that is no message of this protocol."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load a model by name or folder; answered by `Ready` or `Failed`."""

    kind: ClassVar[str] = "load"
    id: str
    model: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Generate:
    """Write rows `first_row` … `first_row + n - 1`; answered by `Tokens`, `Written`, `Done`."""

    kind: ClassVar[str] = "generate"
    id: str
    artist: str | None
    title: str | None
    genres: list[str]
    features: dict[str, float]
    n: int
    seed: int
    first_row: int = 0
    temperature: float = 0.8
    top_p: float = 0.92


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request with this id within one token; answered by `Cancelled`."""

    kind: ClassVar[str] = "cancel"
    id: str


@dataclass(frozen=True, slots=True)
class Encode:
    """Find the z of a text; answered by `Encoded`."""

    kind: ClassVar[str] = "encode"
    id: str
    text: str
    artist: str | None = None
    title: str | None = None
    genres: list[str] = field(default_factory=list)
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decode:
    """Write one text from each z (base64 float32); answered like `Generate`."""

    kind: ClassVar[str] = "decode"
    id: str
    z: list[str]
    seed: int
    artist: str | None = None
    title: str | None = None
    genres: list[str] = field(default_factory=list)
    features: dict[str, float] = field(default_factory=dict)
    temperature: float = 0.8
    top_p: float = 0.92


@dataclass(frozen=True, slots=True)
class Surprisal:
    """Ask how unexpected each piece of a text is; answered by `Surprisals`."""

    kind: ClassVar[str] = "surprisal"
    id: str
    text: str
    artist: str | None = None
    title: str | None = None
    genres: list[str] = field(default_factory=list)
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ready:
    """A model is loaded: its name, its weights' hash, where it runs, seconds the load took."""

    kind: ClassVar[str] = "ready"
    id: str
    model: str
    weights: str
    device: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the rows in progress read so far; at most 30 of these a second, all rows in one."""

    kind: ClassVar[str] = "tokens"
    id: str
    rows: dict[str, str]  # row number, as JSON wants its keys → text so far


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sample; `z` and `logprobs` are base64 of little-endian float32."""

    kind: ClassVar[str] = "sample"
    id: str
    row: int
    text: str
    tokens: int
    seconds: float
    z: str
    logprobs: str


@dataclass(frozen=True, slots=True)
class Done:
    """The request is complete."""

    kind: ClassVar[str] = "done"
    id: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The request was stopped; its rows in progress are gone."""

    kind: ClassVar[str] = "cancelled"
    id: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """The posterior mean of a text, base64 float32."""

    kind: ClassVar[str] = "encoded"
    id: str
    z: str


@dataclass(frozen=True, slots=True)
class Surprisals:
    """Pieces of a text with their surprisal in nats."""

    kind: ClassVar[str] = "surprisals"
    id: str
    pieces: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed; `message` is for a person to read."""

    kind: ClassVar[str] = "error"
    id: str
    message: str


ToWorker = Load | Generate | Cancel | Encode | Decode | Surprisal
FromWorker = Ready | Tokens | Written | Done | Cancelled | Encoded | Surprisals | Failed
Message = ToWorker | FromWorker

_KINDS: Mapping[str, type[Any]] = {
    cls.kind: cls
    for cls in (
        *(Load, Generate, Cancel, Encode, Decode, Surprisal),
        *(Ready, Tokens, Written, Done, Cancelled, Encoded, Surprisals, Failed),
    )
}


def to_line(message: Message) -> bytes:
    """Return the message as one line of UTF-8 JSON, line break included."""
    body = {"type": message.kind} | asdict(message)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", errors="replace"
    ) + (b"\n")


def from_line(line: bytes) -> Message:
    """Read a line back. Raises `ProtocolError` for anything `to_line` would not write."""
    try:
        body = json.loads(line)
        cls = _KINDS[body.pop("type")]
        known = {f.name for f in fields(cls)}
        if unknown := body.keys() - known:
            raise ProtocolError(f"unknown fields {sorted(unknown)}")
        message: Message = cls(**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"not a message: {line[:200]!r} ({error})") from error
    return message
