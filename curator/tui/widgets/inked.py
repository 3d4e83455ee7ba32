"""Lines of text in a few inks: the one way in which our widgets draw.

A line is a list of (text, ink). An ink is a name for a colour and a weight, defined once in
`tui.inks`, so that every widget speaks the same visual language. Nothing that passes through here
is ever read as markup; text from outside has been through `plain.shown` before.
"""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from curator.tui.inks import dipped

Line = Sequence[tuple[str, str]]

Facts = TypeVar("Facts")


def runs(line: str, inks: Sequence[str]) -> list[tuple[str, str]]:
    """Return a line as pieces of one ink each; `inks` has one for every character."""
    pieces: list[tuple[str, str]] = []
    start = 0
    for n in range(1, len(line) + 1):
        if n == len(line) or inks[n] != inks[start]:
            pieces.append((line[start:n], inks[start]))
            start = n
    return pieces


class Inked(Widget):
    """Looks inks up, and remembers them until the styles change."""

    ALLOW_SELECT = False

    _inks: dict[tuple[str, str], Style] | None = None
    _theme = ""
    """The one that the inks are of."""

    def ink(self, name: str, on: str = "") -> Style:
        """Return an ink's style, on the ground of another ink if one is named."""
        if self._inks is None:
            self._inks, self._theme = {}, self.app.theme
        style = self._inks.get((name, on))
        if style is None:
            own, colours = self.rich_style, self.app.theme_variables
            style = dipped(name, own, colours)
            if on:
                style += Style(bgcolor=dipped(on, own, colours).bgcolor)
            self._inks[name, on] = style
        return style

    def notify_style_update(self) -> None:
        """Forget the inks, and paint again where the theme has changed: that is no change of the
        widget's own styles, for which Textual would."""
        if self._inks is not None and self._theme != self.app.theme:
            self.refresh()
        self._inks = None
        super().notify_style_update()

    def strip(self, line: Line, width: int, on: str = "") -> Strip:
        """Return a line as a strip of exactly `width` cells."""
        segments = [Segment(text, self.ink(name, on)) for text, name in line if text]
        strip = Strip(segments, sum(cell_len(text) for text, _ in line))
        return strip.adjust_cell_length(width, self.ink("text", on))


class Sheet(Inked, Generic[Facts]):
    """A widget that is nothing but lines, made from `facts` by `lines`."""

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._facts: Facts | None = None
        self._drawn: list[Strip] = []
        self._drawn_width = -1

    @property
    def facts(self) -> Facts | None:
        """What is shown; setting it draws anew what is different."""
        return self._facts

    @facts.setter
    def facts(self, facts: Facts | None) -> None:
        if facts == self._facts and self._drawn_width >= 0:
            return
        self._facts = facts
        self.redraw()

    def redraw(self) -> None:
        """Draw again, repainting only the lines that changed."""
        width = self._drawn_width
        if width <= 0:
            self.refresh(layout=True)
            return
        before = self._drawn
        self._draw(width)
        if len(before) != len(self._drawn):
            self.refresh(layout=True)
            return
        changed = [
            y for y, pair in enumerate(zip(before, self._drawn, strict=True)) if pair[0] != pair[1]
        ]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _draw(self, width: int) -> None:
        lines = [] if self._facts is None else self.lines(self._facts, width)
        self._drawn = [self.strip(line, width) for line in lines]
        self._drawn_width = width

    def lines(self, facts: Facts, width: int) -> Iterable[Line]:
        """Return what is shown, for this width in cells."""
        raise NotImplementedError

    def notify_style_update(self) -> None:
        """Draw anew at the next paint: the theme may have changed."""
        super().notify_style_update()
        self._drawn_width = min(self._drawn_width, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are at this width."""
        if width != self._drawn_width:
            self._draw(width)
        return len(self._drawn)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take what there is."""
        return container.width

    def render_line(self, y: int) -> Strip:
        """Return a line."""
        width = self.content_size.width
        if width != self._drawn_width:
            self._draw(width)
        if y < len(self._drawn):
            return self._drawn[y]
        return Strip.blank(width, self.ink("text"))
