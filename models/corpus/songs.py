"""Which song a post's headline is about.

Headlines name a song in a handful of ways: `Artist - Song`, `Artist: Song`, `Artist shares "Song"`,
`"Song" by Artist`, `Listen to Artist's new single "Song"`. Quotation marks are the surest sign,
then a dash, then a colon. What is unclear stays None: a name that is not put as a placeholder costs
a sentence, a wrong one spoils it.
"""

import re
from typing import NamedTuple

_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\xa0": " "})
_LABELS = (
    "new music|new song|new single|new video|new track|new|song of the (?:day|week)"
    "|track of the (?:day|week)|(?:world |video |track |song )?premiere|exclusive|listen(?: up)?"
    "|just listen|hear|watch|stream(?:ing)?|song review|track review|single review|review|track"
    "|song|single|video|music video|tunes?|discover|introducing|diggin' this|mp3"
    "|now playing|first listen"
)
_LABEL = re.compile(rf"^\W*(?:{_LABELS})\W*(?:[:|\]]|//|- )\s*", re.IGNORECASE)
_CALL = re.compile(
    r"^\W*(?:listen to|listen|watch|hear|stream|premiere|check out|meet)\W+", re.IGNORECASE
)
_NO_SONG = re.compile(
    r"^\W*(?:interview|news|feature|live|concert|album|ep|tour|opinion|column|podcast|photos?|q&a"
    r"|in conversation|five questions|currently listening to)\b[^:]{0,24}[:|]",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:(?<=\s)\||::|//)(?=\s).*$|\s+:\s*$")
_BRACKETS = re.compile(
    r"\s*[(\[](?:[^)\]]*\b(?:feat|ft|featuring|with|prod|official|video|audio|lyrics?|visuali[sz]er"
    r"|premiere|exclusive|stream|remix|edit|cover|live|review|(?:19|20)\d\d|[A-Z]{2,3})\b[^)\]]*)[)\]]",
    re.IGNORECASE,
)
_FEATURING = re.compile(r"\s+(?:feat|ft|featuring)\b\.?.*$", re.IGNORECASE)
_QUOTED = re.compile(r"""(?<!\w)(?:"([^"]+)"|'([^"]+?)'(?!\w))""")
_BY = re.compile(r"^,?\s*(?:by|from)\s+(.+?)(?:\s+-\s|\s*[,|:]|\s+(?:is|are|feat|ft)\b|$)", re.I)
_UNQUOTED_BY = re.compile(r"^(.{1,60}?)\s+by\s+(.{1,40})$", re.IGNORECASE)
_VERBS = (
    "share|shares|shared|sharing|release|releases|released|releasing|drop|drops|dropped|unveil"
    "|unveils|unveiled|premiere|premieres|premiered|debut|debuts|debuted|reveal|reveals|revealed"
    "|announce|announces|announced|return|returns|returned|cover|covers|covered|present|presents"
    "|presented|offer|offers|offered|deliver|delivers|delivered|craft|crafts|crafted|team up"
    "|teams up|teamed up|join|joins|joined|go|goes|deal|deals|dealt|serve|serves|served|recall"
    "|recalls|recalled|bring|brings|find|finds|get|gets|make|makes|take|takes|detail|details"
    "|detailed|explore|explores|explored|shine|shines|preview|previews|previewed|perform|performs"
    "|performed|channel|channels|channeled|usher|ushers|talk|talks|tease|teases|teased|reflect"
    "|reflects|on|with|in"
)
_VERB = re.compile(rf"\s+(?:(?:has|have|is|are) )?(?:just )?(?:{_VERBS})\b", re.IGNORECASE)
_RELEASE = re.compile(
    r"\s+(?:new|latest|debut|first|second|next)?\s*(?:single|song|track|video|anthem|ballad)$",
    re.IGNORECASE,
)
LONGEST_HEADLINE = 300
"""Characters; what is longer is no headline, and would cost time to look through."""
_LONGEST = 6
"""Words in a name; a longer one is a sentence about something else."""


class Song(NamedTuple):
    """The names of a song as a headline spells them; None where it does not tell."""

    artist: str | None
    title: str | None


NO_SONG = Song(None, None)


def song_of(headline: str) -> Song:
    """Return the song that a headline names, or `NO_SONG`. Never raises."""
    if len(headline) > LONGEST_HEADLINE:
        return NO_SONG
    text = " ".join(headline.translate(_STRAIGHT).split())
    if _NO_SONG.match(text) and not _QUOTED.search(text):
        return NO_SONG
    text = _BRACKETS.sub("", text)
    for _ in range(3):
        text = _LABEL.sub("", text, count=1)
    text = _TAIL.sub("", text) or text
    quoted = _QUOTED.search(text)
    if quoted:
        title = (quoted[1] or quoted[2]).strip(" ,.")
        artist = _beside(text[: quoted.start()], text[quoted.end() :])
        return Song(_name(artist.split(": ")[-1]), _name(title))
    called = _CALL.match(text)
    by = _UNQUOTED_BY.match(_CALL.sub("", text)) if called else None
    if by:
        return _pair(by[2], by[1])
    for separator in (" - ", ": "):
        left, found, right = text.partition(separator)
        if found:
            return _pair(left, right.split(" - ")[0])
    return NO_SONG


def _pair(artist: str, title: str) -> Song:
    names = Song(_name(artist.split(": ")[-1]), _name(_FEATURING.sub("", title)))
    return names if names.artist and names.title else NO_SONG


def _beside(before: str, after: str) -> str:
    """Return the artist among the words on either side of a quoted title."""
    by = _BY.match(after)
    if by:
        return by[1]
    before = _CALL.sub("", before)
    lead = before.rstrip(" -:,;|/")
    if not lead:
        dashed = re.match(r"^\s*[-:|/]+\s*([^-|/(]+)", after)
        return dashed[1] if dashed else ""
    if lead != before.rstrip():
        return lead.split(" - ")[-1] if " - " in lead else lead
    owner = re.match(r"^(.*?)(?:'s|(?<=s)')(?:\s|$)", lead)
    if owner:
        return _last_name(owner[1])
    verb = _VERB.search(lead)
    if verb:
        return _last_name(lead[: verb.start()])
    return _first_name(_RELEASE.sub("", lead))


def _runs(text: str) -> list[str]:
    """Return the runs of words that begin with a capital or a figure, small words between."""
    return re.findall(
        r"[A-Z0-9$][\w.&$!-]*(?:\s(?:(?:of|the|and|&|a|de|la|to|x|in)\s)?[A-Z0-9$&][\w.&$!-]*)*",
        text,
    )


def _first_name(text: str) -> str:
    return text if text.islower() else next(iter(_runs(text)), "")


def _last_name(text: str) -> str:
    return text if text.islower() else next(iter(reversed(_runs(text))), "")


def _name(text: str) -> str | None:
    """Return a name without its guests, or None if it can be none."""
    name = _FEATURING.sub("", text).strip(" \"',;:|/[]-")
    if not any(c.isalnum() for c in name) or len(name.split()) > _LONGEST:
        return None
    return name
