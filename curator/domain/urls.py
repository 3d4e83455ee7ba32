"""Finds in a text what X will turn into links.

A link is a domain under a known top-level domain, with or without `http://` in front, with a
port, a path and a query behind it. The rules are those of X's twitter-text library: letters of
all scripts after a protocol, ASCII and accented Latin ones without; what may stand in front; what
a link may end with. They are followed in one pass over runs of domain characters instead of by
one large expression, so that the time grows with the text's length alone, whatever it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAX_LABEL = 63  # bytes of a label in its ASCII form (RFC 1035)
MAX_URL = 4096
MAX_SHORT_SLUG = 40  # of t.co

_ACCENTED = "À-ÖØ-öø-ɏɓɔɖɗəɛɣɨɯɲʉʋʻ\u0300-\u036fḀ-ỿ"
_NAME = f"A-Za-z0-9{_ACCENTED}-"
_BREAKS = (  # what no domain holds: ASCII punctuation, spaces, controls, directional marks
    r"\x00-\x2c/:-@\[-^`{-\xa0\u061c\u1680\u180e\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f"
    r"\u2066-\u2069\u3000\ud800-\udfff\ufeff\ufffe\uffff"
)
_RUN = re.compile(f"[^{_BREAKS}]+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_PROTOCOL = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://\Z")
_PLAIN_NAME = re.compile(f"(?<![{_NAME}])[A-Za-z0-9{_ACCENTED}][{_NAME}]*+\\.(?:[{_NAME}]++\\.)*+")
_ASCII_TLD = re.compile(r"(?:[Xx][Nn]--[-0-9A-Za-z]++|[0-9A-Za-z]++)(?![-@+])")
_GOES_ON = re.compile(r"[-0-9A-Za-z@+]")
_SIGNS_IN_FRONT = set("@＠$#＃\ufeff\ufffe\uffff")  # of what is no link then

_PATH_CHARS = f"A-Za-z0-9!*';:=+,.$/%#\\[\\]_~@|&\u2013\\-\u0400-\u04ff{_ACCENTED}"
# The whole is not possessive: before Python 3.11.5 such a group forgets to go back within itself.
_PATH = re.compile(
    f"/(?:[{_PATH_CHARS}]|"
    f"\\((?:[{_PATH_CHARS}]++|[{_PATH_CHARS}]*+\\([{_PATH_CHARS}]++\\)[{_PATH_CHARS}]*+)\\))*"
)
_NO_PATH_END = "!*';:,.$%[]~@|&\u2013"
_QUERY = re.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_NO_QUERY_END = "!?*'@();:+$%[].,~|"
_PORT = re.compile(":[0-9]+")
_SHORT = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[Tt]\.[Cc][Oo]/([a-zA-Z0-9]+)")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: `text[start:end]`, in code points."""

    start: int
    end: int
    text: str


@cache
def top_level_domains() -> frozenset[str]:
    """Return the known top-level domains in lower case, those of other scripts as they read."""
    listed = (resources.files("curator.domain") / "tlds.txt").read_text("utf-8")
    lines = (line for line in listed.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


@cache
def _foreign_domains() -> tuple[frozenset[str], int]:
    names = frozenset(name for name in top_level_domains() if not name.isascii())
    return names, max(map(len, names))


def find_urls(text: str) -> tuple[Span, ...]:
    """Return the links of a text in order. Never raises."""
    return tuple(_find(text)) if "." in text else ()


def _find(text: str) -> Iterator[Span]:
    at = taken = 0
    while run := _RUN.search(text, at):
        start, stop = run.span()
        while start < stop and text.find(".", start, stop) >= 0:
            links, start = _links_at(text, start, stop)
            for link in links:
                if link.start >= taken:  # a protocol may stand in the path of the link before
                    yield link
                    taken = link.end
        at = max(start, stop)


def _links_at(text: str, start: int, stop: int) -> tuple[list[Span], int]:
    """Return the links of a run's first domain, and where to look on."""
    slash = start > 0 and text[start - 1] == "/"
    if slash and (protocol := _PROTOCOL.search(text, max(start - 8, 0), start)):
        first = start - len(protocol[0])
        end = _domain_end(text, start, stop) if _may_follow(text, first) else None
        if end is None:
            return [], stop
        return _checked(text, first, start, end), _tail_end(text, end)
    if slash or not _may_follow(text, start):
        letter = _FOREIGN.search(text, start, stop)  # after such a letter a name may begin
        return [], letter.end() if letter else stop
    if text[start] in "-_.":
        return [], stop
    end = _domain_end(text, start, stop)
    if end is None:
        return [], stop
    return _plain(text, start, end)


def _may_follow(text: str, at: int) -> bool:
    """Whether a link may begin here, after the character before it."""
    before = text[at - 1 : at] if at else ""
    return before not in _SIGNS_IN_FRONT and not (before.isascii() and before.isalnum())


def _domain_end(text: str, start: int, stop: int) -> int | None:
    """Return the end of the longest domain that starts here, None if there is none."""
    longest = None
    while (dot := text.find(".", start, stop)) > start:
        if text[start] in "-_" or text[dot - 1] in "-_":
            break
        if "_" not in text[start:dot] and (end := _tld_end(text, dot + 1, stop)):
            longest = end
        start = dot + 1
    return longest


def _tld_end(text: str, at: int, stop: int) -> int | None:
    """Return the end of the top-level domain that starts here, None if there is none."""
    if ascii_part := _ASCII_TLD.match(text, at):
        name = ascii_part[0].lower()
        return ascii_part.end() if name in top_level_domains() or name[:4] == "xn--" else None
    names, longest = _foreign_domains()
    for end in range(min(at + longest, stop), at, -1):
        if text[at:end] in names and not _GOES_ON.match(text, end):
            return end
    return None


def _plain(text: str, start: int, stop: int) -> tuple[list[Span], int]:
    """Return the links without a protocol inside a domain, and where to look on."""
    links: list[Span] = []
    tail = stop
    while name := _PLAIN_NAME.search(text, start, stop):
        first, start = name.span()
        dot = start - 1
        while dot > first:
            if end := _tld_end(text, dot + 1, stop):
                start = end
                tail = _tail_end(text, end) if end == stop else tail
                links += _checked(text, first, first, end)
                break
            dot = text.rfind(".", first, dot)
    return links, tail


def _checked(text: str, first: int, domain: int, domain_end: int) -> list[Span]:
    """Return the link with its tail, nothing if a part of it is too long to exist."""
    end = _tail_end(text, domain_end)
    if short := _SHORT.match(text, first, end):
        if len(short[1]) > MAX_SHORT_SLUG:
            return []
        end = _query_end(text, short.end())
    labels = text[domain:domain_end].split(".")
    if end - first > MAX_URL or not all(map(_exists, labels)):
        return []
    return [Span(first, end, text[first:end])]


def _exists(label: str) -> bool:
    if label.isascii():
        return len(label) <= MAX_LABEL
    if len(label) > MAX_LABEL or label[:4].lower() == "xn--":
        return False
    try:
        return len(b"xn--" + label.lower().encode("punycode")) <= MAX_LABEL
    except UnicodeError:
        return False


def _tail_end(text: str, at: int) -> int:
    """Return where port, path and query end that follow a domain."""
    if port := _PORT.match(text, at):
        at = port.end()
    if path := _PATH.match(text, at):
        at += len(path[0].rstrip(_NO_PATH_END))
    return _query_end(text, at)


def _query_end(text: str, at: int) -> int:
    query = _QUERY.match(text, at)
    return at + len(query[0].rstrip(_NO_QUERY_END)) if query else at
