"""Where in a line a name or a title begins and ends."""

from curator.domain.parsing import everyday, observing, phrases
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
        if small is vocab.NAME_SMALL and _is_owner(line, at, lowest, last):
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


def _is_owner(line: Line, at: int, lowest: int, last: int) -> bool:
    """Whether a possessive stands there that is no part of the name behind it: Sweden's Marble Fox.

    It is when it opens a name of two words, as in Destiny's Child; but anybody has a kitchen
    (Mum's Kitchen), a place has its artists, and a heading is no name (Tom's Pick).
    """
    if line.kind(at) != "word" or at >= last - 1 or not is_possessive(line.atoms[at].text):
        return False
    bare = line.lower[at].removesuffix("s").removesuffix("'")
    anybody = bare in everyday.COMMON or bare in everyday.ORDINARY or _is_place(line, at)
    return lowest < at or at < last - 2 or anybody or line.lower[at + 1] in vocab.LABEL


def _is_place(line: Line, at: int) -> bool:
    """Whether the possessive of a place stands there: Sweden's."""
    bare = line.lower[at].removesuffix("s").removesuffix("'")
    return is_possessive(line.atoms[at].text) and bare in vocab.PLACES


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
    placed = begun == first + 1 and _is_place(line, first)
    if not (line.silent(lowest, begun) or placed or lowest < begun == first):
        seen.append("cut out of prose")
        if line.lower[begun - 1] in vocab.ROLES:
            seen.append("role")
    return line.part(begun, last), seen


def name_on(line: Line, first: int, last: int) -> tuple[Part | None, int]:
    """Return the name that begins at an atom, and where it ends, "on Spotify" included."""
    for at in range(first + 1, min(last, first + LONGEST_NAME + 1)):
        if played := _where_played(line, at):
            name, ended = name_on(line, first, at)
            return name, ended + played if ended == at else ended
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


def _where_played(line: Line, at: int) -> int:
    """Return how many words say where a song is played: on Spotify, on #SoundCloud."""
    if line.word(at) != "on":
        return 0
    if line.word(at + 1) not in vocab.PLAYERS and line.kind(at + 1) not in ("tag", "mention"):
        return 0
    return 3 if line.word(at + 2) == "music" else 2


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
    for at in range(first + 1, last):
        if line.lower[at] in vocab.FEATURING:
            seen.append("guest")
            last = at
            break
    seen += observing.in_brackets(line, first, last)
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
        if _where_played(line, at):
            return at, True
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
    length = max((n for n in _leads(tuple(words[:6])) if n < last - first), default=0)
    return 0 if _opens_title(line, first, length, last) else length


def _opens_title(line: Line, first: int, length: int, last: int) -> bool:
    """Whether a lead in capitals is rather how a title begins: This Is America by X."""
    words = tuple(line.lower[first : first + length])
    asked = words == ("play", "me") and not line.capital(first)  # play Me Gusta
    if words not in phrases.TITLE_OPENINGS and not asked:
        return False
    if line.shouted or not line.capital(first + 1):
        return False
    return "by" in line.lower[first + length : min(last, first + LONGEST_TITLE)]


def _leads(words: tuple[str, ...]) -> list[int]:
    longest = [n for n in range(2, len(words) + 1) if words[:n] in phrases.LEADS]
    named = len(words) > 1 and words[1] not in vocab.SMALL - {"the"}
    return longest or ([1] if words[:1] in phrases.LEADS and named else [])
