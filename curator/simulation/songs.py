"""Invented songs for a simulation: names of nobody, conditions such as the writer knows them."""

import numpy as np

from curator.domain.records import Song
from models.conditions import condition_space
from models.drafts import Drafting
from models.learning.ratings import SPLIT_SEED
from models.pairs import matching, split

_FIRST = (
    *("Amber", "Paper", "Velvet", "Hollow", "Copper", "Distant", "Quiet", "Northern", "Salt"),
    *("Glass", "Winter", "Electric", "Painted", "Broken", "Silver", "Midnight", "Garden", "Slow"),
)
_SECOND = (
    *("Harbour", "Lanterns", "Orchard", "Comet", "Parade", "Engines", "Weather", "Meridian"),
    *("Foxes", "Static", "Avenue", "Tides", "Mirrors", "Radio", "Sparrows", "Hours", "Union"),
)


def songs(drafter: Drafting, count: int, seed: int, *, held_out: bool) -> list[Song]:
    """Return `count` songs like those of the writer's own texts.

    `held_out` ones are like songs on which nothing is trained. The same seed gives the same songs.
    """
    parts = split(drafter.prior, SPLIT_SEED)
    rows = parts.test if held_out else parts.train
    pairs = matching(drafter.prior, rows, count, seed + 1000 * held_out + 17)
    rng = np.random.default_rng([seed, held_out, 3])
    found = []
    for known in pairs.known:
        genres, features = condition_space().decode(known)
        artist, title = _name(rng), _name(rng)
        # To three digits, as services give them; the model cannot tell the difference.
        rounded = {name: float(f"{value:.3g}") for name, value in features.items()}
        found.append(Song(artist, title, genres, rounded, "simulated"))
    return found


def _name(rng: np.random.Generator) -> str:
    return f"{_FIRST[rng.integers(len(_FIRST))]} {_SECOND[rng.integers(len(_SECOND))]}"
