"""Reads back how posts were liked: a label of the readers', weaker than the curator's."""

from curator.domain.outbox import Post, after
from curator.net.x_errors import XError
from curator.publishing.account import Account, Book

AGES = (3600.0, 86_400.0, 604_800.0)
"""Seconds after posting at which likes are counted; most come within a day."""
_AT_ONCE = 100


def to_count(book: Book) -> list[Post]:
    """Return the posts whose likes are to be counted now, the oldest first."""
    now = book.now()
    return [post for post in book.outbox.posts() if _is_due(post, now)][:_AT_ONCE]


def _is_due(post: Post, now: str) -> bool:
    if post.state != "posted" or post.posted_at is None or post.tweet is None:
        return False
    passed = [at for age in AGES if (at := after(post.posted_at, age)) <= now]
    return bool(passed) and (post.counted_at is None or post.counted_at < passed[-1])


def count_likes(book: Book, account: Account) -> tuple[int, XError | None]:
    """Count what is due, in one request to X; return how many, and what kept X from answering.

    A post that X does not show any more, or shows without its likes, keeps the number it had.
    """
    due = to_count(book)
    if not due:
        return 0, None
    try:
        found = account.lookup([post.tweet for post in due if post.tweet])
    except XError as error:
        return 0, error
    for post in due:
        metrics = found.get(post.tweet or "")
        likes = metrics.likes if metrics else None
        book.take(post.id, "counted", **({} if likes is None else {"likes": likes}))
    return len(due), None
