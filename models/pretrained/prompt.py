"""What the decoder is told of a song, in words.

Genres and features arrive as the condition vector that all models share, so that whatever makes
such vectors (a corpus, a request, an LC-GAN's pairs) can ask this model too. A feature that is not
known is not spoken of; one that is ordinary is spoken of where that says something.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space

Floats = NDArray[np.float32]

LONGEST_PROMPT = 48
"""Tokens of a prompt."""
_NAMES = (80, 40, 20, 10, 0)
"""Characters of a name: fewer where the prompt would be too long."""

_EDGES = (-1.2, -0.4, 0.4, 1.2)
"""Z-scores between which a feature has one word."""

_WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "energy": ("very calm", "calm", "moderate", "energetic", "fierce"),
    "valence": ("bleak", "sad", "bittersweet", "happy", "joyful"),
    "tempo": ("very slow", "slow", "mid-tempo", "fast", "very fast"),
    "danceability": ("free in rhythm", "loose", "", "danceable", "made for dancing"),
    "acousticness": ("", "electric", "half acoustic", "acoustic", "all acoustic"),
    "instrumentalness": ("", "sung", "", "mostly instrumental", "instrumental"),
    "speechiness": ("", "", "", "spoken in places", "spoken"),
    "liveness": ("", "", "", "", "live"),
    "loudness": ("very quiet", "quiet", "", "loud", "very loud"),
}


def sound(known: Floats) -> list[str]:
    """Return the words for the features of a condition vector, (width,)."""
    space = condition_space()
    count = len(space.features)
    scores, masks = known[space.labels : space.labels + count], known[space.labels + count :]
    words = []
    for name, score, mask in zip(space.features, scores, masks, strict=True):
        if mask > 0:
            words.append(_WORDS[name][int(np.searchsorted(_EDGES, score))])
    return [word for word in words if word]


def genres(known: Floats) -> list[str]:
    """Return the genres of a condition vector, and families that no genre stands for."""
    space = condition_space()
    count = len(space.genres)
    given = [g for g, on in zip(space.genres, known[:count], strict=True) if on > 0]
    families = zip(space.families, known[count : space.labels], strict=True)
    covered = {kept.family for genre in given if (kept := space.keep(genre))}
    return [*given, *(f for f, on in families if on > 0 and f not in covered)]


class _Encoder(Protocol):
    def encode(self, text: str) -> list[int]: ...


def told(
    tokenizer: _Encoder,
    known: Floats,
    artist: str | None = None,
    title: str | None = None,
    *,
    voice: bool = True,
) -> list[int]:
    """Return the tokens of a prompt, at most `LONGEST_PROMPT`.

    Where there are too many, names are cut; where that is not enough, the beginning is left out.
    """
    for most in _NAMES:
        text = prompt(known, voice=voice, artist=artist, title=title, most=most)
        tokens = tokenizer.encode(text)
        if len(tokens) <= LONGEST_PROMPT:
            break
    return tokens[-LONGEST_PROMPT:]


def prompt(
    known: Floats,
    *,
    voice: bool = True,
    artist: str | None = None,
    title: str | None = None,
    most: int = _NAMES[0],
) -> str:
    """Return what stands before the text, for a condition vector (width,) and names.

    `voice` asks for our own manner, else for a description. Line breaks in names become spaces,
    and names have at most `most` characters.
    """
    names = " - ".join(_filled([_one_line(artist, most), _one_line(title, most)]))
    parts = [names, ", ".join(genres(known)), ", ".join(sound(known))]
    return f"{' | '.join(_filled(parts))}\n{'Post' if voice else 'Description'}:"


def _filled(words: Sequence[str]) -> list[str]:
    return [word for word in words if word]


def _one_line(name: str | None, most: int) -> str:
    return " ".join((name or "").split())[:most].rstrip()
