"""The life of one row: what it has written, what it may write next, its tries."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.reading import closes
from models.spelling import Node, Rule, Spelling, free_spelling, opens
from models.tokenizer import ARTIST, EOS, PLACEHOLDERS, TITLE, BpeTokenizer, detokenise
from models.units import CharTokenizer, Tokenizer

MAX_TOKENS = 56
MAX_CHARACTERS = 250
MIN_WORDS = 5
TRIES = 6
"""Draws at most per candidate that is wanted; the least bad is kept when all fail."""

Floats = NDArray[np.float32]


class Vocabulary:
    """What a row must know of the writable tokens, each by its place among them."""

    def __init__(
        self, tokenizer: Tokenizer, writable: list[int], units: Sequence[str] = ()
    ) -> None:
        """`units` are the words and marks that may be written, as `BpeTokenizer.units` gives; of
        other tokenizers every token may."""
        self.pieces = [tokenizer.pieces[token] for token in writable]
        letters = isinstance(tokenizer, CharTokenizer)
        self.opens_word = [p[:1] == b" " and (len(p) > 1 or letters) for p in self.pieces]
        self.least = MIN_WORDS - letters  # a letter is the first word's without opening it
        self.most = MAX_CHARACTERS if letters else MAX_TOKENS
        self.repeats = letters  # the same three letters come again in any text
        self.ends_sentence = [p[-1:] in (b".", b"!", b"?") for p in self.pieces]
        self.end = writable.index(EOS)
        self.placeholders = {t: writable.index(t) for t in (ARTIST, TITLE) if t in writable}
        if isinstance(tokenizer, BpeTokenizer):
            place = {token: i for i, token in enumerate(writable)}
            paths = ([place[token] for token in path] for path in tokenizer.paths(units))
            outside = (self.end, *self.placeholders.values())
            self.spelling = Spelling(paths, self.pieces, outside)
        else:
            self.spelling = free_spelling(len(writable))


@dataclass(slots=True)
class Attempt:
    """One text from its first token on, in places of the writable vocabulary."""

    z: Floats
    """Shape (latent,); empty for a model without a latent space."""
    uniforms: Floats
    """One for each token that may be written."""
    node: Node
    """Where the last word stands in the trie of known ones."""
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    banned: list[int] = field(default_factory=list)
    """Placeholders that must not come (again)."""
    words: int = 0
    ended: bool = False
    given_up: bool = False
    last: bool = False
    """Whether its row has no other one left: then it is written to its end, whatever its faults."""
    faults: float = 0.0
    promise: float | None = None
    """What a critic makes of what is written, where there is one."""
    score: float = 0.0
    _plain: list[bytes] = field(default_factory=list)
    _filled: list[bytes] = field(default_factory=list)
    _follows: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be written."""
        return self.ended or self.given_up or len(self.tokens) >= len(self.uniforms)

    def forbidden(self, vocabulary: Vocabulary) -> list[int]:
        """Return the tokens that may not come next: a name for the second time, an end too early
        or within a sentence, a third token that has followed the last two before."""
        tokens = self.tokens
        forbidden = list(self.banned)
        if self.words < vocabulary.least or not vocabulary.ends_sentence[tokens[-1]]:
            forbidden.append(vocabulary.end)
        # Within a word the trie alone decides: a ban could leave nothing to write.
        if len(tokens) >= 2 and self.node.whole and not vocabulary.repeats:
            forbidden += self._follows.get((tokens[-2], tokens[-1]), ())
        return forbidden

    def rule(self, vocabulary: Vocabulary) -> Rule:
        """Return what keeps every word a known one."""
        return vocabulary.spelling.rule(self.node)

    def take(
        self, token: int, logprob: float, vocabulary: Vocabulary, names: Mapping[int, str | None]
    ) -> None:
        """Append a token."""
        self.logprobs.append(logprob)
        tokens = self.tokens
        if len(tokens) >= 2:
            self._follows.setdefault((tokens[-2], tokens[-1]), []).append(token)
        tokens.append(token)
        self.node = vocabulary.spelling.after(self.node, token)
        if token == vocabulary.end:
            self.ended = True
            return
        piece = vocabulary.pieces[token]
        self.words += vocabulary.opens_word[token]
        name = names.get(token)
        shown = piece
        if name is not None:
            if opens(b"".join(self._plain)):
                piece = piece.lstrip()
            mark = PLACEHOLDERS[int(b"title" in piece)].encode()
            shown = piece.replace(mark, name.encode(errors="replace"))
            self.banned.append(token)
        self._plain.append(piece)
        self._filled.append(shown)

    @property
    def template(self) -> str:
        """The text with its placeholders."""
        return detokenise(self._plain)

    @property
    def text(self) -> str:
        """The text with names filled in; a name at its beginning stays as it was given, and one at
        the end whose own mark ends the sentence, as that of "Help!" does, gets no full stop."""
        filled = self._filled
        named = len(filled) > 1 and filled[-2] != self._plain[-2]
        if named and filled[-1] == b"." and closes(filled[-2]):
            filled = filled[:-1]
        text = detokenise(filled)
        if self._plain[:1] == self._filled[:1]:
            text = text[:1].upper() + text[1:]
        return text


class Row:
    """One row of a request: several attempts, of which one becomes its text.

    Attempt k is drawn from a generator of its own, and the text is chosen from attempts 0 … m,
    where m is the first at which enough good ones have come. So the text does not depend on when,
    where or how many at a time the attempts were made, nor on the rows around.
    """

    def __init__(
        self,
        number: int,
        new_attempt: Callable[[int], Attempt],
        vocabulary: Vocabulary,
        names: Mapping[int, str | None],
        candidates: int,
        judge: Callable[[Attempt], None],
    ) -> None:
        """`names` gives what fills each placeholder token; None bans it. `judge` is asked at the
        end of each word and of the attempt: it may give the attempt up, and sets `faults` and
        `score` of one that is over."""
        self.number = number
        self.started = time.perf_counter()
        self.attempts: list[Attempt] = []
        self._new_attempt, self._vocabulary, self._judge = new_attempt, vocabulary, judge
        self._wanted = candidates
        self._most = TRIES * candidates
        places = vocabulary.placeholders
        self._names = {places[token]: name for token, name in names.items() if token in places}

    @property
    def short(self) -> bool:
        """Whether fewer good attempts are made or in the making than are wanted."""
        hopeful = sum(not a.over or a.faults == 0 for a in self.attempts)
        return hopeful < self._wanted and len(self.attempts) < self._most

    @property
    def open(self) -> bool:
        """Whether one more attempt could be of use."""
        return len(self.attempts) < self._most

    def begin(self) -> Attempt:
        """Start one more attempt."""
        attempt = self._new_attempt(len(self.attempts))
        attempt.banned = [place for place, name in self._names.items() if name is None]
        attempt.last = len(self.attempts) + 1 == self._most
        self.attempts.append(attempt)
        return attempt

    def add(self, attempt: Attempt, token: int, logprob: float) -> None:
        """Take one token into an attempt."""
        attempt.take(token, logprob, self._vocabulary, self._names)
        if attempt.over or self._vocabulary.opens_word[token]:
            self._judge(attempt)

    def text(self) -> str:
        """Return what to show of a row in the making: its first attempt that has not failed."""
        return next(
            (a for a in self.attempts if not a.over or not a.faults), self.attempts[-1]
        ).text

    def outcome(self) -> Attempt | None:
        """Return the attempt that becomes the row's text, once that is decided."""
        good = 0
        for count, attempt in enumerate(self.attempts, 1):
            if not attempt.over:
                return None
            good += attempt.faults == 0
            if good == self._wanted or count == self._most:
                return min(self.attempts[:count], key=lambda a: (a.faults, -a.score))
        return None
