"""What is known so far of a sample that is looked into, and of a walk between two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curator.desk.exploring import Reading, Walk
from curator.domain.surprise import shares_of_word, word_of, words_of


@dataclass(slots=True)
class Look:
    """A sample's surprisals and the shares of its conditions; an error stands for an answer.

    `names` are the conditions in the order of what they did to the whole text.
    """

    surprise: tuple[tuple[str, float], ...] = ()
    surprise_error: str = ""
    shares: tuple[tuple[str, Mapping[str, float]], ...] = ()
    shares_error: str = ""
    names: tuple[str, ...] = ()

    @property
    def pieces(self) -> list[str]:
        """The pieces of the text."""
        return [piece for piece, _ in self.surprise]

    def take_shares(self, shares: Sequence[tuple[str, Mapping[str, float]]]) -> None:
        """Take the shares in, once the surprisals are there."""
        self.shares = tuple(shares)
        sums: dict[str, float] = {}
        for word in words_of(self.pieces):
            for name, nats in shares_of_word(self.pieces, word.start, shares).items():
                sums[name] = sums.get(name, 0.0) + abs(nats)
        self.names = tuple(sorted(sums, key=lambda name: -sums[name]))

    def is_weighed(self, cursor: int) -> bool:
        """Whether there are shares for all of a piece's word: a long text has them only first."""
        end = sum(len(piece) for piece in self.pieces[: word_of(self.pieces, cursor).stop])
        return end <= len("".join(piece for piece, _ in self.shares).lstrip())

    def shares_at(self, cursor: int) -> tuple[tuple[str, float], ...]:
        """Return what each condition did to the word under the cursor."""
        added = shares_of_word(self.pieces, cursor, self.shares)
        return tuple((name, added.get(name, 0.0)) for name in self.names)


@dataclass(slots=True)
class Way:
    """A walk between two samples, as far as it is known; `point` is where the curator is."""

    walk: Walk | None = None
    readings: dict[int, Reading] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    point: int = 0
    error: str = ""

    @property
    def count(self) -> int:
        """How many points there are, none before the walk is known."""
        return len(self.walk.points) if self.walk else 0

    def is_read(self, at: int) -> bool:
        """Whether a point is written."""
        return at in self.readings and self.readings[at].written is not None

    def next_unread(self, *, ahead: bool) -> int | None:
        """Return the point to write next: the chosen one; with `ahead`, then the nearest one."""
        points = sorted(range(self.count), key=lambda n: abs(n - self.point))
        wanted = points if ahead else points[:1]
        return next((n for n in wanted if not self.is_read(n)), None)
