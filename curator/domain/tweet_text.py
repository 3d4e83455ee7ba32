"""How long a post is to X, what in it becomes a link, and how it will appear.

The weighted length follows X's published configuration for twitter-text: the text in NFC, a
weight by range for each code point, one flat length for every link and one for every emoji
sequence, and nothing for the names a reply begins with by itself.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from curator.domain.emoji import EMOJI
from curator.domain.urls import Span, find_urls

__all__ = [
    "V2",
    "V3",
    "Config",
    "Segment",
    "Span",
    "Weighed",
    "accidental_urls",
    "find_urls",
    "preview",
    "weigh",
]


@dataclass(frozen=True, slots=True)
class Config:
    """A version of X's rules; weights are in hundredths of a character.

    `ranges` are (first, last, weight) of code points, both ends included.
    """

    limit: int = 280
    scale: int = 100
    default_weight: int = 200
    url_length: int = 23
    emoji_parsing: bool = True
    ranges: tuple[tuple[int, int, int], ...] = (
        (0, 0x10FF, 100),
        (0x2000, 0x200D, 100),
        (0x2010, 0x201F, 100),
        (0x2032, 0x2037, 100),
    )


V3 = Config()
"""The rules in force: an emoji sequence counts 2, however many code points it has."""
V2 = Config(emoji_parsing=False)
"""The rules before: each code point of an emoji counts."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a text weighs.

    `length` is in X's characters; `valid` says whether X would take it; `urls` are its links, as
    spans of the text in NFC; `invalid` holds the characters that X refuses, each once.
    """

    length: int
    limit: int
    valid: bool
    urls: tuple[Span, ...] = ()
    invalid: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How many characters are left; negative when there are too many."""
        return self.limit - self.length


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a post as it will appear."""

    kind: Literal["text", "url", "mention", "hashtag"]
    text: str


_REFUSED = re.compile("[\ufffe\uffff\ufeff\ud800-\udfff]")
_LEADING_NAME = re.compile(r"\s*[@＠]([A-Za-z0-9_]{1,20})(?=\s|\Z)")
_MENTION = re.compile(
    r"(?:(?<![A-Za-z0-9_!#$%&*@＠])|(?<=\b[Rr][Tt]))"
    r"[@＠][A-Za-z0-9_]{1,20}(?![A-Za-z0-9_@＠À-ÖØ-öø-ɏ]|://)"
)
_HASH = re.compile("[#＃](?![\ufe0f\u20e3])")
_HASHTAG_SIGNS = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_HASHTAG_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"})
_BARE = re.compile(r"(?![Ww][Ww][Ww]\.)[^/?#:]+")
_NOT_SHOWN = re.compile(r"\A(?:https?://)?(?:www\.)?", re.IGNORECASE)
_SHOWN_OF_PATH = 15


class _Weights(dict[str, int]):
    """The weight of each character, looked up in the ranges once."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def __missing__(self, char: str) -> int:
        ranges = self.config.ranges
        weights = (weight for first, last, weight in ranges if first <= ord(char) <= last)
        self[char] = next(weights, self.config.default_weight)
        return self[char]


_weights_of = cache(_Weights)


def weigh(text: str, *, reply_to: Sequence[str] = (), config: Config = V3) -> Weighed:
    """Return the weighted length of a text and whether X takes it. Never raises.

    `reply_to` are the names (with or without @) that X puts in front of a reply by itself: where
    the text begins with them they count nothing.
    """
    text = unicodedata.normalize("NFC", text)
    start = _leading_names(text, reply_to)
    urls = tuple(url for url in find_urls(text) if url.start >= start)
    weight = config.url_length * config.scale * len(urls)
    at = start
    for url in urls:
        weight += _weight_of(text[at : url.start], config)
        at = url.end
    weight += _weight_of(text[at:], config)
    length = weight // config.scale
    invalid = tuple(dict.fromkeys(_REFUSED.findall(text)))
    valid = bool(text[start:].strip()) and length <= config.limit and not invalid
    return Weighed(length, config.limit, valid, urls, invalid)


def _weight_of(text: str, config: Config) -> int:
    weight = 0
    if config.emoji_parsing and not text.isascii():
        text, emoji = EMOJI.subn("", text)
        weight = emoji * config.default_weight
    return weight + sum(map(_weights_of(config).__getitem__, text))


def _leading_names(text: str, reply_to: Sequence[str]) -> int:
    """Return where the text goes on after the names of `reply_to` that it begins with."""
    names = {name.lstrip("@＠").casefold() for name in reply_to}
    at = 0
    while names and (match := _LEADING_NAME.match(text, at)):
        if match[1].casefold() not in names:
            break
        at = match.end()
    return at + len(text[at:]) - len(text[at:].lstrip()) if at else 0


def accidental_urls(text: str) -> tuple[Span, ...]:
    """Return the bare domains of a text: names such as `will.i.am` that X makes links of.

    Each counts 23 characters, and a post with a link may cost more. Spans are those of `text`.
    """
    return tuple(url for url in find_urls(text) if _BARE.fullmatch(url.text))


def preview(text: str, *, reply_to: Sequence[str] = ()) -> list[Segment]:
    """Return a post as it will appear: trimmed, links shortened, mentions and hashtags marked."""
    text = unicodedata.normalize("NFC", text)
    text = text[_leading_names(text, reply_to) :].strip()
    segments: list[Segment] = []
    at = 0
    for url in find_urls(text):
        segments += _marked(text[at : url.start])
        segments.append(Segment("url", _displayed(url.text)))
        at = url.end
    return segments + list(_marked(text[at:]))


def _displayed(url: str) -> str:
    """Return a link as X shows it: without protocol and www, a long path cut."""
    domain, slash, path = _NOT_SHOWN.sub("", url).partition("/")
    if len(path) > _SHOWN_OF_PATH:
        path = path[:_SHOWN_OF_PATH] + "…"
    return domain + (slash + path if path else "")


def _marked(text: str) -> Iterator[Segment]:
    found = [(*match.span(), "mention") for match in _MENTION.finditer(text)]
    found += [(start, end, "hashtag") for start, end in _hashtags(text)]
    at = 0
    for start, end, kind in sorted(found):
        if start > at:
            yield Segment("text", text[at:start])
        yield Segment("mention" if kind == "mention" else "hashtag", text[start:end])
        at = end
    if at < len(text):
        yield Segment("text", text[at:])


def _hashtags(text: str) -> Iterator[tuple[int, int]]:
    """Yield the hashtags: letters, marks, digits and a few signs, one letter at least."""
    stop = 0
    for sign in _HASH.finditer(text):
        start, end = sign.span()
        before = text[start - 1 : start] if start else ""
        glued = before == "&" or (before not in "\ufe0e\ufe0f" and _in_hashtag(before))
        if start < stop or glued:
            continue
        while end < len(text) and _in_hashtag(text[end]):
            end += 1
        stop = end
        has_letter = any(unicodedata.category(c)[0] in "LM" for c in text[start:end])
        if has_letter and text[end : end + 1] not in ("#", "＃") and text[end : end + 3] != "://":
            yield start, end


def _in_hashtag(char: str) -> bool:
    return char in _HASHTAG_SIGNS or unicodedata.category(char)[0:2] in _HASHTAG_CATEGORIES
