"""What Review shows of posting: the time to undo as it passes, and what came of a post."""

from curator.desk.cards import Card
from curator.desk.posting import OutboxRow
from curator.tui import postings
from curator.tui.screens.page import Page

TICK = 0.5
"""Seconds between two looks at what is to go out."""


class GoingOut(Page):
    """Follows the posts on their way, and the one approved last in the status line."""

    _counted: tuple[str, int] | None = None

    def on_outbox_moved(self) -> None:
        """A post came or moved on, or the sender stopped or went on."""
        self._follow()

    def _follow(self) -> None:
        """Bring up to date what is said of posts; again in a moment while any is on its way."""
        if not self.desk.is_open:
            return
        self.show_queue()
        self.show_header()
        self.show_preview()
        self._show_counted()
        if not self.pauses.is_later("tick") and self.desk.posting.outbox.open("queued", "sending"):
            self.pauses.later("tick", TICK, self._follow)

    def count_down(self, card: Card) -> bool:
        """Say in the status line how long an approval can be undone; False if nothing goes out."""
        row = self.desk.posting.row(card.sample.id)
        if row is None or row.post.state != "queued":
            return False
        self.say("")
        self.pauses.not_later("said")
        self._counted = (card.sample.id, card.number)
        self._show_counted()
        return True

    def say(self, text: str, ink: str = "muted") -> None:
        """Say a sentence in the status line, in place of the time that passes."""
        self._counted = None
        super().say(text, ink)

    def _show_counted(self) -> None:
        if self._counted is None:
            return
        post_id, number = self._counted
        row = self.desk.posting.row(post_id)
        if row is None:
            return
        said, ink = postings.outcome(self.desk, row)
        if row.post.state == "queued":
            self.keep_saying(f"approved {number}: {said}, {self._way_back(row)}", ink)
        elif row.post.state == "sending":
            self.keep_saying(f"{number} {said}", ink)
        else:
            self.say(f"{number}: {said}", ink)

    def _way_back(self, row: OutboxRow) -> str:
        keys = {name: self.key_of(name) for name in ("undo", "reopen")}
        key = postings.take_back(self.desk, row, keys)
        if key == keys["undo"]:
            return f"{key} takes it back"
        return f"{self.key_of('outbox')} shows it"
