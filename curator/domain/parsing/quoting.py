"""Readings of "Title" in the neighbourhood of a name."""

from collections.abc import Iterator

from curator.domain.parsing import everyday, observing, phrases
from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.layout import Chunk, Layout, is_label
from curator.domain.parsing.parts import LONGEST_NAME, Line, Part, is_possessive
from curator.domain.parsing.reading import Reading
from curator.domain.parsing.spans import name_before, name_on, run_on

_FIRST_PERSON = vocab.words_of("i i'm i've i'd me my mine we our us")
_NOT_NAMES = vocab.MUSIC | vocab.MAYBE_MUSIC | vocab.LABEL | everyday.SPEECH | everyday.OTHER_ARTS
_NO_OWNERS = _NOT_NAMES | vocab.SMALL | vocab.HEADLINE_VERBS
_OF = vocab.words_of("from by di de par von van av af")

Maker = tuple[Part | None, list[str], int]
"""Who may have made a song, what was seen, and the atom where the reading ends."""


def quoted(layout: Layout, chunk: Chunk, at: int) -> Iterator[Reading]:
    """Yield a quoted phrase as title, with each name that may be its maker and without any."""
    line, title = layout.line, layout.line.quote(at)
    begun, led = layout.lead(chunk)
    begun = min(begun, at)
    seen = [*observing.around_quote(line, at), *observing.of_title(line, title)]
    seen += layout.heading(chunk)
    if led or _asks(line, begun, at):
        seen.append("asked for")
    only = layout.only(chunk)
    if only and line.silent(at + 1, chunk.last):
        seen.append("quote at the end")
    for name, how, last in _makers(layout, chunk, at, begun):
        more = []
        if name:
            start = "subject" in how or "beside" in how
            more = observing.of_artist(line, name, sentence=start)
            first, end = min(name.first, at), max(last, at + 1)
            beside = (
                line.silent(name.last, at) if name.first < at else "cut out of prose" not in how
            )
            if only and beside and line.silent(begun, first) and line.silent(end, chunk.last):
                more.append("alone")
        yield Reading(title, name, (*seen, *how, *more), layout.chained(chunk))


def _makers(layout: Layout, chunk: Chunk, at: int, begun: int) -> Iterator[Maker]:
    line, after = layout.line, at + 1
    while line.kind(after) == "bracket":
        after += 1
    if line.word(after) in ("by", "from"):
        name, last = name_on(line, after + 1, chunk.last)
        if name:
            yield name, ["by"], last
        if line.word(after) == "by":
            return
    yield from _shared(layout, chunk, at, begun)
    yield None, ["title only"], at + 1
    quotes = line.between(line.quotes, begun, at)
    yield from _before(line, at, quotes[-1] + 1 if quotes else begun)
    yield from _subjects(line, at, begun)
    for where in range(after, min(after + 9, chunk.last - 1)):
        if line.lower[where] in _OF and line.capital(where + 1):
            name, last = name_on(line, where + 1, chunk.last)
            yield name, ["by", "cut out of prose"], last
            break


def _shared(layout: Layout, chunk: Chunk, at: int, begun: int) -> Iterator[Maker]:
    """Yield who made several quoted songs when named behind the last: "One" and "Two" by Name."""
    line, last = layout.line, at + 1
    while another_quote(line, last):
        last += 2
    if last > at + 1 and line.word(last) == "by" and not _is_owned(layout, chunk, at, begun):
        name, end = name_on(line, last + 1, chunk.last)
        if name:
            yield name, ["by"], end


def _is_owned(layout: Layout, chunk: Chunk, at: int, begun: int) -> bool:
    """Whether a quoted song has its maker before it: Name's "One", Name "One", Name – "One"."""
    line = layout.line
    if at == chunk.first:
        if chunk.joint is None or line.kind(chunk.joint) == "colon":
            return False
        return not any(
            c.last == chunk.joint and is_label(line, c.first, c.last) for c in layout.chunks
        )
    if line.kind(at - 1) != "word":
        return False
    if is_possessive(line.atoms[at - 1].text):
        return True
    opens = at - 1 == begun and line.lower[at - 1] in everyday.COMMON
    return (
        at > begun and line.capital(at - 1) and not opens and line.lower[at - 1] not in _NO_OWNERS
    )


def another_quote(line: Line, at: int) -> bool:
    """Whether another quote is joined to the one before an atom: "One" & "Two"."""
    return line.word(at) in ("&", "and", "+", "/") and line.kind(at + 1) == "quote"


def _before(line: Line, at: int, begun: int) -> Iterator[Maker]:
    """Yield the names before a quoted phrase: Name's, Name beside it, Name as the subject."""
    close, mark = at - 1, "beside"
    while close > begun and line.kind(close) in ("comma", "bracket"):
        mark = "comma" if line.kind(close) == "comma" else mark
        close -= 1
    if close < begun:
        return
    for owner in range(close, max(begun, at - 9) - 1, -1):
        if line.kind(owner) == "word" and is_possessive(line.atoms[owner].text):
            name, how = name_before(line, owner + 1, begun)
            if name and not _names_between(line, owner + 1, at):
                name = line.part(name.first, owner + 1, possessive=True)
                yield name, ["possessive", *how], at + 1
            break
    name, how = name_before(line, close + 1, begun)
    acts = line.lower[close] in vocab.HEADLINE_VERBS and (begun or close == begun)
    if name and close + 1 == name.last and line.lower[close] not in _NOT_NAMES and not acts:
        yield name, [mark, *how], at + 1


def _subjects(line: Line, at: int, begun: int) -> Iterator[Maker]:
    """Yield whom a headline is about: its first name, or one introduced as band or singer."""
    starts: list[tuple[int, list[str]]] = [(begun, [])]
    for where in range(begun, min(begun + 12, at - 1)):
        introduced = line.lower[where] in vocab.ROLES and line.capital(where + 1)
        introduced = introduced and line.lower[where + 1] not in vocab.SMALL - {"the"}
        if introduced or line.lower[where] == "meet":
            starts.append((where + 1, ["role"]))
            break
    for start, how in reversed(starts):
        ended = run_on(line, start, at, vocab.NAME_SMALL, LONGEST_NAME)
        verbs = [i for i in range(start + 1, ended + 1) if line.word(i) in vocab.HEADLINE_VERBS]
        small = verbs and verbs[-1] == ended and not line.capital(ended)
        verb = (verbs[-1] if small else verbs[0]) if verbs else None
        last = min(ended, verb) if verb else ended
        while last > start and line.lower[last - 1] in vocab.NAME_SMALL:
            last -= 1
        owners = [i for i in range(start, last - 1) if is_possessive(line.atoms[i].text)]
        start = owners[-1] + 1 if owners else start
        if not start < last < at:
            continue
        seen = ["subject", *how, *(["headline verb"] if verb else [])]
        if not _FIRST_PERSON.isdisjoint(line.lower[last : min(at, last + 20)]):
            seen.append("first person")
        owns = is_possessive(line.atoms[last - 1].text)
        yield line.part(start, last, possessive=owns), seen, at + 1
        if how:
            return


def _names_between(line: Line, first: int, last: int) -> bool:
    """Whether a name stands between: capitals that are no words of music."""
    if line.shouted:
        return False
    return any(line.capital(i) and line.lower[i] not in _NOT_NAMES for i in range(first, last))


def _asks(line: Line, first: int, last: int) -> bool:
    """Whether the words before a song ask for music like it."""
    words = line.lower[max(first, last - 20) : last]
    return ("like" in words or "similar" in words) and not phrases.ASKED_FOR.isdisjoint(words)
