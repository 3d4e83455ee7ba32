"""What happened to posts, to versions of what was learnt, and in reading streams of requests.

Records like those of `records.py`, and stored in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from curator.domain.song import Doc, Scalar

StepKind = Literal[
    "queued",
    "revised",
    "moved",
    "sending",
    "posted",
    "rejected",
    "blocked",
    "uncertain",
    "looked",
    "withdrawn",
    "given_up",
    "dry",
    "counted",
]
VersionStepKind = Literal["trained", "promoted", "rolled_back"]


def with_data(own: Doc, data: Mapping[str, Scalar]) -> Doc:
    """Return a record's own fields with those of its data beside them. Raises ValueError where one
    would hide another."""
    if clash := own.keys() & data.keys():
        raise ValueError(f"a record's data may not hold {sorted(clash)}")
    return own | dict(data)


def data_of(doc: Mapping[str, Any], own: Iterable[str]) -> dict[str, Scalar]:
    """Return what stands in a stored record beside its own fields."""
    return {name: value for name, value in doc.items() if name not in own}


@dataclass(frozen=True, slots=True)
class PostStep:
    """Something that happened to a post. Where it stands is the fold of these (`outbox.py`).

    `post` is the id of the sample whose text is posted: a sample is one post at most. `data` is
    flat, as `outbox.py` says for each kind of step.
    """

    id: str
    at: str
    post: str
    step: StepKind
    data: Mapping[str, Scalar] = field(default_factory=dict)

    def to_doc(self) -> Doc:
        """Return the stored form: the data's fields beside the step's own."""
        own = {"id": self.id, "at": self.at, "post": self.post, "step": self.step}
        return with_data(own, self.data)

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "PostStep":
        """Read what `to_doc` wrote."""
        own = ("id", "at", "post", "step")
        return cls(
            id=doc["id"],
            at=doc["at"],
            post=doc["post"],
            step=doc["step"],
            data=data_of(doc, own),
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a stream of requests has been read, and what the reading cost.

    `stream` names the service, what is read of it and for whom, as "x:mentions:<account>". All up
    to `since`, the service's own id, is stored; None leaves that as it was. `requests` of the
    `posts` read were new. The last mark with a `since` counts, and the dollars of all.
    """

    id: str
    at: str
    stream: str
    since: str | None = None
    posts: int = 0
    requests: int = 0
    dollars: float = 0.0

    def to_doc(self) -> Doc:
        """Return the stored form."""
        return {
            "id": self.id,
            "at": self.at,
            "stream": self.stream,
            "since": self.since,
            "read": self.posts,
            "requests": self.requests,
            "dollars": self.dollars,
        }

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Mark":
        """Read what `to_doc` wrote."""
        return cls(
            id=doc["id"],
            at=doc["at"],
            stream=doc["stream"],
            since=doc.get("since"),
            posts=doc.get("read") or 0,
            requests=doc.get("requests") or 0,
            dollars=doc.get("dollars") or 0.0,
        )


@dataclass(frozen=True, slots=True)
class VersionStep:
    """Something that happened to a version of what was learnt (`versions.py` folds these).

    `version` is its name, and that of its folder; `data` is flat, as `versions.py` says for each
    kind of step.
    """

    id: str
    at: str
    curator: str
    version: str
    step: VersionStepKind
    data: Mapping[str, Scalar] = field(default_factory=dict)

    def to_doc(self) -> Doc:
        """Return the stored form: the data's fields beside the step's own."""
        own = {name: getattr(self, name) for name in ("id", "at", "curator", "version", "step")}
        return with_data(own, self.data)

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "VersionStep":
        """Read what `to_doc` wrote."""
        own = ("id", "at", "curator", "version", "step")
        return cls(
            id=doc["id"],
            at=doc["at"],
            curator=doc["curator"],
            version=doc["version"],
            step=doc["step"],
            data=data_of(doc, own),
        )
