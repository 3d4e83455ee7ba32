"""Character n-grams by unsmoothed maximum likelihood: what has followed these letters so far?

The idea is Shannon's (1948, "A Mathematical Theory of Communication", §3: approximations to
English); that letters with long histories come close to text from recurrent networks is Yoav
Goldberg's remark of 2015. Nothing is smoothed: what was never seen has probability zero, so that
long orders write well, by copying, and are infinitely surprised by text they do not know.

The counts are not kept in a table. The model is the training text and an index of it: all places
in the order of what stands before them, read backwards (a suffix array, Manber & Myers 1990).
The places that any history precedes are neighbours there, so that one structure of six bytes a
character serves every order up to its own.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.tokenizer import BOS, EOS, SPECIALS
from models.units import CharTokenizer

END = SPECIALS[EOS]
"""How the end of a sentence is called in tables."""

_PACKED = 4
"""16-bit symbols that one 64-bit key of the sort holds."""

_CACHED = 4096

Symbols = NDArray[np.uint16]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NgramConfig:
    """`order` is the length of the n-grams: a symbol and the `order` − 1 before it."""

    order: int
    vocabulary: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Continuation:
    """A symbol that has followed a history, how probable that makes it, and how often it has."""

    symbol: str
    probability: float
    count: int


class Counts(NamedTuple):
    """What has followed a history: tokens in ascending order, and how often each, (S,)."""

    tokens: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How well an n-gram model foretells texts, ends of sentences included.

    `nats` is the sum over the symbols that the model holds possible; the other `unseen` ones
    would make it infinite. `words` are those between spaces.
    """

    order: int
    symbols: int
    unseen: int
    words: int
    nats: float

    @property
    def perplexity(self) -> float:
        """Perplexity per symbol: infinite if anything was unseen."""
        return math.inf if self.unseen else self.perplexity_where_seen

    @property
    def perplexity_where_seen(self) -> float:
        """Perplexity per symbol of those that the model holds possible."""
        return math.exp(self.nats / max(1, self.symbols - self.unseen))

    @property
    def perplexity_per_word(self) -> float:
        """Perplexity per word: infinite if anything was unseen."""
        per_word = self.nats / max(1, self.words)
        return math.inf if self.unseen or per_word > 700 else math.exp(per_word)

    @property
    def share_unseen(self) -> float:
        """Share of the symbols that the model holds impossible."""
        return self.unseen / max(1, self.symbols)


class Ngram:
    """An n-gram model over the symbols of a `CharTokenizer`, the end of a sentence among them.

    `symbols` (N,) is the training text, each sentence between BOS and EOS; `places` are those of
    its symbols that follow something, sorted by their history.
    """

    def __init__(
        self, order: int, tokenizer: CharTokenizer, symbols: Symbols, places: Places
    ) -> None:
        """Raises ValueError if `order` is below 1 or the arrays do not belong together."""
        if order < 1:
            raise ValueError("an n-gram has at least one symbol")
        if len(places) and not 0 < places.min() <= places.max() < len(symbols):
            raise ValueError("the index is not of this text")
        self.config = NgramConfig(order, len(tokenizer))
        self.tokenizer = tokenizer
        self._symbols, self._places = symbols, places
        self._next = symbols[places]
        self._backwards = "".join(map(chr, symbols[::-1].tolist()))
        self._index = places.data
        self._followers = lru_cache(_CACHED)(self._count)

    @classmethod
    def fit(cls, texts: Iterable[str], order: int) -> "Ngram":
        """Index `texts`. Raises ValueError if `order` is below 1."""
        texts = list(texts)
        tokenizer = CharTokenizer.train(texts, least=1)
        stream = [symbol for text in texts for symbol in (BOS, *tokenizer.encode(text), EOS)]
        symbols = np.array(stream, np.uint16)
        return cls(order, tokenizer, symbols, _sorted_places(symbols, order - 1))

    def of_order(self, order: int) -> "Ngram":
        """Return the model of another order of the same text."""
        places = _sorted_places(self._symbols, order - 1)
        return Ngram(order, self.tokenizer, self._symbols, places)

    @property
    def order(self) -> int:
        """Length of the n-grams."""
        return self.config.order

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint keeps: six bytes a character."""
        return {"ngram/symbols": self._symbols, "ngram/places": self._places}

    @classmethod
    def from_tensors(
        cls, order: int, tokenizer: CharTokenizer, tensors: Mapping[str, NDArray[Any]]
    ) -> "Ngram":
        """Read what `tensors` returned. Raises ValueError if it is not of one piece."""
        return cls(order, tokenizer, tensors["ngram/symbols"], tensors["ngram/places"])

    # -- what follows what -----------------------------------------------------------------

    def table(self, history: str, *, start: bool = False) -> list[Continuation]:
        """Return what has followed `history`, the most frequent first; nothing if it is new.

        Of a long history its last `order` − 1 symbols count. A shorter one, "" too, stands for
        itself wherever it comes: the counts are over all of its places, within words and
        sentences alike. With `start` it is the beginning of a sentence instead.
        """
        tokens = self.tokenizer.encode(history)
        found = self.followers([BOS, *tokens] if start else tokens)
        total = int(found.counts.sum())
        rows = [
            Continuation(self._name(token), count / total, count)
            for token, count in zip(found.tokens.tolist(), found.counts.tolist(), strict=True)
        ]
        return sorted(rows, key=lambda row: (-row.count, row.symbol))

    def followers(self, tokens: Sequence[int]) -> Counts:
        """Return what has followed `tokens`, as `table` does; BOS first means a beginning."""
        return self._followers(self._history(tokens))

    def _name(self, token: int) -> str:
        return END if token == EOS else self.tokenizer.pieces[token].decode()

    def _history(self, tokens: Sequence[int]) -> str:
        """Return what the index is searched for: the history that counts, read backwards."""
        kept = tokens[max(0, len(tokens) - self.order + 1) :]
        return "".join(map(chr, reversed(kept)))

    def _range(self, history: str) -> tuple[int, int]:
        """Return the stretch of the index whose places `history` precedes."""
        if not history:
            return 0, len(self._index)
        text, size = self._backwards, len(history)
        end = len(text)

        def before(place: int) -> str:
            return text[end - place : end - place + size]

        first = bisect_left(self._index, history, key=before)
        return first, bisect_right(self._index, history, first, key=before)

    def _count(self, history: str) -> Counts:
        first, last = self._range(history)
        counts = np.bincount(self._next[first:last])
        tokens = counts.nonzero()[0]
        return Counts(tokens, counts[tokens])

    # -- how likely ------------------------------------------------------------------------

    def nats(self, text: str) -> list[float]:
        """Return how unexpected each symbol of `text` is, the end included; infinite if unseen.

        After a history that was never seen nothing is possible, hence all is infinite there.
        """
        return self.costs(self.tokenizer.encode(text))

    def costs(self, tokens: Sequence[int]) -> list[float]:
        """Return the nats of a text's tokens and of the end after them."""
        whole = [BOS, *tokens, EOS]
        reach = self.order - 1
        return [self._nats(whole[max(0, i - reach) : i], whole[i]) for i in range(1, len(whole))]

    def _nats(self, before: Sequence[int], token: int) -> float:
        found = self.followers(before)
        place = int(np.searchsorted(found.tokens, token))
        if place == len(found.tokens) or found.tokens[place] != token:
            return math.inf
        return math.log(float(found.counts.sum()) / float(found.counts[place]))

    def likelihood(self, texts: Iterable[str]) -> Likelihood:
        """Return how well the model foretells `texts`."""
        symbols = unseen = words = 0
        nats = 0.0
        for text in texts:
            costs = self.nats(text)
            seen = [cost for cost in costs if cost < math.inf]
            symbols, unseen = symbols + len(costs), unseen + len(costs) - len(seen)
            words, nats = words + len(text.split()), nats + math.fsum(seen)
        return Likelihood(self.order, symbols, unseen, words, nats)

    def best_finite(self, texts: Iterable[str]) -> Likelihood | None:
        """Return the likelihood under the order, up to this one, that foretells `texts` best
        without holding any of it impossible; None if even single letters are unseen."""
        texts, best = list(texts), None
        for order in range(1, self.order + 1):
            found = self.of_order(order).likelihood(texts)
            if found.unseen:  # what is unseen stays so in longer n-grams
                break
            if best is None or found.nats < best.nats:
                best = found
        return best


def _sorted_places(symbols: Symbols, size: int) -> Places:
    """Return the places that are predicted, sorted by the `size` symbols before them, the last
    one first. What is beyond a BOS, or the text, is sorted by as well; no search reaches it."""
    places = np.flatnonzero(symbols != BOS).astype(np.int32)
    keys: list[NDArray[Any]] = []
    for start in range(0, size, _PACKED):
        key = np.zeros(len(places), np.uint64)
        for back in range(start + 1, min(start + _PACKED, size) + 1):
            shift = np.uint64(16 * (_PACKED - (back - start)))
            key |= symbols[np.maximum(places - back, 0)].astype(np.uint64) << shift
        keys.append(key)
    return places[np.lexsort(keys[::-1])] if keys else places
