"""What a language model counts in: characters, whole words, or byte pairs.

All three tokenizers keep PAD, BOS, EOS, UNK = 0 … 3 and the placeholders `{artist}`, `{title}` =
4, 5, one token each. Characters and words that training text has only once are left to UNK, so
that a model learns what an unknown one is worth; `unknown_nats` is what it costs to spell them
out, without which perplexities of different tokenizers could not be compared.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from models.tokenizer import (
    ARTIST,
    PLACEHOLDERS,
    SPECIALS,
    TITLE,
    UNK,
    BpeTokenizer,
)

Units = Literal["chars", "words", "bpe"]

_FIRST = len(SPECIALS) + len(PLACEHOLDERS)
_MARK = "\ufffd"
"""Stands for what the vocabulary lacks."""

_UNICODE = math.log(0x110000)
"""Nats that name any one character."""


class Tokenizer(Protocol):
    """Text ↔ tokens, whatever the units."""

    def encode(self, text: str) -> list[int]:
        """Return the tokens of `text`, without BOS and EOS."""
        ...

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens; what is unknown shows as a replacement mark."""
        ...

    @property
    def pieces(self) -> list[bytes]:
        """The bytes that each token stands for."""
        ...

    def __len__(self) -> int:
        """Size of the vocabulary, special tokens included."""
        ...

    def to_json(self) -> str:
        """Return what `read_tokenizer` reads."""
        ...


class _Table:
    """A vocabulary that is a list of strings."""

    kind: Units
    _pattern: re.Pattern[str]
    _space: str
    """What stands before the first unit and before placeholders."""

    def __init__(self, units: Sequence[str], letters: Mapping[str, float] | None = None) -> None:
        """`units` are the strings of tokens 6 …; `letters` what each letter of an unknown unit
        costs in nats, under "" what announces any other one."""
        self.units, self.letters = list(units), dict(letters or {})
        self._ids = {unit: _FIRST + i for i, unit in enumerate(self.units)}
        shown = [*("",) * UNK, self._space + _MARK, *(self._space + p for p in PLACEHOLDERS)]
        self._pieces = [text.encode() for text in (*shown, *self.units)]

    @property
    def pieces(self) -> list[bytes]:
        """The bytes that each token stands for."""
        return self._pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def cut(self, text: str) -> list[tuple[int, str]]:
        """Return the tokens of `text`, each with the stretch of text that it stands for."""
        parts = self._pattern.findall(self._space + text)
        return [(self._token(part), part) for part in parts]

    def _token(self, part: str) -> int:
        token = self._ids.get(part)
        if token is None and (bare := part.strip()) in PLACEHOLDERS:
            token = (ARTIST, TITLE)[PLACEHOLDERS.index(bare)]
        return UNK if token is None else token

    def encode(self, text: str) -> list[int]:
        """Return the tokens of `text`, without BOS and EOS."""
        return [token for token, _ in self.cut(text)]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens: the inverse of `encode` but for space around placeholders."""
        text = b"".join(self._pieces[token] for token in tokens).decode()
        return text.removeprefix(self._space)

    def to_json(self) -> str:
        """Return the vocabulary as JSON."""
        return json.dumps({"kind": self.kind, "units": self.units, "letters": self.letters})

    def unknown_nats(self, text: str) -> float:
        """Return what spelling the unknown units of `text` costs, in nats; see `unknown_nats`."""
        escape = self.letters.get("", 0.0) + _UNICODE
        spelled = (part.lstrip() + self._end for token, part in self.cut(text) if token == UNK)
        return sum(self.letters.get(letter, escape) for unit in spelled for letter in unit)

    _end = ""
    """What ends the spelling of a unit."""


class CharTokenizer(_Table):
    """One token a character."""

    kind: Units = "chars"
    _pattern = re.compile(r"\{artist\}|\{title\}|.", re.DOTALL)
    _space = ""

    @classmethod
    def train(
        cls, texts: Iterable[str], vocabulary: int | None = None, least: int = 2
    ) -> "CharTokenizer":
        """Take the characters that come at least `least` times, the most frequent ones if there
        may be no more than `vocabulary` tokens in all."""
        counts = Counter(part for text in texts for part in cls._pattern.findall(text))
        return cls(sorted(_frequent(counts, vocabulary, least)))


class WordTokenizer(_Table):
    """One token a word with the space before it, or a punctuation mark. Case counts."""

    kind: Units = "words"
    _pattern = re.compile(r"\s*\{artist\}|\s*\{title\}| ?\w+(?:['-]\w+)*| ?[^\w\s]|\s")
    _space = " "
    _end = "\n"

    @classmethod
    def train(
        cls, texts: Iterable[str], vocabulary: int | None = None, least: int = 2
    ) -> "WordTokenizer":
        """Take the units that come at least `least` times, the most frequent ones up to
        `vocabulary` tokens in all; the letters of the others are counted."""
        counts = Counter(part for text in texts for part in cls._pattern.findall(" " + text))
        kept = _frequent(counts, vocabulary, least)
        rare = sorted(counts.keys() - set(kept))
        letters = Counter(letter for unit in rare for letter in unit.lstrip() + cls._end)
        letters[""] = 1
        total = letters.total()
        return cls(kept, {c: math.log(total / count) for c, count in sorted(letters.items())})


def _frequent(counts: Counter[str], vocabulary: int | None, least: int) -> list[str]:
    """Return the most frequent units, placeholders apart; among equals in alphabetical order."""
    order = sorted(counts, key=lambda unit: (-counts[unit], unit))
    kept = [u for u in order if counts[u] >= least and u.strip() not in PLACEHOLDERS]
    return kept if vocabulary is None else kept[: max(0, vocabulary - _FIRST)]


def train_tokenizer(kind: Units, texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Learn a vocabulary of at most `vocabulary` tokens."""
    if kind == "chars":
        return CharTokenizer.train(texts, vocabulary)
    if kind == "words":
        return WordTokenizer.train(texts, vocabulary)
    return BpeTokenizer.train(texts, vocabulary)


def read_tokenizer(text: str) -> Tokenizer:
    """Read what `to_json` of any tokenizer wrote. Raises ValueError if it is damaged, and
    CheckpointError if it is that of a base which is not here."""
    try:
        data = json.loads(text)
        kind = data.get("kind")
        if kind == "base":
            from models.pretrained.base import find

            return find(str(data["base"])).tokenizer()
        if kind not in ("chars", "words"):
            return BpeTokenizer.from_json(text)
        units, letters = data["units"], data["letters"]
        if not all(isinstance(unit, str) and unit for unit in units):
            raise ValueError("a unit is no text")
        table = CharTokenizer if kind == "chars" else WordTokenizer
        return table(units, {str(c): float(nats) for c, nats in letters.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a tokenizer: {error}") from None


def cut(tokenizer: Tokenizer, text: str) -> list[tuple[int, bytes]]:
    """Return the tokens of `text`, each with the bytes of the text that it stands for."""
    if isinstance(tokenizer, _Table):
        cuts = [(token, part.encode(errors="replace")) for token, part in tokenizer.cut(text)]
    else:
        cuts = [(token, tokenizer.pieces[token]) for token in tokenizer.encode(text)]
    if cuts and not isinstance(tokenizer, CharTokenizer):
        token, first = cuts[0]  # the others see a space before the first word
        cuts[0] = (token, first.removeprefix(b" "))
    return cuts


def unknown_nats(tokenizer: Tokenizer, text: str) -> float:
    """Return what it costs, in nats, to spell out the units of `text` that are UNK.

    Added to the negative log-likelihood of the tokens it gives that of the text itself. Letters
    count as independent of each other, with their frequencies in the rare units of the training
    text; one that those lack is announced and named by its number. Byte pairs know no UNK.
    """
    return tokenizer.unknown_nats(text) if isinstance(tokenizer, _Table) else 0.0
