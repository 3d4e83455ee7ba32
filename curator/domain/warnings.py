"""What the curator should know before deciding: near-duplicates and offensive words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

SIMILAR = 0.8
"""From this likeness on (0 to 1) two texts are called near-duplicates."""


def near_duplicates(
    text: str, others: Iterable[tuple[str, str]], threshold: float = SIMILAR
) -> list[tuple[str, float]]:
    """Return the ids of the texts that read much like this one, the most alike first.

    `others` are (id, text). The score, 0 to 1, is the share of characters in common once each
    text's words are sorted, so that a turned sentence counts as alike; case and punctuation
    don't count.
    """
    from rapidfuzz import fuzz, process

    known = list(others)
    found = process.extract(
        _sorted_words(text),
        [_sorted_words(other) for _, other in known],
        scorer=fuzz.ratio,
        score_cutoff=100 * threshold,
        limit=None,
    )
    return [(known[n][0], score / 100) for _, score, n in found]


@lru_cache(maxsize=32_768)
def _sorted_words(text: str) -> str:
    from rapidfuzz import utils

    plain = utils.default_process(text if text.isascii() else unicodedata.normalize("NFKC", text))
    return " ".join(sorted(plain.split())) or text  # signs alone are compared as they are


@dataclass(frozen=True, slots=True)
class WordList:
    """Offensive words, all in lower case: whole words, beginnings of words, phrases."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()


_TOKEN = re.compile("[^\\W_](?:[^\\W_]|[@$!*|\u00ad\u200b-\u200d\u0300-\u036f])*|[@$][\\w@$!*|]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u0300-\u036f]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_LOOKALIKES = tuple(str.maketrans("034578@$!|1", "oeastbasii" + one) for one in "il")


def parse_words(text: str) -> WordList:
    """Read a word list: an entry a line, `word*` for beginnings, `#` begins a comment."""
    words, beginnings, phrases = set(), [], []
    for line in text.splitlines():
        entry = line.partition("#")[0].strip()
        parts = tuple(_plain(token[0]).strip("*") for token in _TOKEN.finditer(entry))
        if len(parts) > 1:
            phrases.append(parts)
        elif parts and parts[0]:
            if entry.endswith("*"):
                beginnings.append(parts[0])
            else:
                words.add(parts[0])
    return WordList(frozenset(words), tuple(beginnings), tuple(phrases))


def offensive(text: str, words: WordList) -> list[str]:
    """Return the offensive words and phrases of a text as they are written there, each once."""
    tokens = list(_TOKEN.finditer(text))
    found = [token[0].rstrip("!|*") for token in tokens if _is_offensive(token[0], words)]
    plain = [_plain(token[0]).strip("!*|$@") for token in tokens]
    for phrase in (p for p in words.phrases if p[0] in plain):
        for at in range(len(plain) - len(phrase) + 1):
            *start, last = plain[at : at + len(phrase)]
            if tuple(start) == phrase[:-1] and phrase[-1] in _singulars(last):
                end = tokens[at + len(phrase) - 1].end()
                found.append(text[tokens[at].start() : end].rstrip("!*|"))
    return list(dict.fromkeys(found))


def _is_offensive(token: str, words: WordList) -> bool:
    return any(
        not words.words.isdisjoint(_singulars(form))
        or form.startswith(words.beginnings)
        or ("*" in form and _is_masked(form, words))
        for form in _forms(token)
    )


def _singulars(form: str) -> tuple[str, ...]:
    """Return what a word may be the plural of, itself first."""
    if form.endswith(("shes", "ches", "ses", "xes", "zes")):
        return form, form[:-1], form[:-2]
    return (form, form[:-1]) if form.endswith(("s", "z")) else (form,)


def _plain(token: str) -> str:
    """Return a token in lower case, without accents and what can't be seen."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKD", token).casefold())


def _forms(token: str) -> Iterator[str]:
    """Yield the ways a token can be read: as written, signs as letters, stretching undone."""
    plain = _plain(token)
    bare = plain.strip("@$!*|")
    readings = {bare}
    if not plain.isalpha() and any(char.isalpha() for char in plain):
        readings |= {plain.rstrip("!*|").translate(table) for table in _LOOKALIKES}
    for reading in readings:
        yield reading
        if _STRETCHED.search(reading):
            yield _STRETCHED.sub(r"\1", reading)
            yield _STRETCHED.sub(r"\1\1", reading)


def _is_masked(form: str, words: WordList) -> bool:
    """Whether stars in a word (`f*ck`, `sh*t`) stand for letters of an offensive one."""
    return any(_fits(form, word) for word in words.words) or any(
        _fits(form[: len(word)], word) for word in words.beginnings
    )


def _fits(form: str, word: str) -> bool:
    """Whether a form is the word but for stars, two letters or more of it left standing."""
    return (
        len(form) == len(word)
        and form[0] == word[0]
        and len(form) - form.count("*") >= 2
        and all(a in ("*", b) for a, b in zip(form, word, strict=True))
    )
