"""What the desk and the model's process say to each other: one JSON object a line.

Every message carries the id of the request it belongs to, so that answers to something that was
cancelled meanwhile are known and dropped. An id is never used twice. `to_line` and `from_line` are
each other's inverse, but for half surrogate pairs, which UTF-8 cannot carry and which become "?".
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints


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
    """Write rows `first_row` … `first_row + n - 1`; answered by `Tokens`, `Written`, `Done`.

    With `arms`, one a row ("control", "best-of" or "steered"), what was learnt in the folder
    `learned` has a part in it: a best-of or steered row is the best of `drafts` texts by its
    reward. Such rows come without `Tokens`, all at the end: how a text appears must not tell how
    it came about. Where the folder can't be used, all rows are written as without it.
    """

    kind: ClassVar[str] = "generate"
    id: str
    artist: str | None
    title: str | None
    genres: list[str]
    features: dict[str, float]
    n: int
    seed: int
    first_row: int = 0
    temperature: float | None = None
    top_p: float = 0.9
    arms: list[str] = field(default_factory=list)
    learned: str = ""
    drafts: int = 1


@dataclass(frozen=True, slots=True)
class Train:
    """Learn from the ratings in a file into a new folder; answered by `Progress`, `Trained`.

    `ratings` is a file as `rating_lines.py` reads it, `current` the folder of what is in use, to
    be compared with, and "" where nothing is. `wanted` are weights by number of the topics in the
    folder `topics`, or of those that ship under that name; their share in the reward is `share`.
    """

    kind: ClassVar[str] = "train"
    id: str
    ratings: str
    folder: str
    seed: int
    current: str = ""
    cache: str = ""
    topics: str = ""
    wanted: dict[str, float] = field(default_factory=dict)
    share: float = 0.0


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
    temperature: float | None = None
    top_p: float = 0.9


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
class Contributions:
    """Ask what each condition did to each piece of a text; answered by `Contributed`.

    `z` (base64 float32) is the one that the text was written from, if that is known.
    """

    kind: ClassVar[str] = "contributions"
    id: str
    text: str
    z: str | None = None
    artist: str | None = None
    title: str | None = None
    genres: list[str] = field(default_factory=list)
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ready:
    """A model is loaded: its name, its weights' hash, where it runs, seconds the load took.

    `note` says why it is another one than was asked for.
    """

    kind: ClassVar[str] = "ready"
    id: str
    model: str
    weights: str
    device: str
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the rows in progress read so far; at most 30 of these a second, all rows in one."""

    kind: ClassVar[str] = "tokens"
    id: str
    rows: dict[str, str]  # row number, as JSON wants its keys → text so far


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sample; `z` and `logprobs` are base64 of little-endian float32.

    `model` and `weights` are those that wrote it: after a switch or a restart, what is loaded by
    the time that the sample is read may be something else. `arm` is the row's, "" where nothing
    learnt had a part in it; `expected` what the reward thinks of the text; `temperature` what it
    was drawn at, which the model chooses where the request does not.
    """

    kind: ClassVar[str] = "sample"
    id: str
    row: int
    text: str
    tokens: int
    seconds: float
    z: str
    logprobs: str
    model: str = ""
    weights: str = ""
    arm: str = ""
    expected: float | None = None
    drafts: int = 1
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: `done` of `total` in this phase, `seconds_left` in all of it."""

    kind: ClassVar[str] = "progress"
    id: str
    phase: str
    done: int
    total: int
    seconds_left: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """A training is over and its folder there; `report` is JSON, as `domain.figures` reads it."""

    kind: ClassVar[str] = "trained"
    id: str
    report: str


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
class Contributed:
    """Pieces of a text, each with condition → nats that it added to the piece's likelihood."""

    kind: ClassVar[str] = "contributed"
    id: str
    pieces: list[tuple[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed; `message` is for a person to read."""

    kind: ClassVar[str] = "error"
    id: str
    message: str


Request = Load | Generate | Encode | Decode | Surprisal | Contributions | Train
ToWorker = Request | Cancel
FromWorker = (
    Ready
    | Tokens
    | Written
    | Done
    | Cancelled
    | Encoded
    | Surprisals
    | Contributed
    | Progress
    | Trained
    | Failed
)
Message = ToWorker | FromWorker

_KINDS: Mapping[str, type[Any]] = {cls.kind: cls for cls in get_args(Message)}
_HINTS: Mapping[str, Mapping[str, Any]] = {
    kind: {name: hint for name, hint in get_type_hints(cls).items() if name != "kind"}
    for kind, cls in _KINDS.items()
}


def to_line(message: Message) -> bytes:
    """Return the message as one line of UTF-8 JSON, line break included."""
    body = {"type": message.kind} | asdict(message)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace") + b"\n"


def from_line(line: bytes) -> Message:
    """Read a line back. Raises `ProtocolError` for anything `to_line` would not write."""
    try:
        body = json.loads(line)
        kind = body.pop("type")
        hints = _HINTS[kind]
        if unknown := body.keys() - hints.keys():
            raise ProtocolError(f"unknown fields {sorted(unknown)}")
        message: Message = _KINDS[kind](**{n: _read(v, hints[n]) for n, v in body.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"not a message: {line[:200]!r} ({error})") from error
    return message


def _read(value: Any, hint: Any) -> Any:
    """Return a JSON value as the type that a field has. Raises ProtocolError if it is another."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:  # the only unions are optional scalars
        return None if value is None else _read(value, args[0])
    if origin is list and isinstance(value, list):
        return [_read(item, args[0]) for item in value]
    if origin is dict and isinstance(value, dict):
        return {key: _read(item, args[1]) for key, item in value.items()}
    if origin is tuple and isinstance(value, list) and len(value) == len(args):
        return tuple(_read(item, arg) for item, arg in zip(value, args, strict=True))
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise ProtocolError(f"{value!r:.80} is no {hint}")
    return value
