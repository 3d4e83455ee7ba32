"""Names of artist and song become `{artist}` and `{title}`.

A model that has seen only placeholders can name any song and invents no names of its own.
"""

import json
import re
from functools import cache
from pathlib import Path

_KEPT = r"\{(?:artist|title)\}"
_SMALL = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)
_END = re.compile(r"(?:^|[.!?:]['\")\]]*\s+)['\"(\[]*$")


@cache
def ordinary_words() -> frozenset[str]:
    """Return the words that our own sentences write in lower case: none is a name by itself."""
    words: set[str] = set()
    for file in sorted((Path(__file__).parent / "voice").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            if line.strip():
                words.update(re.findall(r"(?<![\w{])[a-z']+(?![\w}])", json.loads(line)["text"]))
    return frozenset(words)


def with_placeholders(text: str, artist: str | None, title: str | None) -> str:
    """Return `text` with the names of its song as placeholders. Never raises.

    Names count as whole words that are written with capitals ("Low return", never "a low hum"),
    in small letters only if they are spelt so and are no ordinary words. One ordinary word at the
    start of a sentence, where any word has a capital, is a name only with a possessive or in
    quotation marks. Quotation marks around a title go with it; an article before an artist
    ("the Marble Foxes" of Marble Foxes) stays, unless it is part of the name.
    """
    same = bool(artist and title and _key(artist) == _key(title))
    names = [(title, "{title}", same), (artist, "{artist}", False)]
    if not same:
        names.sort(key=lambda entry: -len(entry[0] or ""))
    before = None
    while text != before:  # A name put in may show that the word after it begins no sentence.
        before = text
        for name, placeholder, quoted_only in names:
            if name and _key(name):
                text = _replaced(text, name, placeholder, quoted_only)
    return text


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower()))


@cache
def _pattern(name: str, title: bool) -> re.Pattern[str]:
    words = [re.escape(word) for word in re.sub(r"[{}]", " ", name).split()]
    if not words:
        return re.compile(r"(?!)")
    body = r"\s+".join(words)
    if not title and words[0].lower() == "the" and len(words) > 2:
        body = rf"(?:{words[0]}\s+)?" + r"\s+".join(words[1:])
    left, right = r"(?<![\w{'])(?<!\w-)", r"(?![\w}]|-\w)"
    inner = rf"(?P<name>{left}{body}{right})"
    quoted = rf"(?P<open>[\"'])(?P<quoted>{body})(?P<mark>[,.]?)(?P=open)(?!\w)"
    owner = r"(?P<owner>'s?(?!\w))?"
    return re.compile(rf"{_KEPT}|(?<!\w){quoted}|{inner}{owner}", re.IGNORECASE)


def _replaced(text: str, name: str, placeholder: str, quoted_only: bool) -> str:
    words = re.findall(r"[\w']+", name)
    telling = [w for w in words if w.lower() not in _SMALL] or words
    ordinary = all(w.lower() in ordinary_words() for w in telling)

    def put(found: re.Match[str]) -> str:
        if found["quoted"] is not None:
            return placeholder + found["mark"]
        seen = found["name"]
        if seen is None or quoted_only:
            return found[0]
        owner = found["owner"] or ""
        if not _capitalised(seen) and (ordinary or _capitalised(name)):
            return found[0]
        starts = _END.search(text, max(0, found.start() - 12), found.start()) is not None
        if ordinary and len(words) == 1 and starts and owner != "'s" and not seen[1:].isupper():
            return found[0]
        # A lone apostrophe closes a quotation unless the name ends in s.
        return placeholder + ("'s" if owner == "'s" or (owner and seen[-1] in "sS") else owner)

    return _pattern(name, placeholder == "{title}").sub(put, text)


def _capitalised(text: str) -> bool:
    words = [w for w in re.findall(r"[\w']+", text) if w.lower() not in _SMALL]
    words = words or re.findall(r"[\w']+", text)
    return all(not w[0].islower() for w in words) and any(w[0].isupper() for w in words)
