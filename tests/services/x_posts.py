"""The posts and accounts of the stand-in for X, and how both dialects write them."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

Dialect = Literal["tweet", "post"]

RENAMED = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "retweeted": "reposted",
}
"""What the newer dialect calls things; the rest is the same."""
_ALIASES = {new: old for old, new in RENAMED.items()}
_ALWAYS = ("id", "text", "edit_history_tweet_ids")
_URL = re.compile(r"https?://[^\s]+")
_NAME = re.compile(r"(?<!\w)@(\w{1,15})")


@dataclass
class User:
    id: str
    username: str
    follows: set[str] = field(default_factory=set)

    def render(self, fields: Iterable[str]) -> dict[str, Any]:
        doc = {"id": self.id, "name": self.username.title(), "username": self.username}
        return doc | ({"verified": False} if "verified" in fields else {})


@dataclass
class Post:
    """`plain` is what was written, `text` what X makes of it."""

    id: str
    plain: str
    author: User
    at: datetime
    reply_to: "Post | None" = None
    quotes: "Post | None" = None
    reposts: "Post | None" = None
    versions: tuple[str, ...] = ()
    likes: int = 0

    @property
    def conversation(self) -> str:
        return self.reply_to.conversation if self.reply_to else self.id

    @property
    def full(self) -> str:
        """The text with the name that X puts before a reply."""
        above = self.reply_to
        if above is None or above.author is self.author:
            return self.plain
        name = f"@{above.author.username}"
        return self.plain if name.lower() in self.plain.lower() else f"{name} {self.plain}"

    @property
    def urls(self) -> list[dict[str, Any]]:
        found = []
        for number, match in enumerate(_URL.finditer(self.full)):
            short = f"https://t.co/{int(self.id) % 10**7:07d}{number}"
            found.append(
                {
                    "start": match.start(),
                    "end": match.end(),
                    "url": short,
                    "expanded_url": match[0],
                    "display_url": match[0].partition("://")[2][:26],
                }
            )
        return found

    @property
    def text(self) -> str:
        text = self.full
        for url in self.urls:
            text = text.replace(url["expanded_url"], url["url"], 1)
        return html.escape(text, quote=False)

    @cached_property
    def mentioned(self) -> set[str]:
        return {name.lower() for name in _NAME.findall(self.full)}

    def render(self, fields: Iterable[str], dialect: Dialect) -> dict[str, Any]:
        """Return the fields that were asked for, by either name; unknown ones are left out."""
        wanted = {_ALIASES.get(name, name) for name in fields} | set(_ALWAYS)
        text = self.text
        doc: dict[str, Any] = {
            "id": self.id,
            "text": text if len(text) <= 280 else text[:276] + "…",
            "edit_history_tweet_ids": list(self.versions or (self.id,)),
            "author_id": self.author.id,
            "conversation_id": self.conversation,
            "created_at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_user_id": self.reply_to.author.id if self.reply_to else None,
            "note_tweet": {"text": text} if len(text) > 280 else None,
            "referenced_tweets": self._references() or None,
            "entities": self._entities() or None,
            "lang": "en",
            "public_metrics": {
                "bookmark_count": 0,
                "impression_count": self.likes * 20,
                "like_count": self.likes,
                "quote_count": 0,
                "reply_count": 0,
                "retweet_count": 0,
            },
        }
        known = {name: value for name, value in doc.items() if name in wanted and value is not None}
        return rename(known) if dialect == "post" else known

    def _references(self) -> list[dict[str, str]]:
        kinds = {"replied_to": self.reply_to, "quoted": self.quotes, "retweeted": self.reposts}
        return [{"type": kind, "id": post.id} for kind, post in kinds.items() if post]

    def _entities(self) -> dict[str, Any]:
        mentions = [
            {"start": m.start(), "end": m.end(), "username": m[1]}
            for m in _NAME.finditer(self.full)
        ]
        return ({"urls": self.urls} if self.urls else {}) | (
            {"mentions": mentions} if mentions else {}
        )


def rename(value: Any) -> Any:
    """Return an answer in the newer dialect."""
    if isinstance(value, dict):
        return {RENAMED.get(key, key): rename(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rename(inner) for inner in value]
    return "reposted" if value == "retweeted" else value


class Network:
    """Who there is and what was posted, oldest first."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        """Without a clock a second passes with each post."""
        self.clock = clock
        self.users: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.began = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def user(self, username: str) -> User:
        """Return the account of this name, made if need be."""
        for user in self.users.values():
            if user.username.lower() == username.lower():
                return user
        user = User(str(4_000_000 + len(self.users)), username)
        self.users[user.id] = user
        return user

    def post(
        self,
        author: str,
        text: str,
        *,
        reply_to: str | None = None,
        quotes: str | None = None,
        reposts: str | None = None,
        edits: str | None = None,
    ) -> Post:
        """Let somebody post something; the other posts are named by their ids."""
        number = len(self.posts) + 1
        at = self.clock() if self.clock else self.began + timedelta(seconds=number)
        # The upper bits of an id are the time; without a clock, the number.
        late = int(at.timestamp() * 1000) - 1_288_834_974_657 if self.clock else 0
        id = str((late << 22) + number if late else 1_990_000_000_000_000_000 + (number << 22))
        before = self.posts[edits].versions or (edits,) if edits else ()
        post = Post(
            id=id,
            plain=text,
            author=self.user(author),
            at=at,
            reply_to=self.posts[reply_to] if reply_to else None,
            quotes=self.posts[quotes] if quotes else None,
            reposts=self.posts[reposts] if reposts else None,
            versions=(*before, id) if before else (),
        )
        self.posts[id] = post
        for version in before:
            self.posts[version].versions = post.versions
        return post

    def mentions_of(self, user: User) -> list[Post]:
        name = user.username.lower()
        return [p for p in self.posts.values() if name in p.mentioned and p.reposts is None]

    def timeline_of(self, user: User) -> list[Post]:
        return [p for p in self.posts.values() if p.author.id in user.follows or p.author is user]

    def posts_of(self, user: User) -> list[Post]:
        return [p for p in self.posts.values() if p.author is user]

    def summoned(self, user: User, parent: Post) -> bool:
        """Whether the author of a post has asked this account for a reply."""
        quoted = parent.quotes is not None and parent.quotes.author is user
        return parent.author is user or quoted or user.username.lower() in parent.mentioned
