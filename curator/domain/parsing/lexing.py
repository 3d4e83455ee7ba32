"""A line → atoms: words, quoted phrases, brackets, and the marks between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "word",
    "tag",
    "mention",
    "quote",
    "bracket",
    "dash",
    "pipe",
    "slash",
    "colon",
    "comma",
    "stop",
    "break",
]
JOINTS = frozenset({"dash", "pipe", "slash", "colon"})
"""Marks that may stand between an artist and a title."""

_DOUBLE = '"“”„‟«»″〝〞「」『』'
_SINGLE = "'‘’‚‛`´′"
_QUOTES = re.compile(f"[{_DOUBLE}{_SINGLE}]+")
_LONGEST_QUOTE = 120
_PIECE = re.compile(
    r"\s+"
    r"|(?P<bracket>[(\[{][^()\[\]{}]{1,80}+[)\]}])"
    r"|[()\[\]{}]"
    r"|(?P<dash>[–—―−]+|(?<!\S)[-~]+(?!\S)|-{2,})"
    r"|(?P<pipe>[|¦‖•·●▪]+|(?<!\S)(?:>>+|»+)(?!\S))"
    r"|(?P<slash>//+)"
    r"|(?P<dots>\.{2,}|…+)"
    r"|(?P<word>#?(?:[^\s()\[\]{}–—―−|¦‖•·●▪/.…#-]|/(?!/)|-(?!-)|\.(?!\.))+)"
    r"|."
)
_PAIR = re.compile(r"\w\S*\s+[-–—~]\s+\w")
_STRUCTURE = re.compile(
    r"\s[-–—~]\S?|[-–—]\s|[(\[]\s*(?:like|such|similar|e\.?g|cf|hear|see|now)\b.*\sby\s",
    re.IGNORECASE,
)
_OPAQUE = re.compile(
    r"[(\[{]\s*(?:feat|ft|featuring|with|w/|prod|produced|mixed|directed|video|official|premiere|"
    r"remix|genre|from|dir|photo|via)\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mt",
        "dr",
        "st",
        "jr",
        "sr",
        "vs",
        "ft",
        "feat",
        "prod",
        "no",
        "vol",
        "pt",
        "op",
        "nr",
        "bros",
        "feat.",
        "ep",
        "u.s",
        "inc",
        "ltd",
        "etc",
    ]
)
_EXCLAIMED = frozenset(["oh", "hey", "ooh", "ha", "o", "ah", "wham", "panic", "godspeed"])


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a line. `text` is the inside of a quote or bracket; `start:end` the whole of it.

    `firm`: a double quote; a mark with a space on each side.
    """

    kind: Kind
    text: str
    start: int
    end: int
    firm: bool = True


def lex(line: str) -> list[Atom]:
    """Return the atoms of a line, in order. Linear in the line."""
    atoms: list[Atom] = []
    done = 0
    for start, end, inner, double in _quotes(line):
        atoms.extend(_plain(line, done, start))
        if _PAIR.search(line, inner.start, inner.stop):
            atoms.append(Atom("break", line[start], start, inner.start))
            atoms.extend(_plain(line, inner.start, inner.stop))
            atoms.append(Atom("break", line[end - 1], inner.stop, end))
        else:
            atoms.append(Atom("quote", line[inner], start, end, firm=double))
        done = end
    atoms.extend(_plain(line, done, len(line)))
    return atoms


def _quotes(line: str) -> Iterator[tuple[int, int, slice, bool]]:
    """Yield pairs of quotation marks: start, end, the inside, and whether they are double.

    A mark opens or closes by what is beside it. Marks that find no partner are apostrophes.
    """
    marks = list(_QUOTES.finditer(line))
    opened: re.Match[str] | None = None
    index = 0
    while index < len(marks):
        mark = marks[index]
        index += 1
        double = len(mark[0]) > 1 or mark[0] in _DOUBLE
        if double and opened and _closes(line, mark):
            if mark.start() - opened.end() <= _LONGEST_QUOTE:
                yield opened.start(), mark.end(), slice(opened.end(), mark.start()), True
            opened = None
        elif double and _opens(line, mark):
            opened = mark
        elif not double and opened is None and _opens(line, mark):
            closer = _closer(line, marks, index)
            if closer is None or line[_between(mark, marks[closer])] in ("n", "N"):
                continue  # apostrophes, as in Rock 'n' Roll
            yield mark.start(), marks[closer].end(), _between(mark, marks[closer]), False
            index = closer + 1


def _between(opened: re.Match[str], closed: re.Match[str]) -> slice:
    return slice(opened.end(), closed.start())


def _closer(line: str, marks: list[re.Match[str]], index: int) -> int | None:
    """Return which mark closes the single quote before `index`: not the apostrophe of Thinkin'."""
    first: int | None = None
    begun = marks[index - 1].end()
    for at in range(index, min(index + 6, len(marks))):
        mark = marks[at]
        if len(mark[0]) > 1 or mark[0] in _DOUBLE or mark.start() - begun > _LONGEST_QUOTE:
            break
        if _opens(line, mark) and not _closes(line, mark):
            break
        if not _closes(line, mark) or mark.start() == begun:
            continue
        if line[max(begun, mark.start() - 2) : mark.start()].lower() != "in":
            return at
        first = at if first is None else first
    return first


def _opens(line: str, mark: re.Match[str]) -> bool:
    before, after = line[mark.start() - 1 : mark.start()], line[mark.end() : mark.end() + 1]
    if mark[0][0] in "”’»」』":
        return mark[0][0] in "”’»" and not before.strip() and bool(after.strip())
    if mark[0][0] in "“‘„«「『":
        return bool(after.strip())
    return not before.isalnum() and before not in (")", "!", "?", ".") and bool(after.strip())


def _closes(line: str, mark: re.Match[str]) -> bool:
    before, after = line[mark.start() - 1 : mark.start()], line[mark.end() : mark.end() + 1]
    return bool(before.strip()) and not after.isalnum()


def _plain(line: str, start: int, end: int) -> Iterator[Atom]:
    for piece in _PIECE.finditer(line, start, end):
        kind = piece.lastgroup
        match kind:
            case "bracket":
                yield from _bracket(line, piece.start(), piece.end())
            case "dash" | "pipe" | "slash":
                yield _joint(line, kind, piece.start(), piece.end())
            case "dots":
                yield Atom("stop", piece[0], piece.start(), piece.end())
            case "word":
                yield from _word(line, piece.start(), piece.end())


def _bracket(line: str, start: int, end: int) -> Iterator[Atom]:
    """Yield a bracket as one atom, or what is in it when that may name a song."""
    text = line[start:end]
    if _STRUCTURE.search(text) and not _OPAQUE.match(text):
        yield Atom("break", text[0], start, start + 1)
        yield from _plain(line, start + 1, end - 1)
        yield Atom("break", text[-1], end - 1, end)
    elif inside := text[1:-1].strip():
        yield Atom("bracket", inside, start, end, firm=text[0] == "(")


def _joint(line: str, kind: Literal["dash", "pipe", "slash"], start: int, end: int) -> Atom:
    before, after = line[start - 1 : start] if start else "", line[end : end + 1]
    if before.isalnum() and after.isalnum():
        return Atom("break" if line[start] == "—" else "word", line[start:end], start, end)
    spaced = not before.strip() and not after.strip()
    return Atom(kind, line[start:end], start, end, firm=spaced)


def _word(line: str, start: int, end: int) -> Iterator[Atom]:
    """Yield a word without the marks stuck to it, and those marks."""
    text = line[start:end]
    core = text.rstrip(",;:.!?…*_")
    tail = text[len(core) :]
    if tail[:1] == "." and (core.lower() in _ABBREVIATIONS or len(core) == 1 or "." in core):
        core, tail = core + ".", tail[1:]
    elif tail in ("!", "?") and core.lower() in _EXCLAIMED:
        core, tail = core + tail, ""
    begun = start + len(core) - len(core.lstrip("*_…"))
    ended = start + len(core)
    if core.startswith("-") and len(core) > 2 and core[1].isalpha():
        yield Atom("dash", "-", begun, begun + 1, firm=False)
        begun += 1
    dashed = core.endswith(("-", "~")) and ended - begun > 1
    if begun < ended:
        shown = line[begun : ended - dashed]
        yield Atom(_word_kind(shown), shown, begun, ended - dashed)
    if dashed:
        yield Atom("dash", "-", ended - 1, ended, firm=False)
    if tail:
        kind: Kind = "stop" if set(tail) & set(".!?…") else ("colon" if ":" in tail else "comma")
        yield Atom(kind, tail, ended, end)


def _word_kind(text: str) -> Kind:
    if text[0] in "#@" and text[1:].replace("_", "").isalnum() and not text[1:].isdigit():
        return "tag" if text[0] == "#" else "mention"
    return "break" if text == "@" else "word"
