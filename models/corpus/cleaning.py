"""From passages to clean sentences: encoding mended, one language, one sentence each."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})
_WORD = re.compile(r"\{\w+\}|[\w']+")
# Signs that pysbd puts in for others while it works: a sentence that has one of its own is lost,
# or cut there. For that time they are characters of the private use area, which no tidy text has.
_OWN_SIGNS = "ȸȹ∮∯☄☇☈☉☝♨♬♭"
_PRIVATE = "".join(chr(0xE000 + i) for i in range(len(_OWN_SIGNS)))
_HIDE, _SHOW = str.maketrans(_OWN_SIGNS, _PRIVATE), str.maketrans(_PRIVATE, _OWN_SIGNS)


def tidy(text: str) -> str:
    """Mend broken encodings, straighten quotes, drop control characters, join white space."""
    import ftfy

    if not text.isascii():
        text = ftfy.fix_text(text).translate(_STRAIGHT)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+([,.!?;:])", r"\1", " ".join(text.split()))


def is_english(text: str) -> bool:
    """Whether a passage is English; short ones, which no one can tell, pass."""
    import py3langid

    return len(text.split()) < 6 or py3langid.classify(text)[0] == "en"


@cache
def _segmenter() -> Any:
    import pysbd

    return pysbd.Segmenter(language="en", clean=False)


def sentences(text: str) -> Iterator[str]:
    """Split a passage and give each sentence its capital and its end."""
    for piece in _segmenter().segment(text.translate(_HIDE)):
        sentence = piece.translate(_SHOW).strip(" '\"-")
        if not sentence:
            continue
        if sentence[-1] not in ".!?":
            sentence = sentence.rstrip(",;:") + "."
        first = sentence[0]
        yield first.upper() + sentence[1:] if first != "{" else sentence


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, placeholders whole."""
    return _WORD.findall(text.lower())


@cache
def _rules(name: str) -> list[tuple[str, re.Pattern[str]]]:
    rules: list[tuple[str, re.Pattern[str]]] = []
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            reason, _, expression = line.partition(": ")
            rules.append((reason, re.compile(expression, re.IGNORECASE)))
    return rules


def dull(sentence: str, rules: str = "dull.txt") -> str | None:
    """Return why a sentence is not worth learning from, or None.

    `dull.txt` knows the ways of captions, `news.txt` those of blog posts.
    """
    return next((reason for reason, rule in _rules(rules) if rule.search(sentence)), None)
