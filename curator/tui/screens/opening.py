"""The first picture: painted before the desk's own code is even loaded.

It looks like Review while its store is opened, so that nothing jumps when Review takes its place.
"""

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.screen import Screen

from curator.tui.widgets.header import Header, HeaderFacts
from curator.tui.widgets.key_bar import KeyBar
from curator.tui.widgets.plate import PlateView
from curator.tui.widgets.status_line import StatusLine

WIDTHS = [(0, "-tiny"), (60, "-slim"), (76, "-narrow"), (110, "-normal"), (165, "-wide")]
HEIGHTS = [(0, "-flat"), (16, "-short"), (22, "-low"), (32, "-high")]
"""From how many cells on the page has which form."""


class OpeningScreen(Screen[None]):
    """Shown until there is a desk."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        with Horizontal(id="body"):
            yield Vertical(id="side")
            with Container(id="page"):
                yield PlateView(id="plate")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Say what happens."""
        self.query_one(Header).facts = HeaderFacts((("opening", "muted"),))
        plate = self.query_one(PlateView)
        plate.facts = ([("Opening the desk", "heading")],)
        plate.display = True
