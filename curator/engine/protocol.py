"""Messages as lines: one JSON object each.

`to_line` and `from_line` are each other's inverse, but for half surrogate pairs, which UTF-8 cannot
carry and which become "?".
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from curator.engine.messages import Message


class ProtocolError(ValueError):
    """A line that is no message of this protocol."""


_KINDS: Mapping[str, type[Any]] = {cls.kind: cls for cls in get_args(Message)}
_HINTS: Mapping[str, Mapping[str, Any]] = {
    kind: {name: hint for name, hint in get_type_hints(cls).items() if name != "kind"}
    for kind, cls in _KINDS.items()
}


def to_line(message: Message) -> bytes:
    """Return the message as one line of UTF-8 JSON, line break included."""
    body = {"type": message.kind} | asdict(message)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace") + b"\n"


def from_line(line: bytes) -> Message:
    """Read a line back. Raises `ProtocolError` for anything `to_line` would not write."""
    try:
        body = json.loads(line)
        kind = body.pop("type")
        hints = _HINTS[kind]
        if unknown := body.keys() - hints.keys():
            raise ProtocolError(f"unknown fields {sorted(unknown)}")
        message: Message = _KINDS[kind](**{n: _read(v, hints[n]) for n, v in body.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"not a message: {line[:200]!r} ({error})") from error
    return message


def _read(value: Any, hint: Any) -> Any:
    """Return a JSON value as the type that a field has. Raises ProtocolError if it is another."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:  # the only unions are optional scalars
        return None if value is None else _read(value, args[0])
    if origin is list and isinstance(value, list):
        return [_read(item, args[0]) for item in value]
    if origin is dict and isinstance(value, dict):
        return {key: _read(item, args[1]) for key, item in value.items()}
    if origin is tuple and isinstance(value, list) and len(value) == len(args):
        return tuple(_read(item, arg) for item, arg in zip(value, args, strict=True))
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise ProtocolError(f"{value!r:.80} is no {hint}")
    return value
