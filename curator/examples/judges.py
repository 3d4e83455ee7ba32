"""Judges for `curator simulate`: each takes a text and a song, and would post it or not.

A judge is any such function, in any file: True or False, or 1 to 5 (4 and 5 are posted). The song
is a dictionary with artist, title, genres (a list) and features (a dictionary by name). With the
small model's unselected texts each of the first three says yes about one time in five. The others,
`half_…`, share half of the taste of one of them: as a second judge they show how much of what was
gained with the first only pleases the first.
"""

import re
from typing import Any

SOUNDS = {
    *("hiss", "hisses", "hum", "hums", "buzz", "buzzes", "crackle", "crackles", "rattle"),
    *("rattles", "thud", "thuds", "thump", "thumps", "click", "clicks", "clatter", "clang"),
    *("snap", "snaps", "crack", "cracks", "creak", "rumble", "rumbles", "roar", "roars"),
    *("whistle", "whistles", "shimmer", "shimmers", "ring", "rings", "ringing", "fizz", "squeak"),
    *("scrape", "static", "clap", "claps", "stomp", "stomps", "pulse", "feedback", "echo"),
    *("echoes", "whisper", "whispers", "shout", "shouts", "scream", "screams", "snare", "kick"),
    *("cymbal", "cymbals", "hi-hat", "tambourine", "bell", "bells", "strum", "strums"),
}
CLICHES = (
    *("the room", "the whole", "takes its time", "never once", "the drummer", "the floor"),
    *("in the middle", "the same", "the chorus", "like a", "until the", "it is", "and the"),
    *("has to", "that has", "seems to", "and a ", "to be", "in the"),
)
TEXTURES = {"soft", "warm", "rough", "thin", "bright", "dusty", "heavy", "sharp", "dry", "sweet"}
INSTRUMENTS = {"guitar", "piano", "bass", "drums", "organ", "synth", "voice", "strings", "horns"}
HABITS = ("you can", "with the", "of the", "on the", "a little", "as if", "for a", "to the")


def concrete_sounds(text: str, song: dict[str, Any]) -> bool:
    """Likes words that name a sound, or what makes it."""
    del song
    return any(word in SOUNDS for word in _words(text))


def short_and_dry(text: str, song: dict[str, Any]) -> bool:
    """Likes short, plain lines: at most eleven words, no comma, no exclamation."""
    del song
    return len(_words(text)) <= 11 and "," not in text and "!" not in text


def no_cliches(text: str, song: dict[str, Any]) -> bool:
    """Dislikes everything that holds a phrase from a list."""
    del song
    lowered = text.lower()
    return not any(phrase in lowered for phrase in CLICHES)


def half_concrete_sounds(text: str, song: dict[str, Any]) -> bool:
    """Likes every second one of those sounds, and words for textures."""
    del song
    wanted = {*sorted(SOUNDS)[::2], *TEXTURES}
    return any(word in wanted for word in _words(text))


def half_short_and_dry(text: str, song: dict[str, Any]) -> bool:
    """Likes lines as short; instead of dryness it wants an instrument."""
    del song
    words = _words(text)
    return len(words) <= 11 and any(word in INSTRUMENTS for word in words)


def half_no_cliches(text: str, song: dict[str, Any]) -> bool:
    """Dislikes every second one of those phrases, and others."""
    del song
    lowered = text.lower()
    return not any(phrase in lowered for phrase in (*CLICHES[::2], *HABITS))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.lower())
