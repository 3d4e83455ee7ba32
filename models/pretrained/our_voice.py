"""Our own sentences with their songs, as the pages of drafts are held against them."""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from models.conditions import condition_space
from models.corpus import own_voice
from models.writer import Vector


class Sentences(NamedTuple):
    """N texts whose names are placeholders, and the condition vectors (N, width) of their songs."""

    texts: list[str]
    known: Vector


@cache
def sentences() -> Sentences:
    """Read all that ship."""
    files = (file.read_text("utf-8") for file in own_voice())
    rows = [json.loads(line) for file in files for line in file.splitlines() if line.strip()]
    encode = condition_space().encode
    known = [encode(row.get("genres", ()), row.get("features", {})) for row in rows]
    return Sentences([row["text"] for row in rows], np.stack(known))
