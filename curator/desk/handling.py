"""What the curator can do with a post."""

import re
from collections.abc import Callable
from typing import Literal

from curator.desk.queueing import NotAllowed, Queueing
from curator.domain.outbox import Outbox, Post, State
from curator.domain.steps import PostStep

Action = Literal["send_now", "withdraw", "look_for", "posted_as", "again", "plain", "give_up"]

_CAN: dict[State, tuple[Action, ...]] = {
    "queued": ("send_now", "withdraw"),
    "uncertain": ("look_for", "posted_as", "again", "give_up"),
    "rejected": ("again", "plain", "posted_as", "give_up"),
    "blocked": ("again", "give_up"),
    "dry": ("again", "give_up"),
    "given up": ("look_for", "again", "posted_as"),
    "withdrawn": ("again",),
}
Missing = Literal["approval", "look"]
"""What has to come before a post may go out again: its approval, or a look whether it is out."""

_IN_ADDRESS = re.compile(r"/status(?:es)?/(\d{1,20})(?!\w)", re.ASCII)
_ALONE = re.compile(r"\d{15,20}", re.ASCII)
"""An id on its own: those that X gives since 2010 are no shorter, so a slip of the hand is seen."""


class Handling:
    """The curator's hands in the outbox. All methods but `can` raise `NotAllowed`.

    `record` takes a step if it may follow and begins to keep it, `keep` one that was taken.
    """

    def __init__(
        self,
        outbox: Outbox,
        queueing: Queueing,
        is_approved: Callable[[str], bool],
        now: Callable[[], str],
        record: Callable[..., object],
        keep: Callable[[PostStep], object],
    ) -> None:
        self._outbox = outbox
        self._queueing = queueing
        self._is_approved = is_approved
        self._now = now
        self._record = record
        self._keep = keep

    def can(self, post: Post) -> tuple[Action, ...]:
        """Return what can be done with a post."""
        unapproved = not self._is_approved(post.id)
        not_now = {
            "look_for": post.state == "given up" and not post.is_unseen,
            "again": post.is_unseen or unapproved,
            "plain": post.reply_to is None or unapproved,
        }
        return tuple(action for action in _CAN.get(post.state, ()) if not not_now.get(action))

    def missing(self, post: Post, action: Action) -> Missing | None:
        """Return what keeps a post from going out again that could otherwise."""
        if action not in ("again", "plain") or action not in _CAN.get(post.state, ()):
            return None
        if not self._is_approved(post.id):
            return "approval"
        return "look" if action == "again" and post.is_unseen else None

    def check(self, post_id: str, action: Action) -> Post:
        """Return the post if this can be done with it."""
        post = self._outbox.post(post_id)
        if post is None:
            raise NotAllowed(f"there is no post {post_id}")
        if action not in self.can(post):
            hint = ""
            if action in ("again", "plain") and not self._is_approved(post.id):
                hint = " and not approved any more"
            elif action == "again" and post.unsure:
                hint = ": it may be on X, and must be looked for first"
            raise NotAllowed(f"it is {post.state}{hint}")
        return post

    def send_now(self, post_id: str) -> None:
        """Let a queued post wait no longer."""
        self.check(post_id, "send_now")
        self._do(post_id, "moved", due=self._now())

    def withdraw(self, post_id: str) -> None:
        """Do not send a queued post; its approval stays as a label."""
        self.check(post_id, "withdraw")
        self._do(post_id, "withdrawn", why="withdrawn by the curator")

    def look_for(self, post_id: str) -> None:
        """Have a post looked for, also one that was given up before anybody had."""
        if self.check(post_id, "look_for").state == "given up":
            self._do(post_id, "uncertain", why="looked for after all")

    def posted_as(self, post_id: str, tweet: str) -> None:
        """Say that a post is on X: its id there, or its address."""
        self.check(post_id, "posted_as")
        id = _id_in(tweet)
        if id is None:
            raise NotAllowed("the id of a post is a number, behind /status/ in its address")
        if self._outbox.claims(id):
            raise NotAllowed("another post is known to be that one")
        self._do(post_id, "posted", tweet=id, by_hand=True, why="as the curator says")

    def again(self, post_id: str, *, plain: bool = False) -> None:
        """Queue a post again, as it now reads; with `plain` not as a reply, where X refused that.

        What may be on X must have been looked for in vain, and keeps its text.
        """
        self.check(post_id, "plain" if plain else "again")
        self._keep(self._queueing.again(post_id, plain=plain))

    def give_up(self, post_id: str) -> None:
        """Leave a post as it is for good."""
        self.check(post_id, "give_up")
        self._do(post_id, "given_up", why="given up by the curator")

    def _do(self, post_id: str, kind: str, **data: str | bool) -> None:
        if self._record(post_id, kind, **data) is None:
            raise NotAllowed("it has just changed")


def _id_in(said: str) -> str | None:
    """Return the id in a post's address, or said alone; the address may go on to a photo of it."""
    said = said.strip()
    if found := _IN_ADDRESS.search(said.split("?")[0]):
        return found[1]
    return said if _ALONE.fullmatch(said) else None
