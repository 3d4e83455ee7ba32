"""Which sample is looked into, and through which model's eyes."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.token_text import MARGIN
from curator.tui.wording import fit


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """A sample's number, its song, who reads it, and who wrote it if that was another."""

    number: int
    count: int
    song: str
    reader: str
    writer: str = ""


class ExploreHead(Sheet[HeadFacts]):
    """One line; the song gives way first."""

    def lines(self, facts: HeadFacts, width: int) -> Iterable[Line]:
        """Return the line."""
        what = f"Inside sample {facts.number} of {facts.count}"
        said = ", ".join(part for part in (facts.reader, facts.writer) if part)
        room = width - 2 * MARGIN - cell_len(what) - cell_len(said) - 4
        song = fit(facts.song, max(room, 0))
        gap = max(room - cell_len(song), 0)
        air = " " * MARGIN
        yield [(air, "text"), (what, "heading"), (f"  {song}", "strong"),
               (" " * gap + "  ", "text"), (said, "muted")]  # fmt: skip
