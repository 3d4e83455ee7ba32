"""The Explore screen's page: what is on it and how it is kept up to date."""

from collections.abc import Mapping
from typing import Literal

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from curator.desk.cards import Card
from curator.desk.desk import Desk
from curator.desk.exploring import STEPS
from curator.domain.plain import shown
from curator.domain.records import Song
from curator.domain.surprise import word_of
from curator.tui import facts
from curator.tui.keys import FOOTER
from curator.tui.looking import Look, Way
from curator.tui.screens.beside import Beside
from curator.tui.widgets.banner import Banner
from curator.tui.widgets.explore_head import ExploreHead, HeadFacts
from curator.tui.widgets.header import Header
from curator.tui.widgets.key_bar import KeyBar, hint_of
from curator.tui.widgets.path_view import End, PathFacts, PathView
from curator.tui.widgets.status_line import StatusLine
from curator.tui.widgets.token_text import TokenFacts, TokenText
from curator.tui.widgets.word_panel import Bars, BarsFacts, WordFacts, WordPanel
from curator.tui.wording import clean

Part = Literal["text", "walk"]
LISTED_FROM = 36
"""From how many rows on all points of a walk are shown with their texts."""
Key = tuple[str, str]
"""A sample's id and its text: an edited text is looked into anew."""


class ExplorePage(Beside):
    """The layout, and where the curator is on it: which sample, which part, which piece."""

    CSS_PATH = "../explore.tcss"

    def __init__(
        self, desk: Desk, request_id: str, sample_id: str, keymap: Mapping[str, str]
    ) -> None:
        super().__init__(desk, keymap)
        self.request_id = request_id
        self.sample_id = sample_id
        self.other_id: str | None = None
        self.part: Part = "text"
        self.cursor = 0
        self._looks: dict[Key, Look] = {}
        self._ways: dict[tuple[Key, Key], Way] = {}
        self._ends: dict[str, str] = {}  # a sample → where its walk went, whatever came since

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        yield Banner(id="banner")
        with VerticalScroll(id="inside", can_focus=False):
            yield ExploreHead(id="inside-head")
            yield TokenText(id="tokens")
            yield WordPanel(id="word")
            yield Bars(id="bars")
            yield PathView(id="path")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    # Where one is

    @property
    def cards(self) -> list[Card]:
        """The request's samples."""
        return self.desk.cards.of(self.request_id)

    @property
    def card(self) -> Card:
        """The sample that is looked into."""
        return next(card for card in self.cards if card.sample.id == self.sample_id)

    @property
    def other(self) -> Card | None:
        """The sample that the walk goes to: the one chosen, the one it went to, else the next."""
        cards = self.cards
        ids = [card.sample.id for card in cards]
        for end in (self.other_id, self._ends.get(self.sample_id)):
            if end in ids and end != self.sample_id:
                return cards[ids.index(end)]
        at = ids.index(self.sample_id)
        return cards[(at + 1) % len(cards)] if len(cards) > 1 else None

    @property
    def look(self) -> Look:
        """What is known of the sample."""
        return self._looks.setdefault(_key(self.card), Look())

    @property
    def way(self) -> Way | None:
        """What is known of the walk, None where there is nowhere to go."""
        other = self.other
        if other is None:
            return None
        return self._ways.setdefault((_key(self.card), _key(other)), Way())

    # What is shown

    def show_all(self) -> None:
        """Bring everything up to date."""
        self.show_edges()
        self._show_head()
        self.show_text()
        self.show_path()
        self.show_status()
        self.show_keys()

    def _show_head(self) -> None:
        desk, card = self.desk, self.card
        request = desk.ledger.requests[self.request_id]
        reader = desk.engine.info.model if desk.engine.info else desk.settings.model
        writer = f"written by {shown(card.sample.model, 30)}"
        if card.judgement.text:
            writer = "as you edited it"
        elif card.sample.model == "imported":
            writer = "from a file"
        elif card.sample.model == reader:
            other = (
                desk.engine.info and card.sample.weights and not desk.exploring.is_own(card.sample)
            )
            writer = "trained anew since" if other else ""
        self.query_one(ExploreHead).facts = HeadFacts(
            number=card.number,
            count=len(self.cards),
            song=facts.song_name(desk.exploring.song(card.sample), request.text),
            reader=f"as {shown(reader, 30)} reads it",
            writer=writer,
        )

    def show_text(self) -> None:
        """Bring the text, the numbers of its piece and the bars up to date."""
        look, active = self.look, self.part == "text"
        pieces: tuple[tuple[str, float | None], ...] = look.surprise or ((clean(self.card.text),
                                                                          None),)  # fmt: skip
        self.query_one(TokenText).facts = TokenFacts(pieces, self.cursor, active, self._rows(10, 4))
        self.query_one(WordPanel).facts = WordFacts(
            look.surprise, self.cursor, self._note(look.surprise_error, "is reading the text")
        )
        weighed = bool(look.shares) and look.is_weighed(self.cursor)
        shares = look.shares_at(self.cursor) if weighed else ()
        word = ""
        if shares:
            word = "".join(look.pieces[n] for n in word_of(look.pieces, self.cursor))
        song = self.desk.exploring.song(self.card.sample)
        note = self._note(look.shares_error or look.surprise_error, "weighs the conditions")
        if look.shares and not weighed:
            note = ("weighed is only the beginning of so long a text", "muted")
        self.query_one(Bars).facts = BarsFacts(
            word,
            tuple((_named(name, song), nats) for name, nats in shares),
            self._rows(7, 6),
            note,
        )

    def show_path(self) -> None:
        """Bring the walk up to date."""
        view, way, other = self.query_one(PathView), self.way, self.other
        listed = self.has_class("-high") and self.size.height >= LISTED_FROM
        rows = STEPS + 2 if listed else 4
        if way is None or other is None:
            text = "there is only one sample here: go back and have more written"
            view.facts = PathFacts(rows=rows, note=(text, "faint"))
            return
        note = ("", "faint")
        if way.error:
            latent = "latent space" in way.error
            why = " Only a model with a latent space can walk." if latent else ""
            note = (f"{shown(way.error, 300)}.{why}", "warn")
        elif way.walk is None:
            note = self._note("", "looks for the way")
        elif way.point not in way.readings and self.desk.engine.state not in ("ready", "writing"):
            note = self._note("", "")
        texts = [way.readings[n].text if n in way.readings else None for n in range(way.count)]
        card = self.card
        view.facts = PathFacts(
            start=End(card.number, clean(card.text)),
            end=End(other.number, clean(other.text)),
            texts=tuple(texts),
            read=tuple(way.is_read(n) for n in range(way.count)),
            at=way.point,
            active=self.part == "walk",
            kept=way.point in way.kept,
            rows=rows,
            note=note,
        )

    def _note(self, error: str, doing: str) -> tuple[str, str]:
        """Return what to say where an answer is still missing."""
        if error:
            return shown(error, 300), "warn"
        match self.desk.engine.state:
            case "failed":
                return f"the model failed: {shown(self.desk.engine.error, 300)}", "bad"
            case "restarting":
                return "the model stopped and is started again", "warn"
            case "starting" | "stopped":
                return "the model is being loaded …", "muted"
        if self.desk.writing.is_wanted(self.request_id):
            return "samples are being written first …", "muted"
        return f"the model {doing} …", "muted"

    def _rows(self, high: int, low: int) -> int:
        return high if self.has_class("-high") else low

    def show_keys(self) -> None:
        """Show the keys of the part that one is in."""
        names = FOOTER["walking" if self.part == "walk" else "reading"]
        self.query_one(KeyBar).facts = tuple(hint_of(name, self.keymap) for name in names)


def _named(name: str, song: Song) -> tuple[str, str]:
    """Return a condition with its value, as people know it."""
    if name in song.features:
        return name, f" {song.features[name]:g}"
    return {"z": "latent z"}.get(name, name), ""


def _key(card: Card) -> Key:
    return card.sample.id, card.text
