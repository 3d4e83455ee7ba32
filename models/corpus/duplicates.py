"""Near-duplicates and overused openings."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from models.corpus.cleaning import words_of
from models.corpus.records import Sentence

_COMMON = 60
"""A run of three words seen in more sentences than this says nothing about being a duplicate."""


class NearDuplicates:
    """Remembers sentences; `seen` tells whether a new one shares most of its runs of three words
    with one of them (containment in the shorter one above `threshold`)."""

    def __init__(self, threshold: float = 0.6) -> None:
        self._threshold = threshold
        self._exact: set[str] = set()
        self._sizes: list[int] = []
        self._holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)

    def seen(self, text: str) -> bool:
        """Whether `text` is (nearly) one seen before; if not, remember it."""
        words = words_of(text)
        key = " ".join(words)
        if key in self._exact:
            return True
        runs = {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
        found = (self._holders[run] for run in runs)
        shared = Counter(chain.from_iterable(h for h in found if len(h) <= _COMMON))
        for other, count in shared.items():
            if count > self._threshold * min(len(runs), self._sizes[other]):
                return True
        self._exact.add(key)
        for run in runs:
            self._holders[run].append(len(self._sizes))
        self._sizes.append(len(runs))
        return False


def without_repeats(parts: Mapping[str, list[Sentence]]) -> int:
    """Drop from splits what is word for word in one before, and return how many that were.

    They come in the order test, valid, train: what a model is tested on it must not have read.
    """
    known: set[str] = set()
    dropped = 0
    for part in (parts["test"], parts["valid"], parts["train"]):
        kept: list[Sentence] = []
        for sentence in part:
            if sentence.text not in known:
                known.add(sentence.text)
                kept.append(sentence)
        dropped += len(part) - len(kept)
        part[:] = kept
    return dropped


def over_cap(sentences: Iterable[Sentence], share: float) -> set[int]:
    """Return the positions of captions to drop so that no opening exceeds `share` of them.

    An opening is the first two words; those that begin with "the song", "this song", "it sounds"
    and their like count as one. Which go is decided by a hash, the same in every run.
    """
    groups: defaultdict[str, list[tuple[bytes, int]]] = defaultdict(list)
    total = 0
    for i, sentence in enumerate(sentences):
        if sentence.register == "voice":
            continue
        total += 1
        digest = hashlib.sha256(sentence.text.encode()).digest()
        groups[_opening(sentence.text)].append((digest, i))
    allowed = max(1, int(total * share))
    return {i for members in groups.values() for _, i in sorted(members)[allowed:]}


def _opening(text: str) -> str:
    words = words_of(text)[:2]
    generic = {"song", "track", "piece", "music", "recording", "tune", "composition"}
    if words and (words[0] in {"it", "this"} or (words[0] == "the" and words[-1] in generic)):
        return "this song"
    if words and words[0] in {"there", "there's", "there're"}:
        return "there is"
    return " ".join(words)
