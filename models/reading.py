"""What all writers do to read a text: names made placeholders, costs laid out on its pieces."""

from collections.abc import Iterable, Sequence

from models.tokenizer import PLACEHOLDERS
from models.units import Tokenizer, cut
from models.writer import Conditions, TokenSurprisal


def template_of(
    tokenizer: Tokenizer, text: str, conditions: Conditions
) -> tuple[list[int], list[bytes]]:
    """Return a text's tokens, names made placeholders again, and the bytes each stands for."""
    names: dict[bytes, bytes] = {}
    for mark, name in zip(PLACEHOLDERS, (conditions.artist, conditions.title), strict=True):
        if name and name in text:
            text = text.replace(name, mark, 1)
            names[mark.encode()] = name.encode(errors="replace")
    cuts = cut(tokenizer, text)
    pieces = [_named(piece, names) for _, piece in cuts]
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
