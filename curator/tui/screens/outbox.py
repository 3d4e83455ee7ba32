"""The outbox: what becomes of every post, and what the curator can do about it."""

from typing import ClassVar

from textual.binding import BindingType

from curator.desk.changes import Change, OutboxChanged, PollingChanged
from curator.desk.handling import Action
from curator.desk.posting import OutboxRow
from curator.desk.queueing import NotAllowed
from curator.tui import postings
from curator.tui.keys import bindings
from curator.tui.screens.outbox_page import OutboxPage
from curator.tui.widgets.post_list import PostList

TICK = 0.5
"""Seconds between two looks at the countdowns."""


class OutboxScreen(OutboxPage):
    """The keys of the page. `wanted` is the request and the sample to go back to, if any."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("outbox")

    wanted: tuple[str, str] | None = None

    def on_mount(self) -> None:
        """Show the posts, and follow their countdowns."""
        self.set_interval(TICK, self._tick)
        self.show_all()

    def is_about(self, change: Change) -> bool:
        """Whether posts moved, or what comes from X."""
        return isinstance(change, OutboxChanged | PollingChanged)

    def _tick(self) -> None:
        if self.desk.posting.outbox.open():
            self.show_now()

    # Moving

    def action_move(self, step: int) -> None:
        """Go to the next (1) or previous (-1) post."""
        self._choose((self.at or 0) + step)

    def action_end(self, direction: int) -> None:
        """Go to the first (-1) or last (1) post."""
        self._choose(0 if direction < 0 else len(self.ids) - 1)

    def action_page(self, direction: int) -> None:
        """Go a page down (1) or up (-1)."""
        self._choose((self.at or 0) + direction * self.query_one(PostList).page)

    def _choose(self, at: int) -> None:
        if self.ids:
            self.post_id = self.ids[max(0, min(at, len(self.ids) - 1))]
            self.say("")
            self.show_now()

    def on_post_list_chosen(self, message: PostList.Chosen) -> None:
        """A post was clicked."""
        self._choose(self.ids.index(message.post_id))

    # What can be done with a post

    def action_send_now(self) -> None:
        """Send it without waiting any longer."""
        self._do("send_now")

    def action_withdraw(self) -> None:
        """Do not send it."""
        self._do("withdraw", f"withdrawn: {self.key_of('post-again')} sends it after all")

    def action_look_for(self) -> None:
        """Look for it among the account's posts."""
        if why := postings.unseeing(self.desk, self.key_of("go-on")):
            self.say(why, "warn")
        elif self.desk.posting.trouble:
            self._do("look_for", "looked for as soon as X is asked again")
        else:
            self._do("look_for", "looking among the account's posts …")

    def action_again(self) -> None:
        """Send it again."""
        self._do("again")

    def action_plain(self) -> None:
        """Send it as a plain post."""
        self._do("plain")

    def action_give_up(self) -> None:
        """Leave it as it is."""
        self._do("give_up", "given up")

    def action_posted_as(self) -> None:
        """Ask under which address it is on X."""
        row = self._allowed("posted_as")
        if row is None:
            return
        from curator.tui.screens.posted_as import PostedAs

        post_id = row.post.id

        def keep(tweet: str) -> None:
            self.desk.posting.posted_as(post_id, tweet)

        def closed(kept: bool | None) -> None:
            if kept:
                self.say("kept as posted", "good")

        self.app.push_screen(PostedAs(keep, self.keymap), closed)

    def _allowed(self, action: Action) -> OutboxRow | None:
        """Return the chosen post; if this can't be done with it, say why."""
        row = self.row
        if row is None:
            self.say("there is no post here")
        elif action not in row.can:
            self.say(postings.refusal(self.desk, row, action, self.key_of("look-for")))
            return None
        return row

    def _do(self, action: Action, done: str = "") -> None:
        """Do it and say so; without a word for what is `done`, say what comes of the post."""
        row = self._allowed(action)
        if row is None:
            return
        posting, post_id = self.desk.posting, row.post.id
        try:
            match action:
                case "plain":
                    posting.again(post_id, plain=True)
                case "posted_as":
                    raise AssertionError("it needs an address")
                case _:
                    getattr(posting, action)(post_id)
        except NotAllowed as error:
            self.say(f"not now: {error}", "warn")
            return
        self.say(*((done, "good") if done else self._outcome(post_id)))
        self.show_all()

    def _outcome(self, post_id: str) -> tuple[str, str]:
        row = self.desk.posting.row(post_id)
        assert row is not None
        said, ink = postings.outcome(self.desk, row)
        back = f" · {self.key_of('withdraw')} takes it back" if "withdraw" in row.can else ""
        return said + back, ink

    # The rest

    def action_go_on(self) -> None:
        """Go on after posting has stopped, with the credentials that there are now."""
        if self.desk.settings.dry_run:
            self.say("the setting dry_run keeps all posts here: config.toml, then a new start")
            return
        self.desk.posting.start_again()
        if self.desk.polling.absent or self.desk.polling.stopped:
            self.desk.polling.start_again()
        self.say("reading the credentials, then going on …")

    def action_copy(self) -> None:
        """Copy where it is on X, else its text."""
        row = self.row
        if row is None:
            return
        post = row.post
        text = postings.address(post.tweet) if post.tweet else post.text
        self.app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))
        self.say(f"copied the {'address' if post.tweet else 'text'} to the terminal's clipboard")

    def action_to_request(self) -> None:
        """Go to its request."""
        row = self.row
        if row is not None and row.request is not None:
            self.wanted = (row.request.id, row.post.id)
            self.dismiss(None)
