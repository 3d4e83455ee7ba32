"""A way in which a line can be read as naming a song."""

from dataclasses import dataclass

from curator.domain.parsing.parts import Part


@dataclass(frozen=True, slots=True)
class Reading:
    """A song as it may be meant: its parts, what was seen, and its chain if it is in one."""

    title: Part
    artist: Part | None
    seen: tuple[str, ...]
    chain: int | None = None

    @property
    def first(self) -> int:
        """The first atom that the reading takes up."""
        return min(self.title.first, self.artist.first if self.artist else self.title.first)

    @property
    def last(self) -> int:
        """The end of the atoms that the reading takes up."""
        return max(self.title.last, self.artist.last if self.artist else 0)
