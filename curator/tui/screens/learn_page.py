"""The Learn screen's page: what is on it and how it is kept up to date."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from curator.desk.desk import Desk
from curator.desk.learning import Pair
from curator.domain.plain import shown
from curator.domain.versions import Version
from curator.tui.keys import FOOTER
from curator.tui.lessons import Lessons
from curator.tui.screens.beside import Beside
from curator.tui.widgets.banner import Banner, Notice
from curator.tui.widgets.header import Header
from curator.tui.widgets.key_bar import KeyBar, hint_of
from curator.tui.widgets.learn_head import LearnFacts, LearnHead
from curator.tui.widgets.learn_view import LearnView
from curator.tui.widgets.status_line import StatusLine

_NAMED = ("train", "promote", "promote-reward", "stop-training", "compare")


class LearnPage(Beside):
    """The layout, and which version is chosen."""

    CSS_PATH = "../learn.tcss"

    def __init__(self, desk: Desk, keymap: Mapping[str, str]) -> None:
        super().__init__(desk, keymap)
        self.chosen = ""
        self.pairs: tuple[Pair, ...] = ()
        self.pairs_of = ""
        self.comparing = ""

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        yield Banner(id="banner")
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

    @property
    def where(self) -> str:
        """The chosen version among all."""
        versions, version = self.desk.learning.versions.all(), self.version
        return f"{version.name}, {version.number:,} of {len(versions):,}" if version else ""

    # What is shown

    def show_all(self) -> None:
        """Bring everything up to date."""
        learning, version = self.desk.learning, self.version
        self.show_edges()
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
            comparing=version is not None and self.comparing == version.name,
            keys={name: self.key_of(name) for name in _NAMED},
        )
        self.show_status()
        self._show_keys()

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
