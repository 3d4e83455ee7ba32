"""What can be seen of an artist, a title and a quotation. What it weighs: `evidence.py`."""

import re

from curator.domain.parsing import everyday
from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.parts import LONGEST_TITLE, Line, Part

_CASE = {"title": "in capitals", "sentence": "as a sentence", "lower": "in small letters"}
_LITTLE = vocab.words_of("of the and & a my our to for at in on")
_MUSICAL = vocab.MUSIC | vocab.MAYBE_MUSIC
_ALBUMS = vocab.words_of("album lp ep mixtape record tour film series book")
_HEADINGS = everyday.ORDINARY - everyday.SPEAKERS - {"no", "yes"}
_NUMBER = re.compile(r"[^\w]*\d[\d.,:/%-]*(?:am|pm|k|km|m|kg|h|x|st|nd|rd|th|s|mins?)?[^\w]*")
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?:am|pm)?|\d{1,2}(?:am|pm)")
_INSIDE = (", ", ". ", "; ", "? ", "! ")


def of_artist(line: Line, artist: Part, *, sentence: bool = False) -> list[str]:
    """Say what speaks for and against a part being a name.

    `sentence`: it stands where sentences begin, so that one capital says nothing.
    """
    atoms = line.spoken(artist)
    words = [word.removesuffix("'s") for word in artist.words]
    seen = [f"artist {_CASE[artist.case]}", *_who(words, atoms[0].text)]
    if artist.case == "title":
        marked = [sum(char.isupper() or char.isdigit() for char in atom.text) for atom in atoms]
        if sum(count > 0 for count in marked) > 1 or max(marked) > 1:
            seen.append("artist of several capitals")
        if line.shouted:
            seen.append("all in capitals")
    elif line.whispered and _nameable(words):
        seen.append("no capitals at all")
    if all(word in everyday.COMMON or (sentence and word in _MUSICAL) for word in words):
        small = all(atom.text[0].islower() for atom in atoms)
        seen.append("common words first" if sentence or small or line.shouted else "common words")
    elif any(w not in everyday.COMMON and len(w) > 2 and w[0].isalpha() for w in words):
        seen.append("uncommon name")
    if words[0] in everyday.PROSE and (words[0][0] == "i" or atoms[0].text[0].islower()):
        seen.append("artist starts as prose")
    if words[-1] in vocab.NAME_SMALL and atoms[-1].text[0].islower():
        seen.append("ends unfinished")
    if sum(map(_numeric, words)) > len(words) // 2 or sum(map(_numeric, words)) > 1:
        seen.append("number")
    if any(_TIME.fullmatch(word) for word in words):
        seen.append("time of day")
    if not everyday.PRESS.isdisjoint(words):
        seen.append("press")
    if all(piece in vocab.MUSIC for word in words for piece in re.split("[/-]", word)):
        seen.append("kind of music")
    if all(atom.kind == "tag" for atom in atoms):
        seen.append("only tags")
    return seen + ["long artist"] * ((len(words) > 5) + (len(words) > 7))


def _who(words: list[str], first: str) -> list[str]:
    """Say whether a name is rather who speaks, or the heading of an everyday line."""
    owned = words[0] in ("my", "the", "our", "your", "a") and len(words) > 1
    if (words[1] if owned else words[0]) in everyday.SPEAKERS and (owned or len(words) == 1):
        return ["speaker"]
    if first != "The" and all(
        word in everyday.ORDINARY or word in _LITTLE or word.isdigit() for word in words
    ):
        return ["everyday heading"]
    return []


def _nameable(words: list[str]) -> bool:
    """Whether words that have no capitals may be a name all the same."""
    return (
        len(words) < 5
        and everyday.PROSE.isdisjoint(words)
        and not all(word in everyday.COMMON for word in words)
    )


def _numeric(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word))


def of_title(line: Line, title: Part) -> list[str]:
    """Say what speaks for and against a part being a title."""
    words = title.words
    long = ["long title"] * ((len(words) > 9) + 3 * (len(words) > LONGEST_TITLE))
    if title.quoted:
        return _quoted(line, title) + long
    atoms = line.spoken(title)
    seen = [f"title {_CASE[title.case]}", *long]
    pairs = zip(atoms, words, strict=False)
    small = sum(atom.text[0].islower() and word in everyday.PROSE for atom, word in pairs)
    seen += ["prose"] * min(small - line.whispered, 2)
    if all(map(_numeric, words)):
        seen.append("number")
    if all(atom.kind == "tag" for atom in atoms):
        seen.append("only tags")
    if all(word in _HEADINGS or word.isdigit() for word in words):
        seen.append("everyday words")
    if (
        title.case == "lower"
        and not line.whispered
        and all(
            word in everyday.COMMON or word in vocab.MUSIC or word in vocab.SMALL for word in words
        )
    ):
        seen.append("nameless")
    return seen


def _quoted(line: Line, title: Part) -> list[str]:
    inside = line.slice(title)
    small = title.case == "lower"
    seen = ["quoted in small letters" if small else f"title {_CASE[title.case]}"]
    seen.append(f"{title.quoted} quotes")
    if any(mark in inside[:-1] for mark in _INSIDE) or inside[-1:] == ".":
        seen.append("punctuated inside")
    if all(word in everyday.PLAIN_REPLIES for word in title.words):
        seen.append("plain reply")
    return seen


def around_quote(line: Line, at: int) -> list[str]:
    """Say what the words beside a quoted phrase speak for."""
    seen = []
    before = [line.word(at - 1), line.word(at - (3 if line.kind(at - 1) == "comma" else 2))]
    after = [line.word(at + 1), line.word(at + 2)]
    said = not everyday.SPEECH.isdisjoint((*before, after[0]))
    if said or after[1] in ("said", "says", "asked"):
        seen.append("speech")
    if before[0] in _ALBUMS or after[0] in _ALBUMS:
        seen.append("album")
    title = line.quote(at)
    if after[0] in vocab.MUSIC and (title.case != "title" or len(title.words) == 1):
        seen.append("described")
    last = at + 1
    while line.kind(last) == "bracket":
        last += 1
    seen += in_brackets(line, at + 1, last)
    if line.word(last) in vocab.FEATURING:
        seen.append("guest")
    return seen


def in_brackets(line: Line, first: int, last: int) -> list[str]:
    """Say whether brackets name a guest or a version, as those of songs do."""
    seen = []
    for atom in line.atoms[first:last]:
        if atom.kind == "bracket":
            inside = atom.text.casefold().split()
            if inside[0] in vocab.FEATURING:
                seen.append("guest")
            elif not vocab.VERSION.isdisjoint(inside):
                seen.append("version")
    return seen
