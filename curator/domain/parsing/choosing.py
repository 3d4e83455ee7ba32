"""Which readings of a text are songs."""

import re
from dataclasses import dataclass
from itertools import accumulate

from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.cleaning import Clean, clean
from curator.domain.parsing.evidence import MOST_FROM_WORDS, THRESHOLD, score, weigh_word
from curator.domain.parsing.finishing import finish_artist, finish_title
from curator.domain.parsing.layout import is_label
from curator.domain.parsing.lexing import JOINTS
from curator.domain.parsing.parts import Line, Part
from curator.domain.parsing.quoting import another_quote
from curator.domain.parsing.reading import Reading
from curator.domain.parsing.readings import readings_of


@dataclass(frozen=True, slots=True)
class Found:
    """A song found in a text, as written there; None where the text doesn't tell."""

    artist: str | None
    title: str | None


def parse(text: str) -> Found:
    """Return the first song that a text names, `Found(None, None)` where it names none."""
    return next(iter(parse_songs(text)), Found(None, None))


def parse_songs(text: str) -> tuple[Found, ...]:
    """Return all songs that a text names, in order, each once. Never raises; linear in the text."""
    cleaned = clean(text)
    signs = _signs(cleaned)
    lone = _lone(cleaned.lines)
    found: dict[tuple[str, str], Found] = {}
    places = atoms = 0
    for written in cleaned.lines:
        if not _HINT.search(written):
            continue
        line = Line.of(written)
        for reading in _chosen(line, signs, lone):
            for song in _songs(line, reading):
                found.setdefault((_key(song.artist), _key(song.title)), song)
        places += len(line.quotes) + len(line.by) + sum(a.kind in JOINTS for a in line.atoms)
        atoms += len(line.atoms)
        if places > MOST_PLACES or atoms > MOST_ATOMS:
            break
    return tuple(found.values())


MOST_PLACES = 500
MOST_ATOMS = 15_000
"""Quotes, dashes and such, and words, that are looked at in one text: more is no request."""

_HINT = re.compile(r"[-–—―−~|¦‖•·●▪>»:/\"“”„‟«″〝〞「『'‘’‚‛`´]|\bby\b|#", re.IGNORECASE)
"""What a line has that can name a song."""


def _key(text: str | None) -> str:
    return "".join(c for c in (text or "").casefold() if c.isalnum())


def _signs(cleaned: Clean) -> tuple[str, ...]:
    signs = {"link": cleaned.link, "notes": cleaned.notes, "addressed": cleaned.mention}
    return tuple(name for name, there in signs.items() if there)


def _lone(lines: tuple[str, ...]) -> bool:
    """Whether no more than one of a text's lines is more than a heading or tags."""
    if len(lines) > _HEADINGS_AT_MOST:
        return False
    read = (Line.of(line) for line in lines)
    return sum(not is_label(line, 0, len(line.atoms)) for line in read) < 2


_HEADINGS_AT_MOST = 8


def _chosen(line: Line, signs: tuple[str, ...], lone: bool) -> list[Reading]:
    """Return the readings of a line that count as songs, in order."""
    words = _Words(line)
    scored = []
    for reading in readings_of(line):
        seen = (*reading.seen, *signs)
        if not lone:
            seen = tuple("alone on its line" if name == "alone" else name for name in seen)
        total = score(seen, words.around(reading))
        if total >= THRESHOLD:
            scored.append((total, reading))
    return _apart(scored)


def _apart(scored: list[tuple[float, Reading]]) -> list[Reading]:
    """Keep the best of readings that overlap or share a chain of marks; return them in order."""
    kept: list[Reading] = []
    taken: set[int] = set()
    chains: set[int] = set()
    for _, reading in sorted(scored, key=lambda pair: (-pair[0], pair[1].first)):
        span = range(reading.first, reading.last)
        if reading.chain in chains or not taken.isdisjoint(span):
            continue
        kept.append(reading)
        taken.update(span)
        if reading.chain is not None:
            chains.add(reading.chain)
    return sorted(kept, key=lambda reading: reading.first)


class _Words:
    """How much the words of a line speak for music, in sums that any part can be taken from."""

    def __init__(self, line: Line) -> None:
        pairs = []
        for atom, lower in zip(line.atoms, line.lower, strict=True):
            inside = atom.text.casefold().split() if atom.kind == "bracket" else [lower]
            weights = [weigh_word(word.strip(".,!?:;\"'“”")) for word in inside if word]
            pairs.append((sum(w[0] for w in weights), sum(w[1] for w in weights)))
        self._music = [0.0, *accumulate(p[0] for p in pairs)]
        self._other = [0.0, *accumulate(p[1] for p in pairs)]

    def around(self, reading: Reading) -> float:
        """Return the weight of the words outside a reading's parts."""
        music, other = self._music[-1], self._other[-1]
        for part in (reading.artist, reading.title):
            if part:
                music -= self._music[part.last] - self._music[part.first]
                other -= self._other[part.last] - self._other[part.first]
        return min(music, MOST_FROM_WORDS) + max(other, -MOST_FROM_WORDS)


def _songs(line: Line, reading: Reading) -> list[Found]:
    """Return what a reading says: one song, or several quoted ones of one artist."""
    artist = None
    if reading.artist:
        artist = finish_artist(line.slice(reading.artist), reading.artist.possessive) or None
    titles = [reading.title, *_more_quotes(line, reading)]
    named = (finish_title(line.slice(t), _brackets_after(line, t)) for t in titles)
    return [Found(artist, title) for title in named if any(c.isalnum() for c in title)]


def _brackets_after(line: Line, title: Part) -> tuple[str, ...]:
    """Return what stands behind a title and may say which version it is."""
    brackets: list[str] = []
    at = title.last
    while title.quoted and line.kind(at) == "bracket":
        brackets.append(line.atoms[at].text)
        at += 1
    if line.kind(at) == "dash" and (version := _version(line, at + 1)):
        brackets.append(version)
    return tuple(brackets)


def _version(line: Line, first: int) -> str | None:
    """Return what follows a title after a dash when it is its version: Artist - Title - X Remix."""
    last = first
    while line.kind(last) == "word" and last - first < _LONGEST_VERSION:
        last += 1
    if line.kind(last) == "word" or line.word(last - 1) not in vocab.VERSION - {"version", "live"}:
        return None
    part = line.part(first, last)
    return line.slice(part) if part else None


_LONGEST_VERSION = 6


def _more_quotes(line: Line, reading: Reading) -> list[Part]:
    """Return further titles of the same artist: "One" & "Two", also before "by"."""
    more: list[Part] = []
    at, artist = reading.title.last, reading.artist
    while reading.title.quoted and another_quote(line, at):
        if line.word(at + 2) == "by" and not (artist and artist.first == at + 3):
            break  # it is another's
        more.append(line.quote(at + 1))
        at += 2
    return more
