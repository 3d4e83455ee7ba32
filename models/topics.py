"""Topics: what a text is about, as shares of a few word distributions.

Fitted by `models.topic_fit`; here they are named, stored, and found back in texts. The share of a
topic in a text is a reward that costs nobody a judgement.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpus.cleaning import words_of
from models.files import write_atomically

Floats = NDArray[np.float32]

FORMAT = 1
TENSORS, DESCRIPTION, CARD = "topics.safetensors", "topics.json", "CARD.md"
RELEVANCE = 0.6
"""How much a topic's name goes by a word's probability, how much by its lift over the corpus:
λ of Sievert & Shirley (2014), who found 0.6 the easiest to read."""
_STEPS = 30
_CHUNK = 1024


class TopicsError(Exception):
    """A folder of topics that cannot be used, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its number, its words by relevance, a name made of them, and its coherence."""

    number: int
    name: str
    words: tuple[str, ...]
    coherence: float | None
    share: float


@dataclass(slots=True)
class Topics:
    """K topics over V words.

    `words` names the columns of `matrix` (K, V), each row of which sums to one; `alpha` (K,) is
    the Dirichlet prior of a text's shares. `settings` and `figures` say how they were fitted.
    """

    words: list[str]
    matrix: Floats
    alpha: Floats
    settings: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    _column: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._column = {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.matrix)

    def topics(self, count: int = 10) -> list[Topic]:
        """Return the topics, largest first, each with its `count` most relevant words."""
        shares = np.array(self.figures.get("share", self.alpha / self.alpha.sum()), np.float32)
        corpus = shares @ self.matrix
        log = np.log(self.matrix + 1e-12)
        relevance = RELEVANCE * log + (1 - RELEVANCE) * (log - np.log(corpus + 1e-12))
        coherence = self.figures.get("coherence") or [None] * len(self)
        out: list[Topic] = []
        for k, row in enumerate(relevance):
            best = np.argsort(-row, kind="stable")[:count]
            words = tuple(self.words[i] for i in best)
            out.append(Topic(k, _name(words), words, coherence[k], float(shares[k])))
        return out

    def infer(self, texts: Sequence[str]) -> Floats:
        """Return the topic shares of texts, (N, K), each row summing to one.

        Folding in (Hofmann 1999) with the Dirichlet prior: a fixed number of updates of
        p(topic | word) and shares from an even start, so that a text always gets the same shares.
        A text without any known word gets those of the prior.
        """
        out = np.empty((len(texts), len(self)), np.float32)
        for start in range(0, len(texts), _CHUNK):
            out[start : start + _CHUNK] = self._fold(texts[start : start + _CHUNK])
        return out

    def _fold(self, texts: Sequence[str]) -> Floats:
        found = [
            [self._column[w] for w in content_words(text) if w in self._column] for text in texts
        ]
        longest = max(1, max(map(len, found), default=1))
        index = np.zeros((len(texts), longest), np.int64)
        known = np.zeros((len(texts), longest), np.float32)
        for row, columns in enumerate(found):
            index[row, : len(columns)], known[row, : len(columns)] = columns, 1.0
        likelihood = self.matrix.T[index] * known[:, :, None]  # (N, T, K)
        shares = np.full((len(texts), len(self)), 1 / len(self), np.float32)
        total = self.alpha.sum() + known.sum(1, keepdims=True)
        for _ in range(_STEPS):
            joint = likelihood * shares[:, None]
            joint /= joint.sum(2, keepdims=True) + 1e-12
            shares = (self.alpha + joint.sum(1)) / total
        return shares.astype(np.float32)

    def ideal(self, weights: Mapping[int, float]) -> Floats:
        """Return the distribution (K,) that weights on topics ask for.

        Wanted topics (weight > 0) share the whole in proportion to their weights. Where all
        weights are negative, those topics get nothing and the others the same each. Raises
        ValueError for a topic that there is not, or no weight at all.
        """
        check_weights(weights, len(self))
        out = np.zeros(len(self), np.float32)
        for k, weight in weights.items():
            out[k] = max(0.0, weight)
        if not out.any():
            out[:] = [weights.get(k, 0.0) >= 0 for k in range(len(self))]
        if not out.any():
            raise ValueError("every topic is unwanted: nothing is left to write about")
        return np.asarray(out / out.sum(), np.float32)


def check_weights(weights: Mapping[int, float], topics: int) -> None:
    """Raise ValueError unless there is a weight, every one finite and for a topic there is."""
    unknown = [k for k in weights if not 0 <= k < topics]
    if unknown:
        raise ValueError(f"there is no topic {unknown[0]}; they are numbered 0 to {topics - 1}")
    if not any(weights.values()) or not np.isfinite(list(weights.values())).all():
        raise ValueError("at least one topic needs a weight that is a number other than 0")


def _name(words: Sequence[str]) -> str:
    """Return three words for a name, none of them a form of another."""
    chosen: list[str] = []
    for word in words:
        if not any(word[:4] == other[:4] for other in chosen):
            chosen.append(word)
        if len(chosen) == 3:
            break
    return " · ".join(chosen)


@cache
def stop_words() -> frozenset[str]:
    """Return the words that say nothing of a text's subject."""
    lines = (Path(__file__).parent / "stop_words.txt").read_text("utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.lower().split()
    )


def content_words(text: str) -> list[str]:
    """Return the words of a text that topics are made of: no stop words, names or numbers."""
    words = (word.strip("'").removesuffix("'s") for word in words_of(text))
    return [w for w in words if len(w) > 2 and w.isalpha() and w not in stop_words()]


def save(topics: Topics, folder: Path, card: str) -> None:
    """Write a folder of topics; the description, which holds the words, comes last."""
    from safetensors.numpy import save as to_bytes

    tensors: dict[str, NDArray[Any]] = {
        "matrix": topics.matrix.astype(np.float16),
        "alpha": topics.alpha,
    }
    description = {
        "format": FORMAT,
        "kind": "topics",
        "settings": dict(topics.settings),
        "figures": dict(topics.figures),
        "names": [topic.name for topic in topics.topics()],
        "words": topics.words,
    }
    write_atomically(folder / TENSORS, to_bytes(tensors))
    write_atomically(folder / CARD, card.encode())
    write_atomically(folder / DESCRIPTION, (json.dumps(description) + "\n").encode())


def load(folder: Path) -> Topics:
    """Read what `save` wrote. Raises TopicsError if it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        tensors = from_bytes((folder / TENSORS).read_bytes())
        if description["format"] > FORMAT:
            raise TopicsError(f"{folder} was written by a newer version")
        words = [str(word) for word in description["words"]]
        matrix, alpha = tensors["matrix"].astype(np.float32), tensors["alpha"]
        if matrix.shape != (len(alpha), len(words)) or not np.isfinite(matrix).all():
            raise ValueError("sizes do not fit")
        settings = dict(description["settings"])
        figures = _fitting(description["figures"], len(alpha))
    except FileNotFoundError:
        raise TopicsError(
            f"{folder} holds no topics; make them with `curator train topics`"
        ) from None
    except OSError as error:
        raise TopicsError(f"{folder}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise TopicsError(f"{folder} is damaged ({error})") from None
    matrix /= matrix.sum(1, keepdims=True)
    return Topics(words, matrix, alpha, settings, figures)


def _fitting(figures: Mapping[str, Any], topics: int) -> dict[str, Any]:
    """Return figures as read. Raises ValueError unless those by topic are numbers, one for each."""
    for name in ("share", "coherence"):
        # None, a topic without coherence, is NaN as a number.
        if name in figures and np.asarray(figures[name], np.float32).shape != (topics,):
            raise ValueError(f"{name} does not fit")
    return dict(figures)
