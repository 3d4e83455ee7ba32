"""Posts as X tells of them, read from both dialects of field names.

In August 2026 X renamed what is called tweet and retweet in its answers to post and repost. We
ask by the old names, which stand for the new ones, and read either: a field that is missing is
unknown, never nought.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """Who posts: `username` is the name after the @."""

    id: str
    username: str


@dataclass(frozen=True, slots=True)
class Tweet:
    """A post. Ids are texts of digits; `at` is as X writes it, ISO 8601 in UTC.

    `text` is as a person reads it: the long form where there is one, entities unescaped, links
    as they were before X shortened them. `reply_to` is the post that it answers, `conversation`
    the first post of its thread. `edit_of` is the first version of an edited post, None for the
    first version itself. `mentioned` are usernames, in lower case.
    """

    id: str
    text: str
    author_id: str | None = None
    author_name: str | None = None
    at: str | None = None
    reply_to: str | None = None
    reply_to_author: str | None = None
    conversation: str | None = None
    repost: bool = False
    quotes: str | None = None
    edit_of: str | None = None
    mentioned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metrics:
    """How a post was received; None is unknown."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of posts, newest first, and what reading it cost in dollars.

    `oldest` and `newest` are the ids at its ends, of posts left out by X too; `more` says that
    older ones follow.
    """

    tweets: tuple[Tweet, ...]
    newest: str | None
    oldest: str | None
    more: bool
    users: int = 0
    dollars: float = 0.0


class Unreadable(ValueError):
    """An answer that is not what X's specification says, so much that nothing can be had of it."""


def read_page(answer: Any) -> tuple[list[Tweet], Mapping[str, Any], int]:
    """Return an answer's posts in their order, its `meta`, and how many users came with it.

    A post without id or text is left out. Raises `Unreadable`.
    """
    body = _object(answer, "the answer")
    data = body.get("data")
    if data is not None and not isinstance(data, list):
        raise Unreadable("data is no list")
    if data is None and "meta" not in body and "errors" not in body:
        raise Unreadable("there is neither data nor meta")
    included = body.get("includes")
    users = included.get("users") if isinstance(included, dict) else None
    names = {
        str(user["id"]): str(user["username"])
        for user in _objects(users)
        if "id" in user and isinstance(user.get("username"), str)
    }
    meta = body.get("meta")
    tweets = [tweet for doc in _objects(data) if (tweet := read_tweet(doc, names)) is not None]
    return tweets, meta if isinstance(meta, dict) else {}, len(names)


def read_tweet(doc: Mapping[str, Any], names: Mapping[str, str]) -> Tweet | None:
    """Return a post, None for one without id or text; `names` are users' names by their ids."""
    id, text = _id(doc.get("id")), doc.get("text")
    if id is None or not isinstance(text, str):
        return None
    long = _first(doc, "note_tweet", "note_post")
    source = doc
    if isinstance(long, dict) and isinstance(long.get("text"), str):
        source, text = long, long["text"]
    author = _id(doc.get("author_id"))
    referenced = dict(_references(doc))
    versions = _first(doc, "edit_history_tweet_ids", "edit_history_post_ids")
    first = _id(versions[0]) if isinstance(versions, list) and versions else None
    at = doc.get("created_at")
    return Tweet(
        id=id,
        text=_readable(text, _entities(source, doc, "urls")),
        author_id=author,
        author_name=names.get(author or ""),
        at=at if isinstance(at, str) else None,
        reply_to=referenced.get("replied_to"),
        reply_to_author=_id(doc.get("in_reply_to_user_id")),
        conversation=_id(doc.get("conversation_id")),
        repost="retweeted" in referenced or "reposted" in referenced,
        quotes=referenced.get("quoted"),
        edit_of=first if first != id else None,
        mentioned=tuple(
            name.lower()
            for mention in _entities(source, doc, "mentions")
            if isinstance(name := mention.get("username"), str)
        ),
    )


def read_metrics(doc: Mapping[str, Any]) -> Metrics:
    """Return how a post was received."""
    found = doc.get("public_metrics")
    counts = found if isinstance(found, dict) else {}
    return Metrics(
        likes=_count(counts.get("like_count")),
        reposts=_count(_first(counts, "retweet_count", "repost_count")),
        replies=_count(counts.get("reply_count")),
        quotes=_count(counts.get("quote_count")),
    )


def read_account(answer: Any) -> Account:
    """Return the account of `GET /2/users/me`. Raises `Unreadable`."""
    user = _object(_object(answer, "the answer").get("data"), "data")
    id, username = _id(user.get("id")), user.get("username")
    if id is None or not isinstance(username, str):
        raise Unreadable("the account has no id or no name")
    return Account(id, username)


def read_posted(answer: Any) -> str:
    """Return the id of a post that was made. Raises `Unreadable`."""
    id = _id(_object(_object(answer, "the answer").get("data"), "data").get("id"))
    if id is None:
        raise Unreadable("the post has no id")
    return id


def _references(doc: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for reference in _objects(_first(doc, "referenced_tweets", "referenced_posts")):
        id = _id(reference.get("id"))
        if id is not None and isinstance(reference.get("type"), str):
            yield reference["type"], id


def _entities(
    source: Mapping[str, Any], fallback: Mapping[str, Any], kind: str
) -> Sequence[Mapping[str, Any]]:
    for doc in (source, fallback):
        entities = doc.get("entities")
        if isinstance(entities, dict) and kind in entities:
            return _objects(entities[kind])
    return ()


def _readable(text: str, urls: Sequence[Mapping[str, Any]]) -> str:
    for url in urls:
        short = url.get("url")
        full = url.get("unwound_url") or url.get("expanded_url")
        if isinstance(short, str) and short and isinstance(full, str):
            text = text.replace(short, full)
    return html.unescape(text)


def _first(doc: Mapping[str, Any], *names: str) -> Any:
    return next((doc[name] for name in names if name in doc), None)


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is no object")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _id(value: Any) -> str | None:
    """Return an id: a text of digits, also where a number was sent."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
