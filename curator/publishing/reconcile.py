"""Finds out by reading back whether a post is on X, when nobody heard X's answer."""

import html
import re
import unicodedata
from collections.abc import Iterable

from curator.domain.outbox import Outbox, Post
from curator.domain.urls import find_urls
from curator.net.x_tweets import Tweet
from curator.publishing.account import Account

_NAMES = re.compile(r"(?:\s*[@＠][A-Za-z0-9_]{1,20}(?=\s))+")
_LINK = "\N{LINK SYMBOL}"


def read_back(post: Post, account: Account, outbox: Outbox) -> tuple[Tweet | None, int]:
    """Return the post on X if it is there, and how many were read. Raises `XError`.

    Only what is newer than the last one known from before its first attempt is read.
    """
    since = outbox.newest_before(post.first_sent) if post.first_sent else None
    tweets = account.own_posts(since)
    return match(post, tweets, outbox), len(tweets)


def match(post: Post, tweets: Iterable[Tweet], outbox: Outbox) -> Tweet | None:
    """Return the oldest that says the same to the same, and is no other post of ours."""
    same = [tweet for tweet in tweets if _same(post, tweet) and not outbox.claims(tweet.id)]
    return min(same, key=lambda tweet: (len(tweet.id), tweet.id), default=None)


def _same(post: Post, tweet: Tweet) -> bool:
    if tweet.repost or tweet.reply_to != post.reply_to:
        return False
    reply = post.reply_to is not None
    return normal(tweet.text, reply=reply) == normal(post.text, reply=reply)


def normal(text: str, *, reply: bool) -> str:
    """Return what stays the same of a text on its way through X.

    X composes characters, writes some as entities, trims, shortens links (a bare domain comes
    back with a protocol), and puts names before a reply. Which link it was is left out, as X may
    tell only where it ends up.
    """
    text = unicodedata.normalize("NFC", html.unescape(text))
    if reply and (names := _NAMES.match(text)):
        text = text[names.end() :]
    for url in reversed(find_urls(text)):
        text = text[: url.start] + _LINK + text[url.end :]
    return " ".join(text.split())
