"""Text as it came → lines worth reading, and the signs of music that cleaning takes away.

Nothing here can be obeyed by a terminal or raise: control, format, surrogate and private characters
are gone, and what links, emoji and mentions said is kept as signs.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = "\x00"
"""Stands where an emoji or a link was: a break in the thought."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,32}+[ -/]{0,8}+[@-~]"
    r"|\x1b\][^\x07\x1b\n]{0,200}+(?:\x07|\x1b\\)"
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s\"“”<>()\[\]\x00]+"
    r"|(?<![\w.@])(?:[a-z0-9-]{1,30}\.){1,3}(?:com|co|be|fm|gd|ly|link|to|net|org|io|me|tv|uk)/"
    r"[^\s\"“”<>()\[\]\x00]*",
    re.IGNORECASE,
)
_MUSIC_HOST = re.compile(
    r"spotify|spoti\.fi|youtu\.?be|soundcloud|snd\.sc|bandcamp|(?:music|itunes)\.apple|apple\.co"
    r"|tidal|deezer|mixcloud|beatport|audiomack|song\.link|odesli|album\.link|lnk\.to|ffm\.to"
    r"|hypem|last\.fm|genius\.com|vevo|shazam",
    re.IGNORECASE,
)
_EMOTICON = re.compile(
    r"(?<!\S)(?:[:;=]['’]?[-^]?[()DPpOo3*\]\[\\/|]{1,4}|<3{1,3}|[xX]D{1,3}|\^_{0,2}\^)(?!\S)"
)
_ADDRESS = re.compile(
    r"\s*(?:(?:RT|MT|(?:hi|hey|hello|yo|dear)(?:\s+there)?,?)\s+)?(?:\.?@\w{1,30}[\s,:]+)+",
    re.ASCII | re.IGNORECASE,
)
_RETWEET = re.compile(r"(?<!\S)(?:RT|MT)\s+@\w{1,30}:?", re.ASCII)
_LONGEST_LINE = 2000
_SPACES = re.compile(" {2,}")
_MARKS = re.compile(r"[ \x00]*\x00[ \x00]*")
_BULLET = re.compile(r"(?:\(?\d{1,3}[.):](?=\s)|#\d{1,3}(?=\s)|[-–—*•·>.,;:]+(?=\s))\s*")

_NOTES = frozenset("♩♪♫♬🎵🎶🎼🎧🎤🎹🎸🎷🎺🎻🥁📻💿📀🔊")
_AS_ASCII = str.maketrans("－：｜／（）［］，！？＂＇→⇒➡►▶▸", "-:|/()[],!?\"'||||||")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u20e3")


class _Table(dict[int, str | None]):
    """What becomes of each character, worked out when it is first met."""

    def __missing__(self, point: int) -> str | None:
        self[point] = kept = _kept(chr(point))
        return kept


def _kept(char: str) -> str | None:
    category = unicodedata.category(char)
    if char in "\n\r\v\f\x85" or category in ("Zl", "Zp"):
        return "\n"
    if char == "\t" or category == "Zs":
        return " "
    if char in _INVISIBLE or "\ufe00" <= char <= "\ufe0f":
        return None
    if category[0] == "C":
        return None if category in ("Cc", "Cf", "Cs") else _MARK
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return None
    if category == "So":
        return None if char in "©®™℗" else (char if char in "°№" else _MARK)
    return char


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Clean:
    """Lines without control characters, emoji, links and addresses.

    `link`: a link to where music is played. `notes`: a musical emoji. `mention`: the text was
    addressed to somebody.
    """

    lines: tuple[str, ...]
    link: bool
    notes: bool
    mention: bool


def clean(text: str) -> Clean:
    """Return the readable lines of any text at all. Never raises; linear in the text."""
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), _ESCAPES.sub("", text))
    notes = not _NOTES.isdisjoint(text)
    text = text.translate(_AS_ASCII).translate(_TABLE)
    links = _LINK.findall(text)
    text = _EMOTICON.sub(_MARK, _LINK.sub(_MARK, text))
    address = _ADDRESS.match(text)
    text = _RETWEET.sub(_MARK, text[address.end() :] if address else text)
    text = _SPACES.sub(" ", text)
    lines = (" ".join(line.split()) for line in _breaks(text).split("\n"))
    lines = (_BULLET.sub("", line, count=1) if _BULLET.match(line) else line for line in lines)
    return Clean(
        tuple(piece for line in lines for piece in _pieces(line) if piece),
        link=any(_MUSIC_HOST.search(link) for link in links),
        notes=notes,
        mention=bool(address),
    )


def _pieces(line: str) -> Iterator[str]:
    """Yield a line, cut between words where it is longer than any line that is written by hand."""
    while len(line) > _LONGEST_LINE:
        cut = line.rfind(" ", _LONGEST_LINE // 2, _LONGEST_LINE)
        cut = cut if cut > 0 else _LONGEST_LINE
        yield line[:cut].strip()
        line = line[cut:].strip()
    yield line


def _breaks(text: str) -> str:
    """Turn marks into line breaks, except beside a dash, a colon or "by", which they decorate."""

    def decide(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 4) : found.start()].rstrip()
        after = text[found.end() : found.end() + 3].lstrip()
        beside = before.endswith(tuple("-–—|:~")) or after.startswith(tuple("-–—|~"))
        return " " if beside or before.endswith(" by") or after == "by " else "\n"

    return _MARKS.sub(decide, text)
