"""The genres that the writing listens to, for completion: read from the models' data, no more."""

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources


@cache
def labels() -> tuple[str, ...]:
    """Return all kept genres and families, sorted; nothing where that file is missing.

    `conditions.json` is data beside the models: reading it loads none of their code.
    """
    try:
        text = (resources.files("models") / "conditions.json").read_text("utf-8")
        families: dict[str, list[str]] = json.loads(text)["families"]
    except (OSError, ValueError, KeyError, ModuleNotFoundError):
        return ()
    return tuple(sorted({*families, *(genre for genres in families.values() for genre in genres)}))


def split(typed: str) -> tuple[str, ...]:
    """Return the items of a list as it is typed, commas between them, each once."""
    items = (" ".join(item.split()) for item in typed.split(","))
    return tuple(dict.fromkeys(item for item in items if item))


def complete(typed: str, known: Iterable[str]) -> str | None:
    """Return `typed` with its last item completed, None where nothing begins like it."""
    head, _, last = typed.rpartition(",")
    begun = last.lstrip()
    if not begun:
        return None
    taken = {item.casefold() for item in split(head)}
    for label in known:
        if label.casefold().startswith(begun.casefold()) and label.casefold() not in taken:
            return typed + label[len(begun) :]
    return None
