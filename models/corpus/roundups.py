"""Which posts are about many songs: their sentences belong to no song in particular."""

import re

from models.corpus.songs import LONGEST_HEADLINE, song_of

MANY = 5
"""Headings, or lines that name a song, from which on a post is a list."""

_PERIOD = (
    r"(?:(?:19|20)\d\d|the (?:year|week|month|decade)|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|spring|summer|fall|autumn|winter)"
)
_KINDS = (
    r"(?:songs?|tracks?|albums?|singles?|records?|eps|releases|covers|artists|bands|videos|tunes"
    r"|remixes)"
)
_LIST = re.compile(
    rf"\bbest (?:of {_PERIOD}|(?:\w+ ){{0,2}}{_KINDS})\b|^\W*(?:the )?best of\b"
    rf"|\btop (?:\d+|five|ten|twenty|fifty)\b|\b\d+ (?:\w+ ){{0,3}}{_KINDS}\b"
    rf"|\bfavou?rite (?:\w+ )?{_KINDS}\b|\b(?:songs|tracks|albums|music) of {_PERIOD}"
    r"|\bweekly\b|\bthis week(?:'s| in)\b|\bweek in (?:music|review)\b"
    r"|\bnew music (?:friday|monday)|\bplaylists?\b|\bmix ?tapes?\b|\bround[- ]?ups?\b"
    r"|\bpremieres (?:of|this)\b|^\W*(?:new |video |our )?premieres\b|\brecap\b"
    r"|\byear[- ]end\b|\bline-?up\b|\bcompilation\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]|[‘][^‘’]*[’]|(?<!\w)'[^']+'(?!\w)")
_ENTRY = re.compile(
    r"^\s*(?:\d{1,3}[.):]?\s+)?\S.{0,50}?(?:\s[-–—]\s|:\s+[\"“'‘]|,\s+[\"“'‘]).{1,60}$"
)
_LONGEST_ENTRY = 14


def is_roundup(headline: str, headings: tuple[str, ...], paragraphs: list[str]) -> bool:
    """Whether a post lists many songs, by its headline, its headings or its lines."""
    told = headline[:LONGEST_HEADLINE].replace("’s", "'s")
    if _LIST.search(_QUOTED.sub("", told)):
        return True
    if len(headings) >= MANY:
        return True
    return sum(_is_entry(paragraph) for paragraph in paragraphs) >= MANY


def _is_entry(line: str) -> bool:
    """Whether a line is `Artist - Title` or `3. Artist: "Title"` and no more."""
    if len(line.split()) > _LONGEST_ENTRY or not _ENTRY.match(line):
        return False
    return song_of(re.sub(r"^\s*\d{1,3}[.):]?\s+", "", line)).title is not None
