"""Names of artists and titles that nobody bears: what stands in the prompts of training.

A sentence of the corpus is about no song in particular, so that its prompt gets names made of
common words. Now and then a word of the sentence itself becomes part of the title: from that the
decoder learns that a title may have something to do with the text.
"""

import random
import re
from functools import cache
from pathlib import Path

from models.conditions import read_table

_SMALL = re.compile(r"[a-z]{4,}")

OWN_WORD = 0.15
"""How often the title has a word of the sentence."""


def invented(dice: random.Random, text: str) -> tuple[str, str]:
    """Return an artist and a title for `text`."""
    return _artist(dice), _title(dice, text)


@cache
def _parts() -> dict[str, list[str]]:
    table = read_table(Path(__file__).parent / "names.txt")
    return {kind: words.split() for kind, words in table.items()}


def _artist(dice: random.Random) -> str:
    parts = _parts()
    kind = dice.random()
    if kind < 0.3:
        return f"{dice.choice(parts['people'])} {dice.choice(parts['families'])}"
    if kind < 0.4:
        return dice.choice(parts["people"])
    name = f"{dice.choice(parts['first'])} {dice.choice(parts['second'])}".title()
    if kind < 0.55:
        return f"The {name}s"
    return dice.choice(parts["second"]).title() if kind < 0.7 else name


def _title(dice: random.Random, text: str) -> str:
    first, second = _parts()["first"], _parts()["second"]
    own = _SMALL.findall(text) if dice.random() < OWN_WORD else []
    last = dice.choice(own) if own else dice.choice(second)
    kind = dice.random()
    if kind < 0.35:
        return last.title()
    if kind < 0.5:
        return f"{last} of the {dice.choice(second)}".capitalize()
    return f"{dice.choice(first)} {last}".title()
