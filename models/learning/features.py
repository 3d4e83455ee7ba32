"""What the reward head sees of a text: groups of numbers, each of them one kind of taste.

Scales, means and the vocabulary come from drafts, texts that nobody rated: there are thousands of
those and few ratings. Every group is scaled so that the squared length of a draft is one on
average; how much a group matters is for the head to find out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space
from models.corpus.cleaning import words_of
from models.learning.senses import Senses, of_our_voice
from models.learning.traits import traits_of
from models.reading import marked
from models.writer import Conditions, Embedding, Reader, Vector

GROUPS = ("z", "style", "words", "senses", "phrases", "song")
_LEAST = 4
"""In how many drafts a word or phrase must stand; one in a rating is always known."""
_CUT = 4.0
"""At how many deviations a trait of style is cut: one wild text must not outweigh the rest."""
_FLAT = 0.05
"""Added to the deviations, so that a trait which hardly ever varies does not rule where it does."""


@dataclass(frozen=True, slots=True)
class Read:
    """Texts with names made placeholders, what the writer makes of them, and their songs.

    `known` (N, width) are condition vectors.
    """

    texts: list[str]
    embedding: Embedding
    known: Vector

    def __len__(self) -> int:
        return len(self.texts)


def read(writer: Reader, texts: Sequence[str], conditions: Sequence[Conditions]) -> Read:
    """Read texts, each about its song."""
    templates = [template(text, song) for text, song in zip(texts, conditions, strict=True)]
    known = [writer.known(song) for song in conditions]
    bare = [Conditions(None, None, song.genres, song.features) for song in conditions]
    width = len(known[0]) if known else 0
    vectors = np.array(known, np.float32).reshape(len(known), width)
    return Read(templates, writer.embed(templates, bare), vectors)


def read_drafts(writer: Reader, texts: Sequence[str], known: Vector) -> Read:
    """Read drafts, whose names are placeholders, with their songs' condition vectors."""
    songs = [Conditions(None, None, *condition_space().decode(vector)) for vector in known]
    return Read(list(texts), writer.embed(texts, songs), known)


def template(text: str, song: Conditions) -> str:
    """Return a text with the names of its song made placeholders, once each."""
    return marked(text, song.artist, song.title)[0]


def words_and_phrases(text: str) -> tuple[set[str], set[str]]:
    """Return a text's words, and its pairs of words with the opening (as "^word")."""
    words = words_of(text)
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return set(words), pairs | ({"^" + words[0]} if words else set())


@dataclass(slots=True)
class Features:
    """Texts → groups of numbers; made by `fit`, stored as `tensors` and `described`.

    Of each group `centres` is the drafts' mean, `lengths` that of their lengths; `spreads` make
    traits of style comparable.
    """

    senses: Senses
    words: list[str]
    phrases: list[str]
    centres: dict[str, Vector]
    spreads: Vector
    lengths: dict[str, float]

    @classmethod
    def fit(cls, drafts: Read, rated: Read) -> "Features":
        """Take vocabulary and scales from drafts, and the words of what was rated beside them."""
        counts: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for text in drafts.texts:
            for counter, found in zip(counts, words_and_phrases(text), strict=True):
                counter.update(found)
        for text in rated.texts:
            for counter, found in zip(counts, words_and_phrases(text), strict=True):
                counter.update(dict.fromkeys(found, _LEAST))
        words, phrases = (sorted(g for g, n in c.items() if n >= _LEAST) for c in counts)
        made = cls(of_our_voice(), words, phrases, {}, np.ones(1, np.float32), {})
        raw = made._raw(drafts)
        made.centres = {name: np.asarray(v.mean(0), np.float32) for name, v in raw.items()}
        made.spreads = np.asarray(raw["style"].std(0) + _FLAT, np.float32)
        for name, values in raw.items():
            length = np.square(made._centred(name, values)).sum(1).mean()
            made.lengths[name] = float(np.sqrt(length) + 1e-6)
        return made

    def __call__(self, texts: Read) -> Vector:
        """Return the features of texts, (N, size), group after group in the order of `GROUPS`."""
        raw = self._raw(texts)
        parts = [self._centred(name, raw[name]) / self.lengths[name] for name in GROUPS]
        return np.concatenate(parts, 1).astype(np.float32)

    def _centred(self, name: str, raw: Vector) -> Vector:
        centred = np.asarray(raw - self.centres[name], np.float32)
        return np.clip(centred / self.spreads, -_CUT, _CUT) if name == "style" else centred

    @property
    def slices(self) -> dict[str, slice]:
        """Where each group lies among the features."""
        places, start = {}, 0
        for name in GROUPS:
            places[name] = slice(start, start + len(self.centres[name]))
            start = places[name].stop
        return places

    def _raw(self, texts: Read) -> dict[str, Vector]:
        found = [words_and_phrases(text) for text in texts.texts]
        style = traits_of(texts.texts)
        logprobs = texts.embedding.logprobs[:, None]
        return {
            "z": texts.embedding.z,
            "style": np.concatenate([style, logprobs], 1),
            "words": _bag([words for words, _ in found], self.words),
            "senses": self.senses(texts.texts),
            "phrases": _bag([phrases for _, phrases in found], self.phrases),
            "song": texts.known,
        }

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what is stored as numbers."""
        centres = {f"centre/{name}": value for name, value in self.centres.items()}
        return centres | {"spreads": self.spreads, "senses": self.senses.vectors}

    def described(self) -> dict[str, Any]:
        """Return what is stored as text."""
        names = {"words": self.words, "phrases": self.phrases, "senses": list(self.senses.words)}
        return names | {"lengths": self.lengths}

    @classmethod
    def restore(
        cls, tensors: Mapping[str, NDArray[Any]], described: Mapping[str, Any]
    ) -> "Features":
        """Read what `tensors` and `described` returned. Raises KeyError where something lacks."""
        return cls(
            Senses(tuple(described["senses"]), tensors["senses"]),
            list(described["words"]),
            list(described["phrases"]),
            {name: tensors[f"centre/{name}"] for name in GROUPS},
            tensors["spreads"],
            {name: float(described["lengths"][name]) for name in GROUPS},
        )


def _bag(texts: Sequence[set[str]], vocabulary: Sequence[str]) -> Vector:
    """Return which words stand in each text, (N, V), of zeros and ones."""
    column = {word: i for i, word in enumerate(vocabulary)}
    bag = np.zeros((len(texts), len(vocabulary)), np.float32)
    for row, words in enumerate(texts):
        bag[row, [column[word] for word in words if word in column]] = 1.0
    return bag
