"""How much each thing that is seen speaks for or against a reading being a song.

A reading's score is the sum of the weights of what was seen (`observing.py`), of the words around
it and of the signs on the whole text. It counts as a song from `THRESHOLD` on. The weights are
log-odds in spirit, set by hand in steps of a quarter and checked on headlines, requests and
everyday posts.
"""

from collections.abc import Iterable

from curator.domain.parsing import everyday
from curator.domain.parsing import vocabulary as vocab

THRESHOLD = 3.0

WEIGHTS = {
    # how artist and title are joined
    "dash": 0.25,
    "pipe": -0.25,
    "slash": -0.25,
    "colon": -1.5,
    "comma": -0.5,
    "by": 0.5,
    "possessive": 0.25,
    "beside": -0.5,
    "subject": -1.5,
    "headline verb": 1.5,
    "role": 1.0,
    "turned": -0.5,
    "loose mark": -0.5,
    "title only": -1.75,
    # how they are written
    "double quotes": 1.25,
    "single quotes": 0.75,
    "title in capitals": 1.0,
    "title as a sentence": -0.75,
    "title in small letters": -1.75,
    "quoted in small letters": -1.0,
    "artist in capitals": 1.0,
    "artist of several capitals": 0.5,
    "artist as a sentence": -2.0,
    "artist in small letters": -0.75,
    "no capitals at all": 2.0,
    "all in capitals": -0.5,
    "uncommon name": 0.5,
    "long artist": -1.0,
    "long title": -1.0,
    # what is around them
    "alone": 1.5,
    "alone on its line": 0.5,
    "opens a chain": 0.5,
    "middle of a chain": -0.5,
    "ends a chain": 0.25,
    "quote at the end": 0.75,
    "heading": 1.5,
    "asked for": 2.0,
    "guest": 2.5,
    "version": 2.0,
    "cut out of prose": -1.0,
    "runs on": -1.0,
    # signs on the whole text
    "link": 1.5,
    "notes": 1.5,
    "addressed": 0.75,
    # what it is likelier to be
    "speech": -3.0,
    "plain reply": -2.0,
    "speaker": -3.0,
    "first person": -1.5,
    "prose": -1.0,
    "artist starts as prose": -1.5,
    "punctuated inside": -1.0,
    "ends unfinished": -2.0,
    "common words": -0.25,
    "common words first": -2.0,
    "everyday heading": -2.5,
    "everyday words": -1.0,
    "nameless": -3.0,
    "described": -1.5,
    "only tags": -1.5,
    "number": -3.0,
    "time of day": -2.0,
    "maker": -3.0,
    "when or where": -3.0,
    "place": -3.0,
    "press": -2.0,
    "kind of music": -2.0,
    "album": -1.5,
}

MUSIC_WORD = 1.5
MAYBE_MUSIC_WORD = 0.75
OTHER_ART_WORD = -1.5
MOST_FROM_WORDS = 3.0
"""Words around a reading speak for or against it by this much at most."""


def score(seen: Iterable[str], words: float = 0.0) -> float:
    """Return the weight of what was seen and of the words around."""
    return sum(WEIGHTS[name] for name in seen) + words


def weigh_word(word: str) -> tuple[float, float]:
    """Return how much a casefolded word speaks for music, and how much against it."""
    if word in vocab.MUSIC:
        return MUSIC_WORD, 0.0
    if word in vocab.MAYBE_MUSIC:
        return MAYBE_MUSIC_WORD, 0.0
    if word in everyday.OTHER_ARTS:
        return 0.0, OTHER_ART_WORD
    pieces = word.removesuffix("'s").replace("/", "-").split("-")[:4]
    if pieces[0] != word and not vocab.MUSIC.isdisjoint(pieces):
        return MUSIC_WORD, 0.0
    return 0.0, 0.0
