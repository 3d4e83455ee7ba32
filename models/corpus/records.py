"""What the corpus is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Register = Literal["voice", "captions"]
"""`voice`: sentences written to be posted. `captions`: any other text; it teaches English."""


class SourceError(Exception):
    """A file that cannot be used, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text as its source has it: a caption of several sentences, or one line.

    `song` names what must never be split between training and testing.
    """

    text: str
    song: str
    register: Register
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One clean sentence with the conditions of its song."""

    text: str
    song: str
    register: Register
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def words(self) -> int:
        """Number of words between spaces."""
        return len(self.text.split())
