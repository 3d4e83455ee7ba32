"""What a text about how a song sounds must not say: facts that nobody checked, names not given.

A model that has read much knows of albums, dates and people, and is often wrong about them. The
patterns of `claims.txt` catch what reads like such a claim; a capital within a sentence that our
own sentences do not have is taken for a name.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

_INNER_CAPITAL = re.compile(r"(?<=[a-z,;:'\"-] )['\"]?([A-Z][A-Za-z']*)")


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    lines = (Path(__file__).parent / "claims.txt").read_text("utf-8").splitlines()
    told = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return [(kind, re.compile(expression, re.IGNORECASE)) for kind, _, expression in told]


def claims(text: str) -> list[str]:
    """Return the kinds of claims in a text, each once, in the order of `claims.txt`."""
    return list(dict.fromkeys(kind for kind, found in _patterns() if found.search(text)))


def capitals(texts: Iterable[str]) -> list[str]:
    """Return the words that have a capital within a sentence of `texts`, in order."""
    return sorted({word for text in texts for word in _INNER_CAPITAL.findall(text)})


def strange_names(text: str, known: Collection[str]) -> list[str]:
    """Return what looks like a name in a text with placeholders and is none of the `known`."""
    return [w for w in _INNER_CAPITAL.findall(text) if w not in known and w.split("'")[0] != "I"]
