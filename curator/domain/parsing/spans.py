"""Where in a line a name or a title begins and ends."""

from curator.domain.parsing import everyday, phrases
from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.parts import LONGEST_NAME, LONGEST_TITLE, Line, Part, is_possessive

_PLAIN_AND = frozenset({"and", "or", "&"})
_CONNECTORS = frozenset({"or", "and", "also", "plus", "then", "&"})
_ALIKE = frozenset({"similar", "comparable", "close", "sounds", "listening"})
_SELF = frozenset({"i", "i'm", "i've", "i'll", "&", "+", "/", "-"})


def run_back(
    line: Line,
    last: int,
    lowest: int,
    small: frozenset[str] = vocab.NAME_SMALL,
    longest: int = 2 * LONGEST_NAME,
) -> int:
    """Return where the capitalised run begins that ends before atom `last`; `last` when none.

    A name begins after another's possessive, a title, which `small` tells, may hold one.
    """
    begun = at = last
    if last > lowest and line.kind(last - 1) == "word" and not line.capital(last - 1):
        return last
    while at > max(lowest, last - longest):
        at -= 1
        atom, word = line.atoms[at], line.lower[at]
        named = small is vocab.NAME_SMALL
        if named and atom.kind == "word" and at < last - 1 and is_possessive(atom.text):
            break
        if line.capital(at):
            begun = begun if word in ("&", "+", "/", "-") else at
        elif atom.kind == "comma":
            if not _inside_name(line, at, last):
                break
        elif atom.kind == "bracket":
            if at != last - 1:
                break
        elif atom.kind != "word" or word not in small:
            break
        elif word == "by" and not _PLAIN_AND.isdisjoint(line.lower[at:last]):
            return max(i for i in range(at, last) if line.lower[i] in _PLAIN_AND) + 1
    return begun


def run_on(line: Line, first: int, highest: int, small: frozenset[str], longest: int) -> int:
    """Return where the capitalised run ends that begins at atom `first`; `first` when none."""
    ended = first
    for at in range(first, min(highest, first + longest)):
        kind, word = line.kind(at), line.lower[at]
        if word in vocab.FEATURING:
            break
        if line.capital(at):
            ended = ended if word in _SELF else at + 1
        elif kind == "comma":
            if not _inside_name(line, at, highest):
                break
        elif kind != "word" or word not in small:
            break
    return ended


def _inside_name(line: Line, comma: int, last: int) -> bool:
    """Whether a comma is inside a name: Earth, Wind & Fire; Tyler, The Creator."""
    after = line.lower[comma + 1 : min(last, comma + 7)]
    if line.atoms[comma].text != "," or not after or "by" in after:
        return False
    return line.atoms[comma + 1].text in ("The", "&", "Jr.") or "&" in after


def name_before(line: Line, last: int, lowest: int) -> tuple[Part | None, list[str]]:
    """Return the name that ends before atom `last`, and what was seen on the way."""
    seen: list[str] = []
    first = max(lowest, last - 2 * LONGEST_TITLE)
    while first < last - 1 and line.lower[first] in _CONNECTORS and not line.capital(first):
        first += 1
    while last > first + 1 and line.kind(last - 1) in ("bracket", "comma", "tag", "stop", "colon"):
        last -= 1
        atom = line.atoms[last]
        if atom.kind == "bracket" and atom.text.casefold().split()[0] in vocab.FEATURING:
            seen.append("guest")
    for at in range(first + 1, last):
        if line.lower[at] in vocab.FEATURING:
            begun = run_back(line, at, first)
            return line.part(begun if begun < at else first, at), [*seen, "guest"]
    begun = run_back(line, last, first)
    if begun == last:
        short = last - lowest <= LONGEST_NAME
        return line.part(first, last) if short else None, seen
    while first < begun < last - 1 and line.lower[begun] in _CONNECTORS:
        begun += 1
    if not line.silent(lowest, begun) and not (begun == first and first > lowest):
        seen.append("cut out of prose")
        if line.lower[begun - 1] in vocab.ROLES:
            seen.append("role")
    return line.part(begun, last), seen


def name_on(line: Line, first: int, last: int) -> tuple[Part | None, int]:
    """Return the name that begins at an atom, and where it ends."""
    if line.kind(first) == "mention":
        return line.part(first, first + 1), first + 1
    ended = run_on(line, first, last, vocab.NAME_SMALL, LONGEST_NAME)
    if ended > first:
        if line.word(ended) == "by":
            ands = (i for i in range(first + 1, ended) if line.lower[i] in _PLAIN_AND)
            ended = next(ands, ended)
        ended = _small_end(line, ended, last)
        return line.part(first, ended), ended
    while ended < last and ended - first < 4 and line.kind(ended) == "word":
        word = line.lower[ended]
        if word in everyday.PROSE or (word in vocab.SMALL and word not in ("the", "&", "and")):
            break
        ended += 1
    if ended - first == 4 and line.kind(ended) == "word":
        return None, first
    return line.part(first, ended), ended


def _small_end(line: Line, ended: int, last: int) -> int:
    """Return where a name ends that goes on in small letters: the Red hot chili peppers."""
    more = ended
    while more < last and line.kind(more) == "word" and more - ended < 4:
        if line.lower[more] in everyday.COMMON or line.lower[more] in vocab.FEATURING:
            break
        more += 1
    closed = more == last or (line.kind(more) == "stop" and more == last - 1)
    return more if closed and more - ended < 4 else ended


def title_on(line: Line, first: int, highest: int) -> tuple[Part | None, int, list[str]]:
    """Return the title that begins at an atom, where it ends, and what was seen."""
    seen: list[str] = []
    while first < highest and line.kind(first) in ("comma", "stop"):
        first += 1
    last, fit = _before_ending(line, first, highest)
    if not fit:
        seen.append("runs on")
    for at in range(first, last):
        atom = line.atoms[at]
        if atom.kind == "bracket":
            inside = atom.text.casefold().split()
            if inside[0] in vocab.FEATURING:
                seen.append("guest")
            elif not vocab.VERSION.isdisjoint(inside):
                seen.append("version")
        elif line.lower[at] in vocab.FEATURING and at > first:
            seen.append("guest")
            last = at
            break
    part = line.part(first, last)
    if part and part.case != "title" and len(part.words) > 6:
        last = run_on(line, first, last, vocab.SMALL, LONGEST_TITLE)
        part = line.part(first, last)
        seen.append("cut out of prose")
    return part, last, seen


def _before_ending(line: Line, first: int, last: int) -> tuple[int, bool]:
    """Return where a title ends, before "on repeat", "out now" and such, and whether that fits.

    It does not fit when other words follow after a comma or a full stop.
    """
    for at in range(first + 1, min(last, first + LONGEST_TITLE)):
        if line.kind(at) == "stop" and line.kind(at + 1) == "word" and at + 1 < last:
            return at, False
        if line.kind(at) == "comma" and _prose_follows(line, at + 1, last):
            return at, False
        if line.capital(at) and not line.shouted:
            continue
        if line.lower[at] and any(
            tuple(line.lower[at : at + len(ending)]) == ending for ending in phrases.ENDINGS
        ):
            return at, True
    while last > first + 1 and line.kind(last - 1) in ("tag", "mention", "comma", "colon"):
        last -= 1
    return last, True


def _prose_follows(line: Line, at: int, last: int) -> bool:
    if at >= last or line.kind(at) != "word":
        return False
    return not line.capital(at) and line.lower[at] not in ("and", "&")


def after_lead(line: Line, first: int, last: int) -> tuple[int, bool]:
    """Skip what introduces a song: tags, "now playing", "songs like". Say whether there was any."""
    begun, led = first, False
    while begun < last:
        kind = line.kind(begun)
        tag = kind == "tag" and not line.silent(begun, last)
        if tag or kind in ("bracket", "comma", "colon", "stop"):
            begun += 1
        elif step := _lead_length(line, begun, last):
            begun, led = begun + step, True
        else:
            break
    return (begun, led) if begun < last else (first, False)


def _lead_length(line: Line, first: int, last: int) -> int:
    words = line.lower[first : min(last, first + 20)]
    asked, found = False, 0
    for at, word in enumerate(words):
        alike = at > 0 and words[at - 1] in _ALIKE
        here = (asked and word == "like") or (alike and word in ("to", "as"))
        if here and (not found or line.atoms[first + at].text == word):
            found = at + 1
        asked = asked or word in phrases.ASKED_FOR or "/" in word or alike
    if 0 < found < last - first:
        return found
    return max((n for n in _leads(tuple(words[:6])) if n < last - first), default=0)


def _leads(words: tuple[str, ...]) -> list[int]:
    longest = [n for n in range(2, len(words) + 1) if words[:n] in phrases.LEADS]
    named = len(words) > 1 and words[1] not in vocab.SMALL - {"the"}
    return longest or ([1] if words[:1] in phrases.LEADS and named else [])
