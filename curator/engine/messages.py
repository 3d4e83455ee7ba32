"""What the desk and the model's process say to each other; `protocol.py` puts it on lines.

Every message carries the id of the request it belongs to, so that answers to something that was
cancelled meanwhile are known and dropped. An id is never used twice.
"""

from dataclasses import dataclass, field
from typing import ClassVar


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

    Drafts count for less by what they repeat of texts that were `said`.
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
    said: list[str] = field(default_factory=list)


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

    `kin` are the hashes of models whose z, and what was learnt with them, mean the same to this
    one, which is the last; what is learnt is kept under the first. `note` says why it is another
    model than was asked for.
    """

    kind: ClassVar[str] = "ready"
    id: str
    model: str
    weights: str
    kin: list[str]
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
    """Pieces of a text, each with condition → nats that it added to the piece's likelihood.

    Of a very long text only the first ones.
    """

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
