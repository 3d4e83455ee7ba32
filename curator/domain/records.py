"""What the product keeps: requests, samples, events, and the steps of `steps.py`.

Records are immutable, and their stored form (`to_doc`, `from_doc`) is flat: scalars only, lists
joined by line breaks, vectors as base64 float32. Flat documents load fast and cannot be changed
through an alias.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from curator.domain.song import FEATURES, Doc, Scalar, Song
from curator.domain.steps import Mark, PostStep, VersionStep, data_of, with_data

__all__ = [
    "FEATURES",
    "Arm",
    "Doc",
    "Event",
    "EventType",
    "Rank",
    "Record",
    "Request",
    "Sample",
    "Scalar",
    "Song",
    "Verdict",
]

EventType = Literal[
    "judged",
    "rated",
    "ranked",
    "edited",
    "drafted",
    "tagged",
    "deferred",
    "song_corrected",
    "song_found",
    "undone",
    "redone",
]
Verdict = Literal["approve", "reject"]
Rank = Literal["best", "worst"]
Arm = Literal["control", "best-of", "steered"]
"""How a sample came about once something was learnt: as always, as the best of several drafts by
the learnt reward, or from a z that the learnt generator moved."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for words about a song.

    `song` is what the parser (or the file) found at first; corrections are events. `others` are
    further songs found in the text, as "artist – title". `ref` is the source's own id, the same
    request coming twice is known by it.
    """

    id: str
    at: str
    source: str
    text: str
    song: Song
    author: str | None = None
    ref: str | None = None
    others: tuple[str, ...] = ()

    def to_doc(self) -> Doc:
        """Return the stored form."""
        return {
            "id": self.id,
            "at": self.at,
            "source": self.source,
            "text": self.text,
            "author": self.author,
            "ref": self.ref,
            "others": "\n".join(self.others),
        } | self.song.to_doc()

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Request":
        """Read what `to_doc` wrote."""
        return cls(
            id=doc["id"],
            at=doc["at"],
            source=doc["source"],
            text=doc["text"],
            song=Song.from_doc(doc),
            author=doc.get("author"),
            ref=doc.get("ref"),
            others=tuple(s for s in (doc.get("others") or "").split("\n") if s),
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that a model wrote for a request, with all that is needed to write it again.

    `z` and `logprobs` are base64 of little-endian float32; `song` holds the conditions as they
    were when it was written; `weights` is the hash of the weights; `row` its row under `seed`.
    Samples that came from a file instead of a model have model "imported" and no seed.

    What was learnt from the curator may have had a part in it: `learned` is the version that was
    in use, `arm` what it did, `expected` how much its reward thought of the text, `drafts` the
    number of texts that it chose this one from. Without one in use these are empty.

    `after` is the newest of the texts that it was not to repeat: that one and those before it, as
    many as `domain.recent` remembers. It is empty where nothing was to be avoided.
    """

    id: str
    request_id: str
    at: str
    text: str
    model: str
    weights: str = ""
    seed: int | None = None
    row: int = 0
    tokens: int = 0
    seconds: float = 0.0
    temperature: float | None = None
    top_p: float | None = None
    z: str = ""
    logprobs: str = ""
    song: Song = field(default_factory=Song)
    arm: Arm | None = None
    learned: str = ""
    expected: float | None = None
    drafts: int = 1
    after: str = ""

    @property
    def is_written(self) -> bool:
        """Whether a model wrote it, here or where it was exported; else it came from a file."""
        return self.seed is not None

    def to_doc(self) -> Doc:
        """Return the stored form; only samples of an arm have the fields that go with it."""
        more: Doc = {"after": self.after} if self.after else {}
        if self.arm:
            more |= {
                "arm": self.arm,
                "learned": self.learned,
                "expected": self.expected,
                "drafts": self.drafts,
            }
        plain = {
            "id": self.id,
            "request_id": self.request_id,
            "at": self.at,
            "text": self.text,
            "model": self.model,
            "weights": self.weights,
            "seed": self.seed,
            "row": self.row,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "z": self.z,
            "logprobs": self.logprobs,
        }
        return plain | more | self.song.to_doc()

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Sample":
        """Read what `to_doc` wrote."""
        return cls(
            id=doc["id"],
            request_id=doc["request_id"],
            at=doc["at"],
            text=doc["text"],
            model=doc["model"],
            weights=doc.get("weights") or "",
            seed=doc.get("seed"),
            row=doc.get("row") or 0,
            tokens=doc.get("tokens") or 0,
            seconds=doc.get("seconds") or 0.0,
            temperature=doc.get("temperature"),
            top_p=doc.get("top_p"),
            z=doc.get("z") or "",
            logprobs=doc.get("logprobs") or "",
            song=Song.from_doc(doc),
            arm=doc.get("arm") or None,
            learned=doc.get("learned") or "",
            expected=doc.get("expected"),
            drafts=doc.get("drafts") or 1,
            after=doc.get("after") or "",
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Something the curator did, or that was found for them (`song_found`).

    The state of everything is the fold of these (`session.py`).

    `target` is a sample's id for judged, rated, ranked, edited, drafted and tagged, a request's
    for deferred, song_corrected and song_found, another event's for undone and redone. `data` is
    flat; for events on a sample it holds `request`, the sample's request.
    """

    id: str
    at: str
    curator: str
    type: EventType
    target: str
    data: Mapping[str, Scalar] = field(default_factory=dict)

    def to_doc(self) -> Doc:
        """Return the stored form: the data's fields beside the event's own."""
        own = {
            "id": self.id,
            "at": self.at,
            "curator": self.curator,
            "type": self.type,
            "target": self.target,
        }
        return with_data(own, self.data)

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Event":
        """Read what `to_doc` wrote."""
        own = ("id", "at", "curator", "type", "target")
        return cls(
            id=doc["id"],
            at=doc["at"],
            curator=doc["curator"],
            type=doc["type"],
            target=doc["target"],
            data=data_of(doc, own),
        )


Record = Request | Sample | Event | PostStep | Mark | VersionStep
