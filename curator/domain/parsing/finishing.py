"""From the words of a part to what is written down: noise off, remixes kept."""

import re

from curator.domain.parsing import vocabulary as vocab

_GROUP = re.compile(r"\s*([(\[{])([^()\[\]{}]*)[)\]}]")
_GUEST = re.compile(r"(?<=\S)[\s,(\[{]+(?:feat|ft|featuring)\b.*", re.IGNORECASE)
_EDGES = ' \t-–—~|:;,/\\*_…•·"“”„‟«»″〝〞「」『』'
_TAG = re.compile(r"(?<!\S)#(?=[^\W\d])")
_APOSTROPHES = "'‘’‚‛`´"
_OWN = re.compile(r"(?:(?<=s)['’]|['’]s)$", re.IGNORECASE)


def finish_artist(text: str, possessive: bool) -> str:
    """Return a name without possessive, guests, brackets after it and marks around it."""
    text = _bare(text)
    if possessive:
        text = _OWN.sub("", text)
    text = _GUEST.sub("", text)
    first = _GROUP.match(text)
    lead = first.end() if first else 0
    shown = _bare(text[:lead] + _GROUP.sub("", text[lead:]))
    return _bare(shown.lstrip("#@")) or _bare(text)


def finish_title(text: str, after: tuple[str, ...] = ()) -> str:
    """Return a title without guests and noise; `after` are the brackets that follow its quotes."""

    def keep(group: re.Match[str]) -> str:
        kept = _bracket(group[2], square=group[1] != "(", inside=True)
        space = "" if group.start() == 0 else " "
        return f"{space}({kept})" if kept else ""

    shown = _GUEST.sub("", _GROUP.sub(keep, _bare(text)))
    shown = _bare(_tail_off(_bare(shown)))
    for bracket in after:
        kept = _bracket(bracket, square=False, inside=False)
        if kept and kept.casefold() not in shown.casefold():
            shown += f" ({kept})"
    return shown


def _bracket(text: str, *, square: bool, inside: bool) -> str | None:
    """Return what a bracket adds to the title: which version it is, or a part of it."""
    text = _bare(text)
    words = [w.strip(".,!?:;\"'“”‘’") for w in text.casefold().replace("’", "'").split()]
    if not words or words[0] in vocab.FEATURING or words[0] in ("with", "w/", "prod", "c", "via"):
        return None
    if not vocab.VERSION.isdisjoint(words):
        return text
    if not inside or square or not vocab.NOISE.isdisjoint(words):
        return None
    if all(w.isdigit() and len(w) == 4 for w in words):
        return None
    genre = [w for w in re.split(r"[\s/–-]+", text.casefold()) if w]
    return None if genre and all(w in vocab.MUSIC for w in genre) else text


def _tail_off(text: str) -> str:
    """Cut "Official Video" and the like off the end, and a bracket that never closes."""
    words = text.split()
    while len(words) > 1 and words[-1].casefold() in ("video", "audio", "visualizer", "hd", "hq"):
        if words[-1].casefold() in ("video", "audio") and words[-2].casefold() not in _OFFICIAL:
            break
        words.pop()
    while len(words) > 1 and words[-1].casefold() in ("official",):
        words.pop()
    shown = " ".join(words)
    opened = max(shown.rfind("("), shown.rfind("["))
    if opened > 0 and ")" not in shown[opened:] and "]" not in shown[opened:]:
        shown = shown[:opened]
    return shown


_OFFICIAL = ("official", "music", "lyric", "lyrics")


def _bare(text: str) -> str:
    """Take spaces, marks and quotation marks off both ends, but no apostrophe of a word."""
    text = " ".join(_TAG.sub("", text).split())
    while True:
        shown = text.strip(_EDGES)
        if len(shown) > 1 and shown[0] in _APOSTROPHES and shown[-1] in _APOSTROPHES:
            shown = shown[1:-1]
        if shown == text:
            return shown
        text = shown
