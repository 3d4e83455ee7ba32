"""What approving a text will do: a reply or a plain post, why, and for how much.

A reply is let through only where its author asked for one: who mentioned the account did. On
everything else X refuses replies from programs since February 2026, and a plain post remains.
"""

from dataclasses import dataclass
from typing import Literal

from curator.domain.plain import shown
from curator.domain.prices import POST, SUMMONED_REPLY, price_of
from curator.domain.records import Request
from curator.domain.tweet_text import accidental_urls, preview, weigh

Kind = Literal["reply", "post", "blocked", "none"]
Wanted = Literal["x", "all", "none"]

MENTION = "mention"
TIMELINE = "timeline"
"""What requests from X have as their `source`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What approving a text will do, as it is known before.

    `kind` is a reply, a plain post, `blocked` where the text can't be posted as it reads, or
    `none` where nothing is to be posted. `price` is in dollars; `reason` and `warnings` are
    sentences for the curator.
    """

    kind: Kind
    reason: str
    price: float = 0.0
    reply_to: str | None = None
    warnings: tuple[str, ...] = ()


def plan(request: Request, text: str, wanted: Wanted = "x") -> Plan:
    """Return what posting this text for this request would be.

    `wanted` says which requests are answered by a post at all: those from X, all, or none.
    """
    from_x = request.source in (MENTION, TIMELINE)
    if wanted == "none" or (wanted == "x" and not from_x):
        return Plan("none", "it did not come from X" if not from_x else "posting is switched off")
    reply_to = request.ref if request.source == MENTION else None
    author = (request.author or "").lstrip("@")
    kind: Kind = "post" if reply_to is None else "reply"
    weighed = weigh(text, reply_to=[author] if reply_to and author else [])
    price = price_of(reply=reply_to is not None, links=len(weighed.urls))
    if not weighed.valid:
        return Plan("blocked", _fault(weighed.left, weighed.invalid), 0.0, reply_to)
    return Plan(kind, _reason(request, kind), price, reply_to, tuple(_warnings(text, kind, author)))


def _reason(request: Request, kind: Kind) -> str:
    if kind == "reply":
        return "a reply: its author mentioned the account"
    if request.source == TIMELINE:
        return "a plain post: without a mention X lets no reply through"
    return "a plain post: the request is not on X"


def _fault(left: int, invalid: tuple[str, ...]) -> str:
    if left < 0:
        over = "character" if left == -1 else "characters"
        return f"it is {-left} {over} too long"
    if invalid:
        return f"X refuses the character U+{ord(invalid[0]):04X} in it"
    return "there is nothing in it"


def _warnings(text: str, kind: Kind, author: str) -> list[str]:
    found = []
    plain = SUMMONED_REPLY if kind == "reply" else POST
    for url in accidental_urls(text):
        dear = price_of(reply=kind == "reply", links=1)
        found.append(f"{shown(url.text)} becomes a link: ${dear:.3f} instead of ${plain:.3f}")
    called = [piece.text for piece in preview(text) if piece.kind == "mention"]
    others = [name for name in called if name.lstrip("@＠").lower() != author.lower()]
    return found + [f"it calls {shown(name)}, who did not ask" for name in others]
