"""What all writers do to read a text: names made placeholders, costs laid out on its pieces."""

import re
from collections.abc import Iterable, Sequence

from models.tokenizer import PLACEHOLDERS
from models.units import Tokenizer, cut
from models.writer import Conditions, TokenSurprisal

_LETTER = r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""What goes on with a word: no letter of Japanese, Chinese or Korean, which has no spaces there, or
particles right behind a name."""


def marked(text: str, artist: str | None, title: str | None) -> tuple[str, dict[str, str]]:
    """Return a text with the names of its song made placeholders, once each, and which they are.

    A name is one where it stands as a word, and the longer one is looked for first: the title
    "Killer Queen" is no "Killer" by Queen. One at the end whose own mark ends the sentence, as
    that of "Help!" does, gets the full stop that it is written without.
    """
    pairs = [(n, mark) for n, mark in zip((artist, title), PLACEHOLDERS, strict=True) if n]
    pairs.sort(key=lambda pair: -len(pair[0]))
    names: dict[str, str] = {}
    pieces = [text]  # every second one is a placeholder
    for name, mark in pairs:
        whole = re.compile(f"(?<!{_LETTER}){re.escape(name)}(?!{_LETTER})")
        for at in range(0, len(pieces), 2):
            if found := whole.search(pieces[at]):
                before, after = pieces[at][: found.start()], pieces[at][found.end() :]
                pieces[at : at + 1] = [before, mark, after]
                names[mark] = name
                break
    if names and not pieces[-1] and closes(names[pieces[-2]].encode(errors="replace")):
        pieces[-1] = "."
    return "".join(pieces), names


def closes(name: bytes) -> bool:
    """Whether a name's own mark ends the sentence that it stands in at the end."""
    return name[-1:] in (b".", b"!", b"?")


def template_of(
    tokenizer: Tokenizer, text: str, conditions: Conditions
) -> tuple[list[int], list[bytes]]:
    """Return a text's tokens, names made placeholders again, and the bytes each stands for."""
    shown = text
    text, found = marked(shown, conditions.artist, conditions.title)
    names = {mark.encode(): name.encode(errors="replace") for mark, name in found.items()}
    cuts = cut(tokenizer, text)
    pieces = [_named(piece, names) for _, piece in cuts]
    at, whole = 0, shown.encode(errors="replace")
    for i, piece in enumerate(pieces):
        # Behind a quotation mark a name stands without the space that its placeholder brings.
        if cuts[i][1].strip() in names and not whole.startswith(piece, at):
            pieces[i] = piece = piece.removeprefix(b" ")
        at += len(piece)
    if any(text.endswith(f"{mark}.") and shown.endswith(name) for mark, name in found.items()):
        name = pieces[-2]
        pieces[-2:] = name[:-1], name[-1:]  # the full stop is the name's own mark
    return [token for token, _ in cuts], pieces


def _named(piece: bytes, names: dict[bytes, bytes]) -> bytes:
    bare = piece.strip()
    return piece.replace(bare, names[bare]) if bare in names else piece


def surprisals(pieces: Sequence[bytes], nats: Iterable[float]) -> list[TokenSurprisal]:
    """Return how unexpected each piece was; pieces that share a character become one."""
    out: list[TokenSurprisal] = []
    held, cost = b"", 0.0
    for piece, nat in zip(pieces, nats, strict=True):
        held, cost = held + piece, cost + nat
        try:
            shown = held.decode()
        except UnicodeDecodeError:
            continue
        out.append(TokenSurprisal(shown, cost))
        held, cost = b"", 0.0
    return out
