"""How a text is written, as a few numbers: length, punctuation, who speaks, repetition.

A taste for short lines or for questions is hard to find in a word vector and easy to find here.
"""

import re
from collections.abc import Sequence

import numpy as np

from models.corpus.cleaning import words_of
from models.writer import Vector

_DASH = re.compile(r"[;:—–]| - ")
_PERSONS = {
    "says I": {"i", "my", "me", "i'm", "i've", "i'd"},
    "says you": {"you", "your", "you're", "you'll"},
    "says we": {"we", "our", "us", "let's"},
    "says it": {"it", "its", "it's"},
    "says not": {"not", "no", "never", "nobody", "nothing", "without"},
    "compares": {"like", "as"},
    "joins clauses": {"and", "but", "or", "while", "until", "then"},
}
_ARTICLES = {"a", "an", "the"}
NAMES = (
    "log length",
    "length",
    "at most 8 words",
    "at least 17 words",
    "commas",
    "a question",
    "an exclamation",
    "a dash or colon",
    "quotes",
    "digits",
    "several sentences",
    "names the artist",
    "names the title",
    "mean word length",
    "longest word",
    "articles",
    "words in -ing",
    "words in -ly",
    "words in -s",
    "repeats words",
    "opens with an article",
    *_PERSONS,
)


def traits(text: str) -> list[float]:
    """Return the traits of a text, in the order of `NAMES`; the names are placeholders."""
    words = words_of(text)
    count, kinds = max(1, len(words)), set(words)
    lengths = [len(word) for word in words if not word.startswith("{")] or [0]
    return [
        float(np.log(count)),
        float(len(words)),
        float(len(words) <= 8),
        float(len(words) >= 17),
        float(text.count(",")),
        float("?" in text),
        float("!" in text),
        float(bool(_DASH.search(text))),
        float('"' in text or "“" in text),
        float(any(c.isdigit() for c in text)),
        float(sum(text.count(end) for end in ".!?") > 1),
        float("{artist}" in text),
        float("{title}" in text),
        float(np.mean(lengths)),
        float(max(lengths)),
        sum(word in _ARTICLES for word in words) / count,
        sum(word.endswith("ing") for word in words) / count,
        sum(word.endswith("ly") for word in words) / count,
        sum(word.endswith("s") for word in words) / count,
        1.0 - len(kinds) / count,
        float(bool(words) and words[0] in _ARTICLES),
        *(float(bool(kinds & said)) for said in _PERSONS.values()),
    ]


def traits_of(texts: Sequence[str]) -> Vector:
    """Return the traits of texts, (N, len(NAMES))."""
    rows = [traits(text) for text in texts]
    return np.array(rows, np.float32).reshape(len(texts), len(NAMES))
