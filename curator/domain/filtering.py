"""The filter that the queue shows and the export uses: words that must all match.

`state:open genre:jazz -verdict:reject miles` reads: open requests of a jazz genre without a
rejected sample, with "miles" in the artist, title, text, author or genres.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from curator.domain.records import Request, Song
from curator.domain.session import Judgement

FIELDS = ("state", "genre", "by", "source", "verdict", "model", "tag", "stars")


class FilterError(ValueError):
    """A filter that can't be understood; the message says what can."""


@dataclass(frozen=True, slots=True)
class View:
    """What a filter looks at: a request as it stands, and its samples."""

    request: Request
    song: Song
    state: str
    judgements: tuple[Judgement, ...] = ()
    models: tuple[str, ...] = ()

    def values(self, field: str) -> Iterable[str]:
        """Return what this request holds under a field of the filter."""
        match field:
            case "state":
                return (self.state,)
            case "genre":
                return self.song.genres
            case "by":
                return (self.request.author or "",)
            case "source":
                return (self.request.source,)
            case "verdict":
                return [j.verdict or "none" for j in self.judgements]
            case "stars":
                return [str(j.stars) for j in self.judgements if j.stars]
            case "tag":
                return [t for j in self.judgements for t in j.tags]
            case "model":
                return self.models
            case _:
                song, request = self.song, self.request
                return (
                    song.artist or "",
                    song.title or "",
                    request.text,
                    request.author or "",
                    *song.genres,
                )


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    field: str
    word: str
    without: bool

    def matches(self, view: View) -> bool:
        """Whether the view passes this term."""
        exact = self.field in ("state", "verdict", "stars")
        found = any(
            self.word == value.casefold() if exact else self.word in value.casefold()
            for value in view.values(self.field)
        )
        return found != self.without


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter; one without terms lets everything pass."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read a filter. Raises `FilterError` for a field that there is not."""
        terms = []
        for word in text.split():
            without = word.startswith("-") and len(word) > 1
            field, colon, value = word.removeprefix("-").partition(":")
            if colon and value and field.casefold() in FIELDS:
                terms.append(Term(field.casefold(), value.casefold(), without))
            elif colon and value and field.isalpha() and not value.startswith("//"):
                known = ", ".join(f"{name}:" for name in FIELDS)
                raise FilterError(f"no field {field!r}; there are {known}")
            else:
                terms.append(
                    Term("", word.removeprefix("-" if without else "").casefold(), without)
                )
        return cls(tuple(terms))

    def matches(self, view: View) -> bool:
        """Whether all terms match."""
        return all(term.matches(view) for term in self.terms)

    def names(self, field: str) -> bool:
        """Whether some term speaks of this field."""
        return any(term.field == field for term in self.terms)
