"""A line as atoms, and the parts of it that may be a name or a title."""

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Literal

from curator.domain.parsing import everyday
from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.lexing import Atom, Kind, lex

Case = Literal["title", "sentence", "lower"]

LONGEST_NAME = 8
LONGEST_TITLE = 14
"""Words that a name or a title has at most."""
LONGEST_PART = 160
"""Characters that a part has at most."""

_SPOKEN = ("word", "tag", "mention")


@dataclass(frozen=True, slots=True)
class Part:
    """Atoms `first` up to `last` of a line, standing for an artist or a title.

    `words` are casefolded. `possessive`: the last word ends in 's.
    """

    first: int
    last: int
    case: Case
    words: tuple[str, ...]
    quoted: Literal["double", "single"] | None = None
    possessive: bool = False


@dataclass(frozen=True)
class Line:
    """A line as atoms, with what is asked of them again and again."""

    text: str
    atoms: list[Atom] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Line":
        """Lex a line."""
        return cls(text, lex(text))

    @cached_property
    def lower(self) -> list[str]:
        """The casefolded text of each atom, apostrophes straight; quotes and marks are empty."""
        return [folded(a.text).lstrip("#@") if a.kind in _SPOKEN else "" for a in self.atoms]

    @cached_property
    def whispered(self) -> bool:
        """Whether nothing in the line is a capital, so that case says nothing."""
        return self.text == self.text.lower()

    @cached_property
    def shouted(self) -> bool:
        """Whether nothing in the line is small, so that case says nothing."""
        return self.text == self.text.upper() and not self.whispered

    @cached_property
    def by(self) -> list[int]:
        """Where "by" stands."""
        return [i for i, word in enumerate(self.lower) if word == "by"]

    @cached_property
    def quotes(self) -> list[int]:
        """Where quoted phrases stand."""
        return [i for i, atom in enumerate(self.atoms) if atom.kind == "quote"]

    @cached_property
    def _said(self) -> list[int]:
        """How many words and quotes stand before each atom."""
        return [0, *accumulate(atom.kind in ("word", "quote") for atom in self.atoms)]

    @staticmethod
    def between(places: list[int], first: int, last: int) -> list[int]:
        """Return the places from `first` on and before `last`; `places` are in order."""
        return places[bisect_left(places, first) : bisect_left(places, last)]

    def silent(self, first: int, last: int) -> bool:
        """Whether atoms hold no words but tags and what stands in brackets."""
        return first >= last or self._said[first] == self._said[last]

    def kind(self, index: int) -> Kind | None:
        """The kind of an atom, None beyond the ends."""
        return self.atoms[index].kind if 0 <= index < len(self.atoms) else None

    def word(self, index: int) -> str:
        """An atom's casefolded word, empty where there is none."""
        return self.lower[index] if 0 <= index < len(self.atoms) else ""

    def capital(self, index: int) -> bool:
        """Whether a word written as a name stands there."""
        return self.kind(index) in _SPOKEN and is_capital(self.atoms[index].text)

    def quote(self, index: int) -> Part:
        """Return the quoted phrase at an atom as a part."""
        atom = self.atoms[index]
        words = [w.strip(".,!?;:…") for w in atom.text.split()[: LONGEST_TITLE + 2]]
        words = [w for w in words if w]
        quoted: Literal["double", "single"] = "double" if atom.firm else "single"
        return Part(index, index + 1, case_of(words), tuple(map(folded, words)), quoted)

    def part(self, first: int, last: int, *, possessive: bool = False) -> Part | None:
        """Return atoms as an unquoted part, None when they hold no word or far too much."""
        if not first < last <= first + 2 * LONGEST_TITLE:
            return None
        if self.atoms[last - 1].end - self.atoms[first].start > LONGEST_PART:
            return None
        words = [a.text for a in self.atoms[first:last] if a.kind in _SPOKEN]
        if not any(char.isalnum() for word in words for char in word):
            return None
        shown = tuple(w for w in self.lower[first:last] if w)
        return Part(first, last, case_of(words), shown, None, possessive)

    def slice(self, part: Part) -> str:
        """Return the text of a part, as written; of a quote its inside."""
        if part.quoted:
            return self.atoms[part.first].text
        return self.text[self.atoms[part.first].start : self.atoms[part.last - 1].end]

    def spoken(self, part: Part) -> list[Atom]:
        """Return the words, tags and mentions of a part."""
        return [atom for atom in self.atoms[part.first : part.last] if atom.kind in _SPOKEN]


def folded(text: str) -> str:
    """Return text casefolded, with straight apostrophes."""
    return text.casefold().replace("’", "'").replace("‘", "'")


def is_capital(word: str) -> bool:
    """Whether a word is written as a name: a capital anywhere, a digit first, or no case at all."""
    if any(char.isupper() or char.istitle() for char in word) or word[0] == "$":
        return True
    first = next((char for char in word if char.isalnum()), "")
    return not first.islower()


def case_of(words: list[str]) -> Case:
    """Say how a phrase is written."""
    if not any(is_capital(word) for word in words if any(c.isalnum() for c in word)):
        return "lower"
    small = (folded(word).strip(".,!?;:…\"“”'") for word in words if not is_capital(word))
    return "title" if all(word in vocab.SMALL for word in small) else "sentence"


def is_possessive(word: str) -> bool:
    """Whether a word says that something is somebody's: X's, Xs'."""
    bare = folded(word)
    if bare.endswith("'s") and len(bare) > 2:
        return bare[:-2] not in everyday.CONTRACTED
    return bare.endswith("s'") and len(bare) > 3
