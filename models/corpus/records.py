"""What the corpus is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Register = Literal["voice", "captions"]
"""`voice`: sentences written to be posted. `captions`: any other text; it teaches English."""


class SourceError(Exception):
    """A file that cannot be used, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a blog post says of itself: its headline, the headings in it, the song that it is of.

    `artist` and `title` are the song's names as the post spells them, None where unknown.
    """

    headline: str = ""
    headings: tuple[str, ...] = ()
    artist: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text as its source has it: a post, a caption of several sentences, or one line.

    `song` names what must never be split between training and testing; a post's paragraphs are
    separated by empty lines.
    """

    text: str
    song: str
    register: Register
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    post: Post | None = None


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
