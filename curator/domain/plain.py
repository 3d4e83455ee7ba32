"""Text from outside made visible, so that a terminal shows all of it and obeys none.

Control characters become the pictures Unicode has for them (ESC reads ␛), bidirectional
overrides, zero-width characters and other invisible ones their names in ⟨brackets⟩, lone halves
of surrogate pairs their code. What belongs to an emoji sequence stays, or the emoji would fall
apart.
"""

import re

from curator.domain.emoji import SEQUENCE

_NAMES = {
    "\u00ad": "SHY",
    "\u034f": "CGJ",
    "\u061c": "ALM",
    "\u115f": "HCF",
    "\u1160": "HJF",
    "\u17b4": "KIVAQ",
    "\u17b5": "KIVAA",
    "\u180e": "MVS",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u2028": "LS",
    "\u2029": "PS",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2060": "WJ",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\u3164": "HF",
    "\ufeff": "BOM",
    "\uffa0": "HHF",
}
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MOST_MARKS = 4  # on one letter; more is made to run over the lines around

_RISKY = re.compile(f"[{_HIDDEN}]|[{_MARKS}]{{{_MOST_MARKS + 1}}}")
_PIECE = re.compile(f"({SEQUENCE})|[{_HIDDEN}]|[{_MARKS}]{{{_MOST_MARKS + 1},}}")
_HALF_AN_EMOJI = "\u200d\ufe0f\u20e3" + "".join(map(chr, range(0xE0020, 0xE0080)))


def shown(text: str, limit: int | None = None) -> str:
    """Return the text as it may be printed: one line, nothing hidden, nothing that acts.

    At most `limit` characters (1 or more) are returned, the last of them … if the text went on.
    Showing again what was shown changes nothing.
    """
    head = text if limit is None else text[: 8 * limit + 8]  # the rest could not be seen anyway
    line = _PIECE.sub(_visible, head) if _RISKY.search(head) else head
    if limit is not None and (len(line) > limit or len(head) < len(text)):
        line = line[: limit - 1].rstrip(_HALF_AN_EMOJI) + "…"
    return line


def _visible(piece: re.Match[str]) -> str:
    if piece[1]:
        return piece[1]
    char, code = piece[0][0], ord(piece[0][0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if len(piece[0]) > 1:
        return f"{piece[0][:_MOST_MARKS]}⟨+{len(piece[0]) - _MOST_MARKS}⟩"
    if 0xFE00 <= code <= 0xFE0F:
        return f"⟨VS{code - 0xFE00 + 1}⟩"
    if 0xE0020 <= code <= 0xE007E:
        return f"⟨TAG {chr(code - 0xE0000)}⟩"
    return f"⟨{_NAMES.get(char) or f'U+{code:04X}'}⟩"
