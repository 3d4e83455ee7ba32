"""What can go wrong between us and X, told apart by what the caller must do about it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

_LONGEST = 300
"""Of X's own words so many characters are kept."""


class XError(Exception):
    """X did not do what it was asked for.

    `unknown` says that it may have done it all the same: nothing that failed so may be tried
    again before reading back. `stops` says that nothing else will work either, until a person
    does something. The text never holds a secret.
    """

    unknown: bool = False
    stops: ClassVar[bool] = False


class Unreachable(XError):
    """No answer: a time-out, a dropped connection, or no connection at all (then not unknown)."""

    unknown = True

    def __init__(self, message: str, *, unknown: bool = True) -> None:
        self.unknown = unknown
        super().__init__(message)


class Garbled(XError):
    """X said yes (2xx), in words that can't be read."""

    unknown = True


class ServerTrouble(XError):
    """X itself failed (5xx)."""

    unknown = True


class Refused(XError):
    """X said no, for a reason of its own; the text is X's."""


class Duplicate(XError):
    """The account has posted this text already (403)."""


class Unsummoned(XError):
    """A reply to somebody who did not ask the account for one (403)."""


class RateLimited(XError):
    """Too many requests (429); `reset` is when more are let through, in seconds since 1970."""

    def __init__(self, message: str, reset: float | None = None) -> None:
        self.reset = reset
        super().__init__(message)


class UsageCapped(XError):
    """The month's usage is spent (429): it is not waited for."""

    stops = True


class Unpaid(XError):
    """The account has no credits left (402)."""

    stops = True


class Unauthorised(XError):
    """X does not accept the keys (401), or there are none."""

    stops = True


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> XError:
    """Return the error that an answer other than 2xx means. `headers` are looked up as given.

    Bodies are objects by the specification; lists, plain texts and nothing at all are met too.
    """
    words, kind = _said(body)
    said = f"X: {words}" if words else f"X answered {status} without a reason"
    if status >= 500:
        return ServerTrouble(f"X has trouble of its own ({status})")
    match status:
        case 401:
            advice = "`curator auth x` takes new ones"
            return Unauthorised(f"X does not accept the keys (401): {advice}. {words}".rstrip())
        case 402:
            advice = "its developer console sells some"
            return Unpaid(f"there are no credits left at X (402): {advice}. {words}".rstrip())
        case 403 if "duplicate content" in words.lower():
            return Duplicate(said)
        case 403 if "reply to this conversation is not allowed" in words.lower():
            return Unsummoned(said)
        case 429 if kind.rstrip("/").endswith("usage-capped") or "usage cap" in words.lower():
            advice = "its developer console sets the cap"
            return UsageCapped(f"the month's usage of X is spent (429): {advice}. {words}".rstrip())
        case 429:
            reset = _number(headers.get("x-rate-limit-reset"))
            when = "for a while" if reset is None else f"until {_clock(reset)}"
            return RateLimited(f"X wants fewer requests {when} (429)", reset)
    return Refused(said)


def _said(body: bytes) -> tuple[str, str]:
    """Return X's own words and the type of its problem, as far as either is there."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    problems = [answer] if isinstance(answer, dict) else answer if isinstance(answer, list) else []
    problems = [p for p in problems if isinstance(p, dict)]
    nested = [e for p in problems for e in _list(p.get("errors")) if isinstance(e, dict)]
    words = ""
    for name in ("detail", "error_description", "message", "title", "error"):
        for problem in (*problems, *nested):
            value = problem.get(name)
            if not words and isinstance(value, str):
                words = value.strip()[:_LONGEST]
    kinds = [str(p.get("type") or "") for p in (*problems, *nested)]
    return words, next((kind for kind in kinds if kind not in ("", "about:blank")), "")


def _clock(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return "later"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(text: str | None) -> float | None:
    """Return a positive number, None for whatever else a header holds."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
