"""The Learn screen's page: what is on it and how it is kept up to date."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from curator.desk.desk import Desk
from curator.desk.learning import Pair
from curator.domain.plain import shown
from curator.domain.versions import Version
from curator.tui import facts
from curator.tui.keys import BY_ID, FOOTER, shown_keys
from curator.tui.lessons import Lessons
from curator.tui.pauses import Pauses
from curator.tui.screens.everywhere import Everywhere
from curator.tui.screens.opening import HEIGHTS, WIDTHS
from curator.tui.widgets.banner import Notice
from curator.tui.widgets.header import Header
from curator.tui.widgets.key_bar import KeyBar, hint_of
from curator.tui.widgets.learn_head import LearnFacts, LearnHead
from curator.tui.widgets.learn_view import LearnView
from curator.tui.widgets.status_line import StatusFacts, StatusLine

_NAMED = ("train", "promote", "promote-reward", "stop-training", "compare")


class LearnPage(Everywhere):
    """The layout, and which version is chosen."""

    CSS_PATH = "../learn.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, desk: Desk, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap
        self.chosen = ""
        self.pairs: tuple[Pair, ...] = ()
        self.pairs_of = ""
        self.comparing = False
        self.pauses = Pauses(self)
        self._said = StatusFacts()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        yield Notice(id="notice")
        yield LearnHead(id="learn-head")
        with VerticalScroll(id="lessons", can_focus=False):
            yield LearnView(id="learn")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    # Where one is

    @property
    def version(self) -> Version | None:
        """The chosen version; the newest, until another is chosen."""
        versions = self.desk.learning.versions
        return versions.get(self.chosen) or versions.newest()

    def key_of(self, name: str) -> str:
        """Return the first key of an action, as it is shown."""
        return shown_keys([BY_ID[name]], self.keymap).split(" ")[0]

    # What is shown

    def show_all(self) -> None:
        """Bring everything up to date."""
        learning, version = self.desk.learning, self.version
        self.query_one(Header).facts = facts.header_facts(self.desk, None, 0)
        error = shown(learning.error, 400)
        self.query_one(Notice).facts = (f"Nothing was learnt. {error}", "bad") if error else None
        self.query_one(LearnHead).facts = LearnFacts(
            learning.in_use,
            learning.running,
            self.key_of("stop-training"),
            self.desk.settings.wish,
        )
        self.query_one(LearnView).facts = Lessons(
            survey=learning.survey,
            looked=learning.looked,
            new=learning.new_labels(),
            versions=tuple(learning.versions.all()),
            in_use=learning.in_use,
            chosen=version.name if version else "",
            against=tuple(learning.against(version, generator=True)) if version else (),
            against_reward=tuple(learning.against(version, generator=False)) if version else (),
            pairs=self.pairs if version and self.pairs_of == version.name else (),
            pairs_of=self.pairs_of,
            comparing=self.comparing,
            keys={name: self.key_of(name) for name in _NAMED},
        )
        self.show_status()
        self._show_keys()

    def show_status(self) -> None:
        """Bring the line above the keys up to date."""
        versions, version = self.desk.learning.versions.all(), self.version
        where = f"{version.name}, {version.number:,} of {len(versions):,}" if version else ""
        self.query_one(StatusLine).facts = StatusFacts(self._said.text, self._said.ink, where)

    def say(self, text: str, ink: str = "muted") -> None:
        """Say a sentence in the status line."""
        self._said = StatusFacts(text, ink)
        self.show_status()

    def _show_keys(self) -> None:
        learning = self.desk.learning
        situation = "versions" if learning.versions.all() else "no versions"
        names = list(FOOTER[situation])
        if learning.running is not None:
            names.remove("train")
            names.insert(0, "stop-training")
        if learning.in_use is None and "roll-back" in names:
            names.remove("roll-back")
        self.query_one(KeyBar).facts = tuple(hint_of(name, self.keymap) for name in names)
