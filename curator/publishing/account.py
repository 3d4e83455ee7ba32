"""What the sender needs: an account on X, and the book in which every step is written first."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from curator.domain.outbox import Outbox, Post
from curator.domain.records import Scalar
from curator.domain.steps import StepKind
from curator.net.x_tweets import Metrics, Tweet


class Account(Protocol):
    """An account on X (`curator.net.x.X`). All methods wait for the network; raise `XError`."""

    def post(self, text: str, reply_to: str | None = None) -> str:
        """Post a text, or reply with it, and return the new post's id."""

    def own_posts(self, since_id: str | None = None) -> list[Tweet]:
        """Return the account's own posts that are newer, newest first."""

    def lookup(self, ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return how posts were received, by id."""


class Book(Protocol):
    """The outbox, and the one way to write into it."""

    @property
    def outbox(self) -> Outbox:
        """What there is; only to be read."""

    def now(self) -> str:
        """Return the time as it is written into records."""

    def take(self, post_id: str, kind: StepKind, **data: Scalar) -> Post | None:
        """Record a step, and return the post as it then stands once that is on disk.

        None where the step may not follow any more, and nothing is recorded. Raises whatever
        keeps it from the disk.
        """
