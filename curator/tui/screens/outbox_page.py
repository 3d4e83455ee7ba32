"""The outbox's page: what is on it and how it is kept up to date."""

from collections import Counter
from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Container

from curator.desk.desk import Desk
from curator.desk.posting import OutboxRow
from curator.domain.outbox import State, moment
from curator.domain.plain import shown
from curator.tui import facts, plates, postings
from curator.tui.keys import BY_ID, FOOTER
from curator.tui.screens.beside import Beside
from curator.tui.widgets.banner import Banner, Notice
from curator.tui.widgets.header import Header
from curator.tui.widgets.key_bar import KeyBar, hint_of
from curator.tui.widgets.outbox_head import OutboxFacts, OutboxHead
from curator.tui.widgets.plate import PlateView
from curator.tui.widgets.post_list import Entry, PostList
from curator.tui.widgets.post_panel import PostFacts, PostPanel
from curator.tui.widgets.status_line import StatusLine
from curator.tui.wording import age, clean, counted

_NEEDS_A_HAND: tuple[State, ...] = ("uncertain", "rejected", "blocked")
_ROOM: Mapping[str, tuple[int, int, int]] = {
    "high": (3, 3, 4),
    "low": (2, 2, 0),
    "short": (1, 1, 0),
}
"""Lines of the panel for the text, for where it stands, for the keys."""


class OutboxPage(Beside):
    """The layout, and which post is chosen."""

    CSS_PATH = "../outbox.tcss"

    def __init__(self, desk: Desk, keymap: Mapping[str, str], post_id: str | None = None) -> None:
        super().__init__(desk, keymap)
        self.post_id = post_id
        self.ids: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Header(id="header")
        yield Banner(id="banner")
        yield Notice(id="notice")
        yield OutboxHead(id="outbox-head")
        with Container(id="posts-stage"):
            yield PostList(id="posts")
            yield PlateView(id="plate")
        yield PostPanel(id="post")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    # Where one is

    @property
    def at(self) -> int | None:
        """The place of the chosen post."""
        return self.ids.index(self.post_id) if self.post_id in self.ids else None

    @property
    def row(self) -> OutboxRow | None:
        """The chosen post."""
        return self.desk.posting.row(self.post_id) if self.post_id else None

    @property
    def where(self) -> str:
        """The chosen post among all."""
        at = self.at
        return "" if at is None else f"post {at + 1:,} of {len(self.ids):,}"

    # What is shown

    def show_all(self) -> None:
        """Look through all posts, and bring everything up to date."""
        self.ids = [row.post.id for row in self.desk.posting.rows()]
        if self.post_id not in self.ids:
            self.post_id = self.ids[0] if self.ids else None
        is_empty = not self.ids
        self.query_one(PostList).display = not is_empty
        self.query_one(PostPanel).display = not is_empty
        plate = self.query_one(PlateView)
        plate.display = is_empty
        if is_empty:
            plate.facts = plates.empty_outbox(self.desk, self.key_of("go-on"))
        self._show_head()
        self.show_now()

    def show_now(self) -> None:
        """Bring up to date what time changes, and where one is."""
        self.show_edges()
        self.query_one(Notice).facts = self._warning()
        self.query_one(PostList).show(self.ids, self._entry, self.at)
        if (row := self.row) is not None:
            self.query_one(PostPanel).facts = self._post(row)
        self.show_status()
        self._show_keys()

    def pass_time(self) -> None:
        """Bring the ages up to date."""
        self.show_now()

    def _warning(self) -> tuple[str, str] | None:
        posting = self.desk.posting
        key = self.key_of("go-on")
        if posting.dry:
            again = "" if self.desk.settings.dry_run else f" {key} looks for them again."
            return f"{shown(posting.dry, 300)}.{again}", "warn"
        if posting.stopped:
            waiting = len(posting.outbox.open("queued"))
            kept = f" {counted(waiting, 'post')} kept for then." if waiting else ""
            said = shown(posting.stopped, 300).rstrip(".")
            return f"Posting has stopped: {said}. {key} goes on once that is settled.{kept}", "bad"
        if posting.trouble:
            return f"X is left alone for a while. {shown(posting.trouble, 300)}", "warn"
        if self.desk.polling.stopped:
            said = shown(self.desk.polling.stopped, 300).rstrip(".")
            return f"No new requests from X: {said}. {key} goes on once that is settled.", "bad"
        return None

    def _show_head(self) -> None:
        posting = self.desk.posting
        states = Counter(post.state for post in posting.outbox.posts())
        hands = sum(states[state] for state in _NEEDS_A_HAND)
        month = moment(self.desk.ledger.stamp()).strftime("%B")
        wanted = (
            (f"{hands} to see to", "warn", hands),
            (f"{states['queued'] + states['sending']} to go out", "accent", states["queued"]),
            (f"{states['posted']} posted", "good", states["posted"]),
            (f"{states['dry']} rehearsed", "muted", states["dry"]),
        )
        self.query_one(OutboxHead).facts = OutboxFacts(
            tuple((text, ink) for text, ink, number in wanted if number),
            posting.spent,
            self.desk.settings.post_monthly_dollars,
            month,
            None if self.desk.polling.waits_until is None else self.desk.polling.spent,
        )

    def _entry(self, post_id: str) -> Entry:
        row = self.desk.posting.row(post_id)
        if row is None:
            return Entry("", "text", "", "", "", "", "")
        post = row.post
        marked = postings.mark_of(self.desk, row)
        return Entry(
            sign=marked.sign,
            ink=marked.ink,
            word=marked.word,
            song=self._song(row),
            text=clean(post.text),
            price=postings.price(post.price),
            when=age(post.at, self.desk.ledger.stamp()),
            likes=counted(post.likes, "like") if post.likes is not None else "",
        )

    def _song(self, row: OutboxRow) -> str:
        if row.request is None:
            return "its request is not here"
        return facts.song_name(self.desk.ledger.song(row.request.id), row.request.text)

    def _post(self, row: OutboxRow) -> PostFacts:
        post, request = row.post, row.request
        how = f"{post.reason} · {postings.price(post.price)}"
        if post.attempts > 1:
            how += f" · sent {counted(post.attempts, 'time')}"
        who = f"@{shown(request.author.lstrip('@'), 40)}  " if request and request.author else ""
        high = self.has_class("-high")
        return PostFacts(
            text=clean(post.text),
            stands=postings.outcome(self.desk, row),
            how=how,
            asked=(who, clean(request.text[:1000]) if request else ""),
            can=tuple(
                (self.key_of(name), BY_ID[name].help)
                for name in (postings.COMMANDS[action] for action in row.can)
            ),
            rows=_ROOM["high" if high else "short" if self.has_class("-short") else "low"],
        )

    def _show_keys(self) -> None:
        posting, row = self.desk.posting, self.row
        names = [postings.COMMANDS[action] for action in row.can] if row else []
        waits = posting.stopped or posting.trouble or self.desk.polling.stopped
        if waits or (posting.dry and not self.desk.settings.dry_run):
            names.append("go-on")
        names += FOOTER["posts" if row else "no posts"]
        self.query_one(KeyBar).facts = tuple(hint_of(name, self.keymap) for name in names)
