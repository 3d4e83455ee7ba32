"""From what people tagged to genres: spelled one way, counted, and without all that is no genre.

Which of them the writing knows is the models' affair; here only what is no genre at all goes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

MOST = 8
"""So many genres of a song are kept."""

_NO_GENRE = re.compile(
    r"seen live|favou?rites?|fav(e|s)?|love(d| it| this)?|awesome|beautiful|best( .*)?|good|great"
    r"|cool|amazing|epic|catchy|sexy|nice|hot|check ?out|to listen|listened|wish ?list|owned?"
    r"|my .*|i .*|spotify|last\.?fm|youtube|itunes|amazon|vinyl|cd|single|album|ep|lp|various"
    r"|unknown|other|misc(ellaneous)?|none|nan|null|n/a|todo|fixme|test|under \d+.*"
    r"|\d+ of \d+.*|top ?\d*.*"
    r"|(fe)?male( .*)?|women|men|girls?|boys?|vocals?|singers?|band|artist|composer|producer|duo"
    r"|group|cover(s|ed)?|remix|live|demo"
    r"|\d{1,4}s?|(18|19|20)\d\ds?|(early|mid|late) .*\d0s|\d0s"
    r"|american|british|english|scottish|irish|welsh|canadian|australian|german|french|italian"
    r"|spanish|swedish|norwegian|danish|finnish|icelandic|dutch|belgian|japanese|korean|chinese"
    r"|brazilian|mexican|russian|polish|usa?|uk|u\.k\.|u\.s\.|england|germany|france|japan|sweden"
    r"|canada|australia|europe(an)?|death by .*|.* discography|.*compilation.*"
    r"|.*musicbrainz.*|.*https?:.*|.*www\..*|\W*"
)
_SPELLINGS: Mapping[str, str] = {
    "hip-hop": "hip hop", "hiphop": "hip hop", "rap/hip hop": "hip hop", "hip-hop/rap": "hip hop",
    "rnb": "r&b", "r and b": "r&b", "r'n'b": "r&b", "r & b": "r&b", "rhythm and blues": "r&b",
    "rhythm & blues": "r&b", "drum & bass": "drum and bass", "drum n bass": "drum and bass",
    "drum'n'bass": "drum and bass", "dnb": "drum and bass", "d&b": "drum and bass",
    "rock & roll": "rock and roll", "rock n roll": "rock and roll", "rock 'n' roll":
    "rock and roll", "rock'n'roll": "rock and roll", "electronica/dance": "electronica",
    "synth pop": "synth-pop", "synthpop": "synth-pop", "lofi": "lo-fi", "lo fi": "lo-fi",
    "avantgarde": "avant-garde", "kpop": "k-pop", "jpop": "j-pop", "post punk": "post-punk",
    "post rock": "post-rock", "trip-hop": "trip hop", "triphop": "trip hop", "alt rock":
    "alternative rock", "alternative": "alternative rock", "alt-rock": "alternative rock",
    "electro-pop": "electropop", "electro pop": "electropop",
    "idm - intelligent dance music": "idm", "nu-metal": "nu metal", "new-wave": "new wave",
    "dream-pop": "dream pop", "shoegazing": "shoegaze", "singer/songwriter": "singer-songwriter",
    "singer songwriter": "singer-songwriter", "psych rock": "psychedelic rock",
}  # fmt: skip


def tidy(tag: str) -> str | None:
    """Return a tag as the name of a genre, None if it names none."""
    name = " ".join(tag.casefold().replace("_", " ").replace("’", "'").split()).strip(" .,;:#\"'")
    name = _SPELLINGS.get(name, name)
    if not 2 <= len(name) <= 40 or _NO_GENRE.fullmatch(name):
        return None
    return name if any(char.isalpha() for char in name) else None


def genres_of(names: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """Return names of genres tidied up, in their order."""
    return tuple(dict.fromkeys(g for name in names if (g := tidy(name)) is not None))[:most]


def voted(votes: Iterable[tuple[str, float]], most: int = MOST) -> tuple[str, ...]:
    """Return the genres that got the most votes, one of several spellings of a tag.

    Those with less than a tenth of the first one's votes are somebody's joke or mistake.
    """
    counted: dict[str, float] = defaultdict(float)
    for tag, count in votes:
        genre = tidy(tag)
        if genre is not None and count > 0:
            counted[genre] += count
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(g for g, count in ranked if count >= 0.1 * ranked[0][1])[:most]
