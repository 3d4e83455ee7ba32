"""The ways in which a line can be read as naming a song, each with what was seen."""

from collections.abc import Iterator, Sequence

from curator.domain.parsing import everyday, observing
from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.layout import Chunk, Layout, is_label, is_site, speaks_of_music
from curator.domain.parsing.parts import (
    LONGEST_NAME,
    LONGEST_TITLE,
    Line,
    Part,
    case_of,
    folded,
    is_possessive,
)
from curator.domain.parsing.quoting import quoted
from curator.domain.parsing.reading import Reading
from curator.domain.parsing.spans import name_before, name_on, run_back, run_on, title_on

_MAKER_HEADS = vocab.LABEL_HEADS - vocab.words_of("cover remix remixes video music")


def joined(layout: Layout, left: Chunk, right: Chunk) -> Iterator[Reading]:
    """Yield Artist – Title, Artist – "Title", "Title" – Artist, Title - by Artist."""
    line, at = layout.line, right.joint
    if at is None or is_label(line, left.first, left.last):
        return
    if is_label(line, right.first, right.last):
        if is_site(line, right.first, right.last):
            yield from _listed(layout, left)
            return
        if speaks_of_music(line, right.first, right.last):
            return
    joint = line.atoms[at]
    begun, led = layout.lead(left)
    seen = [joint.kind, *layout.around(left, right)]
    seen += ["loose mark"] * (not joint.firm) + ["asked for"] * led
    ends = left.last - 1
    while ends > left.first and line.kind(ends) in ("bracket", "comma", "tag"):
        ends -= 1
    artist: Part | None
    if line.kind(right.first) == "quote":
        if line.kind(ends) == "quote":
            return
        title = line.quote(right.first)
        seen += observing.around_quote(line, right.first)
        artist, how = name_before(line, left.last, begun)
        if not line.silent(right.first + 1, right.last):
            how.append("runs on")
    elif (named := _artist_at(line, right, line.kind(ends) == "quote")) is not None:
        artist, last = name_on(line, named, right.last)
        how = ["turned"] if line.silent(last, right.last) else ["turned", "cut out of prose"]
        if line.kind(ends) == "quote":
            if begun != ends:
                return
            title = line.quote(ends)
            how += observing.around_quote(line, ends)
        else:
            found, more = name_before(line, left.last, begun)
            if found is None:
                return
            title, how = found, how + more
    else:
        artist, how = name_before(line, left.last, begun)
        found, last, more = title_on(line, right.first, right.last)
        if found is None:
            return
        title, how = found, how + more
        if line.word(at - 1)[-1:].isdigit() and line.word(at + 1)[:1].isdigit():
            how.append("number")
        if led and line.kind(last - 1) == "stop":
            title = line.part(title.first, last - 1) or title
        if artist and joint.text == "-" and _turned(artist, title, led):
            artist, title = title, artist
    if artist is None:
        return
    if not {"cut out of prose", "runs on"}.isdisjoint(how):
        seen = [name for name in seen if name != "alone"]
    seen += how + observing.of_artist(line, artist, sentence=joint.kind == "colon")
    yield Reading(title, artist, (*seen, *observing.of_title(line, title)), left.chain)


def _artist_at(line: Line, right: Chunk, quote: bool) -> int | None:
    """Return where an artist begins who stands behind a mark: Title - by X, Title - song by X.

    None where a title stands there: X - By the Way, X - Song by Song, X - Music by Candlelight.
    Behind a quote there is always an artist.
    """
    places = line.between(line.by, right.first, right.last)
    by = places[0] if places else right.first
    headed = is_label(line, right.first, by) and speaks_of_music(line, right.first, by)
    if not quote and (_MAKER_HEADS.isdisjoint(line.lower[right.first : by]) or _twice(line, by)):
        headed = False
    if not places or (by > right.first and not headed):
        return right.first if quote else None
    if quote or (by == right.first and not line.capital(by)):
        return by + 1
    little = line.word(by + 1) in vocab.SMALL and not line.capital(by + 1)
    common = all(word in everyday.COMMON for word in line.lower[by + 1 : right.last] if word)
    return None if little or (common and not headed) else by + 1


def _twice(line: Line, by: int) -> bool:
    """Whether "by" stands between a word and itself, as in Song by Song."""
    return line.word(by - 1) == line.word(by + 1)


def _turned(artist: Part, title: Part, asked: bool) -> bool:
    """Whether the first part is rather the title: its words are those of titles.

    Blogs set "Artist – Title" with a real dash; who types a hyphen may mean either, and most of all
    who asks for music.
    """
    first = sum(word in vocab.TITLE_WORDS for word in artist.words)
    second = sum(word in vocab.TITLE_WORDS for word in title.words)
    return second == 0 and first >= (1 if asked else 2) and len(title.words) <= LONGEST_NAME


def _listed(layout: Layout, chunk: Chunk) -> Iterator[Reading]:
    """Yield Artist, Title when it stands alone before the name of a blog."""
    line = layout.line
    commas = [i for i in range(chunk.first, chunk.last) if line.kind(i) == "comma"]
    if len(commas) != 1 or chunk.first or chunk.last - chunk.first > LONGEST_TITLE:
        return
    artist = line.part(chunk.first, commas[0])
    title = line.part(commas[0] + 1, chunk.last)
    if artist and title and artist.case == title.case == "title":
        seen = ["comma", "alone", "ends a chain", *observing.of_artist(line, artist)]
        yield Reading(title, artist, (*seen, *observing.of_title(line, title)), chunk.chain)


def named_by(layout: Layout, chunk: Chunk, at: int) -> Iterator[Reading]:
    """Yield Title by Artist, without quotes."""
    line = layout.line
    before = at - 1
    while before > chunk.first and line.kind(before) in ("bracket", "stop", "comma"):
        before -= 1
    begun, led = layout.lead(chunk)
    if line.kind(before) != "word" or before < begun or _is_last_cry(line, chunk, before):
        return
    heading = layout.heading(chunk)
    seen = ["by", *(["asked for"] * led), *heading, *layout.placed(chunk)]
    first = run_back(line, before + 1, begun, vocab.SMALL, LONGEST_TITLE)
    if first > before:
        if not led or before + 1 - begun > 6:
            return
        first = begun
    artist, last = name_on(line, at + 1, chunk.last)
    introduced = led or heading or line.word(begun - 1) in vocab.MUSIC
    names = artist.words if artist else ()
    if first > begun and introduced and _is_tail(line, begun, first, names):
        first = begun
    if first > begun:
        seen.append("cut out of prose")
    title = _whole_title(line, first, before + 1, at, opens=first == begun)
    if title is None or artist is None:
        return
    word = line.lower[before]
    if word in everyday.MAKERS or (word.endswith("ed") and len(word) > 4):
        seen.append("maker")
    seen += observing.in_brackets(line, title.first, title.last)
    little = line.word(at + 1) in ("the", "a", "an", "my", "your") and artist.case == "lower"
    counted = artist.words[0][:1].isdigit() and not led
    if little or counted or artist.words[0] in everyday.WHEN:
        seen.append("when or where")
    if first <= begun and layout.only(chunk) and line.silent(last, chunk.last):
        seen.append("alone")
    seen += observing.of_artist(line, artist) + observing.of_title(line, title)
    yield Reading(title, artist, tuple(seen), layout.chained(chunk))


def _is_last_cry(line: Line, chunk: Chunk, before: int) -> bool:
    """Whether a word before "by" may be only the end of a title: Gimme! Gimme! Gimme! by X."""
    cries = (chunk.first - 1, before + 1)
    return all(line.kind(at) == "stop" and line.atoms[at].text == "!" for at in cries)


def _is_tail(line: Line, begun: int, first: int, artist: Sequence[str]) -> bool:
    """Whether a title that begins behind a comma begins before it: No Woman, No Cry.

    Who asks for "songs like X, Y by Z" rather lists them, and so does who names no words of titles
    before the comma, or the artist.
    """
    comma = first - 1
    if line.word(begun - 1) in ("like", "as") or line.word(begun - 2) == "similar":
        return False
    if line.kind(comma) != "comma" or line.atoms[comma].text != ",":
        return False
    words = [word for word in line.lower[begun:comma] if word]
    of_title = any(word in vocab.SMALL or word in vocab.TITLE_WORDS for word in words)
    if len(words) < 2 or not of_title or {*words, "the"} <= {*artist, "the"}:
        return False
    return "by" not in words and (run_back(line, comma, begun, vocab.SMALL, LONGEST_TITLE) == begun)


def _whole_title(line: Line, first: int, last: int, by: int, *, opens: bool) -> Part | None:
    """Return a title with what belongs to it before "by": Help!, (Don't Fear) The Reaper.

    `opens`: nothing but what introduces it stands before it, so that a bracket may begin it.
    """
    opened = opens and _is_of_title(line, first - 1)
    closed = all(_is_of_title(line, at) for at in range(last, by) if line.kind(at) == "bracket")
    return line.part(first - opened, by if closed else last)


def _is_of_title(line: Line, at: int) -> bool:
    """Whether a bracket belongs to a title: (Don't Fear), but not (Song of the Day), (love it)."""
    words = line.atoms[at].text.split() if line.kind(at) == "bracket" else []
    lower = [folded(word) for word in words]
    if not vocab.VERSION.isdisjoint(lower):
        return True
    return case_of(words) == "title" and not all(word in vocab.LABEL for word in lower)


def owned(layout: Layout, chunk: Chunk) -> Iterator[Reading]:
    """Yield Artist's Title, without quotes, where music is asked for."""
    line = layout.line
    begun, led = layout.lead(chunk)
    for owner in range(begun, min(begun + LONGEST_NAME, chunk.last - 1) if led else begun):
        if line.kind(owner) != "word" or not is_possessive(line.atoms[owner].text):
            continue
        last = run_on(line, owner + 1, chunk.last, vocab.SMALL, LONGEST_TITLE)
        if "by" in line.lower[owner:last] or line.lower[owner + 1] in vocab.MUSIC:
            return
        artist = line.part(begun, owner + 1, possessive=True)
        title = line.part(owner + 1, last)
        if artist and title:
            seen = ["possessive", "asked for", *observing.of_artist(line, artist)]
            yield Reading(title, artist, (*seen, *observing.of_title(line, title)))
        return


def readings_of(line: Line) -> Iterator[Reading]:
    """Yield all readings of a line, the likely and the unlikely."""
    layout = Layout(line)
    for left, right in zip(layout.chunks, layout.chunks[1:], strict=False):
        if left.chain == right.chain:
            yield from joined(layout, left, right)
    for chunk in layout.chunks:
        for at in line.between(line.quotes, chunk.first, chunk.last):
            yield from quoted(layout, chunk, at)
        for at in line.between(line.by, chunk.first, chunk.last):
            yield from named_by(layout, chunk, at)
        yield from owned(layout, chunk)
