"""Which of the songs that a search brings is the one that was asked for.

Titles come with remasters, guests, brackets and sloppy spelling. Each is taken apart into the
name itself, what is said about the version, and the guests; names are compared loosely, versions
strictly: a karaoke or live recording is another song, a remaster is not.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.fuzz import ratio, token_sort_ratio

from curator.domain.finding import Candidate

SURE = 0.85
"""From this score on a match is believed."""
POSSIBLE = 0.62
"""From this score on it may be the song; below, it is another one of the artist or the title."""
WORTH_SHOWING = 0.35
"""Candidates below it are not even offered."""
APART = 0.06
"""Another song must score so much less than the best one, else it is doubtful which is meant."""

_SAME_SONG = re.compile(
    r"\b(re-?master(ed|isé|izado)?|(album|single|original|studio|main|full length|lp|ep|7\"|12\")"
    r" version"
    r"|(radio|single|album) (edit|mix)|original( mix)?|explicit|clean|stereo|mono"
    r"|bonus( track)?|deluxe|anniversary|digital|edition|soundtrack|theme from|from)\b"
)
_VERSIONS = re.compile(
    r"\b(live|unplugged|acoustic|remix(ed)?|rmx|mix|bootleg|edit|flip|vip|dub|rework|demo"
    r"|instrumental|karaoke|cover|tribute|originally performed|in the style of|made famous"
    r"|a ?cappella|acapella|reprise|interlude|session|sped up|slowed|nightcore|lullaby|piano"
    r"|orchestral|symphonic|re-?recorded|rerecording|taylor'?s version|commentary|extended"
    r"|club|part|pt|version|medley|mashup)\b"
)
_GUESTS = re.compile(r"\b(?:(?:feat(?:uring)?|ft)\b\.?|(?P<loose>with\b|w/)) *(?P<who>.+)$")
_IN_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DASHED = re.compile(r"\s+[-–—]\s+|\s*[|/]{2}\s*")
_ARTISTS = re.compile(
    r"\s*(?:,|;|&|\+|/|\bfeat(?:uring)?\b\.?|\bft\b\.?|\bvs\b\.?|\bwith\b|\band\b|\bx\b)\s*"
)
_NAMED_LAST = re.compile(r"^(.*), (the|a|an)$")
_ARTICLE = re.compile(r"^(the|a|an) (?=.)")


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart; all parts are plain.

    `name` is what it is called without any addition, `whole` with those brackets that are part of
    the name ("(I Can't Get No) Satisfaction"); `version` are the words that say which version.
    """

    name: str
    whole: str
    version: frozenset[str] = frozenset()
    guests: str = ""


def plain(text: str) -> str:
    """Return a name as names are compared: no case, no accents, no punctuation, & as "and"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _bare(text)
    text = re.sub(r"(?<=\w)\$(?=\w|$)|\$(?=\w)", "s", text)  # A$AP, Ke$ha, Ty Dolla $ign
    text = re.sub(r"(?<=\w)!(?=\w)", "i", text)  # P!nk
    text = re.sub(r"[’'‘`´]", "", text).replace("&", " and ").replace("+", " and ")
    worded = re.sub(r"[^\w]+", " ", text).replace("_", " ").strip()
    return worded or " ".join(text.split())  # a name of signs alone: "!!!", "÷"


def _bare(text: str) -> str:
    """Return Latin letters without their accents; other scripts' marks are letters of their own."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char) and kept and kept[-1].isascii():
            continue
        kept.append(_STROKES.get(char, char))
    return unicodedata.normalize("NFC", "".join(kept))


_STROKES = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ð": "d"}


@lru_cache(maxsize=4096)
def take_apart(title: str) -> Title:
    """Return the parts of a title."""
    text = _bare(unicodedata.normalize("NFKC", title).casefold())
    version: set[str] = set()
    guests: list[str] = []
    kept: list[str] = []

    def is_taken(part: str) -> bool:
        """Whether a part is an addition; it is noted as what it is."""
        if guest := _GUESTS.match(part.strip()):
            guests.append(guest["who"])
            return True
        found = _VERSIONS.search(part)
        neutral = _SAME_SONG.search(part)
        if not found and not neutral:
            return False
        if found and not (neutral and found[0] in ("version", "edit", "mix")):
            version.update(_numbered(plain(_SAME_SONG.sub(" ", part))).split())
        return True

    def bracketed(match: re.Match[str]) -> str:
        if match[0] == text:
            return match[1]
        if is_taken(match[1]):
            return " "
        kept.append(match[1])
        return f" {match[1]} "

    first, *dashed = _DASHED.split(_IN_BRACKETS.sub(bracketed, text))
    first = " ".join([first, *(part for part in dashed if not is_taken(part))])
    guest = _GUESTS.search(first)
    if guest and guest.start() > 0 and not guest["loose"]:
        guests.append(guest["who"])
        first = first[: guest.start()]
    whole = plain(first)
    for inner in kept:
        first = first.replace(inner, " ", 1)
    return Title(
        name=plain(first) or whole or plain(title),
        whole=whole or plain(title),
        version=frozenset(version - _NOISE),
        guests=plain(" ".join(guests)),
    )


def with_remark(title: str, remark: str) -> str:
    """Return a title with what is remarked on it, where that says which version it is."""
    words = " ".join(re.sub(r"[()\[\]{}]", " ", remark).split())
    marked = f"{title} ({words})"
    return marked if take_apart(marked).version - take_apart(title).version else title


_NOISE = frozenset({"version", "the", "a", "at", "in", "on", "of", "from", "and", "by"})
_SETTINGS = frozenset({"live", "acoustic", "unplugged", "demo", "session", "instrumental"})
"""Versions that are near each other wherever they were recorded, unlike two remixes."""


@lru_cache(maxsize=4096)
def artists_of(artist: str) -> tuple[str, ...]:
    """Return an artist's plain names: the whole one, then those it is made of."""
    text = unicodedata.normalize("NFKC", artist).casefold().strip()
    if last := _NAMED_LAST.match(text):
        text = f"{last[2]} {last[1]}"
    names = [text, *_ARTISTS.split(text)]
    bare = [_ARTICLE.sub("", plain(name)) for name in names]
    return tuple(dict.fromkeys(name for name in bare if name))


def _alike(one: str, other: str) -> float:
    """Return how alike two plain names are, 0 to 1."""
    one, other = _numbered(one), _numbered(other)
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    joined = ratio(one.replace(" ", ""), other.replace(" ", "")) / 100
    sorted_ = token_sort_ratio(one, other) / 100
    alike = max(joined, sorted_)
    if _NUMBER.findall(one) != _NUMBER.findall(other):  # the second symphony is not the third
        alike = min(alike - 0.15, _ANOTHER_NUMBER)
    return max(alike, 0.0)


_NUMBER = re.compile(r"\d+")
_ANOTHER_NUMBER = 0.75
"""More alike are no names with different numbers, however long: it is doubtful at most."""
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "x": "10", "xi": "11", "xii": "12",
}  # fmt: skip
# What a name begins with is a word ("X Gon' Give It to Ya"); a lone i counts parts alone.
_NUMERAL = re.compile(rf"(?<=\w )({'|'.join(_ROMAN)})(?= |$)|(?<=\bpart )i(?= |$)")
_PART = re.compile(r"\bpt(?= )")


@lru_cache(maxsize=4096)
def _numbered(name: str) -> str:
    """Return a plain name with its numbers written one way: "pt ii" as "part 2"."""
    return _NUMERAL.sub(lambda found: _ROMAN.get(found[0], "1"), _PART.sub("part", name))


def artist_score(asked: str, found: str) -> float:
    """Return how well an artist fits, 0 to 1; one of several named is almost as good as all."""
    ours, theirs = artists_of(asked), artists_of(found)
    if not ours or not theirs:
        return 0.0
    best = _alike(ours[0], theirs[0])
    parts = max(
        (_alike(a, b) for a in ours for b in theirs if len(ours) > 1 or len(theirs) > 1),
        default=0.0,
    )
    return max(best, parts - 0.03)


def title_score(asked: str, found: str) -> float:
    """Return how well a title fits, 0 to 1, versions included."""
    if _reads_alike(asked, found):
        return 1.0 if plain(asked) == plain(found) else 0.99
    ours, theirs = take_apart(asked), take_apart(found)
    name = max(
        _alike(ours.whole, theirs.whole),
        _alike(ours.name, theirs.name) - 0.02,
        _alike(ours.name, theirs.whole) - 0.03,
        _alike(ours.whole, theirs.name) - 0.03,
    )
    guests = 0.0
    if ours.guests and theirs.guests:
        guests = 0.05 * (1 - _alike(ours.guests, theirs.guests))
    apart = _versions_apart(ours.version, theirs.version)
    return max(name - apart - guests - 0.01, 0.0)


def _reads_alike(one: str, other: str) -> bool:
    """Whether two titles are the same words, in brackets or not, numbers written either way."""
    return _numbered(plain(one)) == _numbered(plain(other))


def _versions_apart(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Return how much it takes from a title that these are two versions."""
    if ours == theirs:
        return 0.0
    common = ours & theirs
    if not common & _SETTINGS and common not in (ours, theirs):
        return 0.25
    most = 0.1 if common & _SETTINGS else 0.25
    return most * (1 - len(common) / len(ours | theirs))


def score(artist: str | None, title: str | None, candidate: Candidate) -> float:
    """Return how well a candidate fits, 0 to 1. Without an artist it is the title alone."""
    if title is None:
        return artist_score(artist or "", candidate.artist)
    of_title = title_score(title, candidate.title)
    if artist is None:
        return of_title
    of_artist = artist_score(artist, candidate.artist)
    # One that is wrong spoils the other: the mean alone would let covers through.
    return round(0.5 * min(of_artist, of_title) + 0.25 * (of_artist + of_title), 4)


def same_song(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates are one song, perhaps from different albums."""
    ours, theirs = take_apart(one.title), take_apart(other.title)
    is_same = _reads_alike(one.title, other.title) or (
        ours.version == theirs.version
        and (
            _numbered(ours.whole) == _numbered(theirs.whole)
            or _numbered(ours.name) == _numbered(theirs.name)
        )
    )
    return is_same and artist_score(one.artist, other.artist) > 0.9


@dataclass(frozen=True, slots=True)
class Match:
    """Candidates that are worth a look, the best first.

    `doubtful` if some may be the song, and it is not sure which, or whether.
    """

    candidates: tuple[Candidate, ...]
    doubtful: bool

    @property
    def best(self) -> Candidate | None:
        """The best one, None where there is none or it is not sure."""
        first = self.candidates[0] if self.candidates and not self.doubtful else None
        return first if first is not None and first.score >= SURE else None


def match(artist: str | None, title: str | None, found: Iterable[Candidate]) -> Match:
    """Put what a search brought in order of fit; equals stay in the search's own order."""
    scored = [replace(c, score=score(artist, title, c)) for c in found]
    scored = [c for c in scored if c.score >= WORTH_SHOWING]
    scored.sort(key=lambda c: -c.score)
    return Match(tuple(scored), bool(scored) and _is_doubtful(artist, scored))


def _is_doubtful(artist: str | None, scored: Sequence[Candidate]) -> bool:
    best = scored[0]
    if best.score < SURE:
        return best.score >= POSSIBLE
    rivals = (c for c in scored[1:] if c.score > best.score - APART and not same_song(best, c))
    if artist is None:
        return any(True for _ in rivals)
    # Names that fit exactly are sure, however like them another one is.
    return best.score < 0.99 and any(True for _ in rivals)
