"""The song on top: what it is, how it sounds, who asked and in which words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len

from curator.domain.plain import shown
from curator.domain.records import FEATURES, Song
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit, pad, wrap

_NAMES: Mapping[str, str] = {
    "danceability": "danceable",
    "speechiness": "speech",
    "acousticness": "acoustic",
    "instrumentalness": "instrumental",
    "liveness": "live",
}
_NAME = 13
_BARS = (6, 4)
"""How long bars are, and how long they are where only shorter ones leave room for the request."""
_BRIEF = 5
"""With fewer lines than these, features are words in a line instead of bars."""
_VALUE = 8
_RANGES: Mapping[str, tuple[float, float]] = {"tempo": (40.0, 220.0), "loudness": (-30.0, 0.0)}
_UNITS: Mapping[str, str] = {"tempo": "BPM", "loudness": "dB"}


@dataclass(frozen=True, slots=True)
class SongFacts:
    """What is known of a request and its song. `when` is its age.

    `origin` says where genres and features came from, `doubt` that it may be another song.
    There are always `rows` lines, so that what is below stays where it is from song to song.
    """

    song: Song = field(default_factory=Song)
    text: str = ""
    author: str | None = None
    source: str = ""
    when: str = ""
    others: tuple[str, ...] = ()
    rows: int = 7
    origin: str = ""
    doubt: str = ""


class SongPanel(Sheet[SongFacts]):
    """The head of the page."""

    def lines(self, facts: SongFacts, width: int) -> Iterable[Line]:
        """Return the song, then the request."""
        lines = list(_full(facts, width) if facts.rows > _BRIEF else _brief(facts, width))
        return [*lines, *([] for _ in range(facts.rows - len(lines)))][: facts.rows]


def _full(facts: SongFacts, width: int) -> Iterable[Line]:
    song = facts.song
    lines = [_title(facts, width)]
    if song.known:
        genres = " · ".join(shown(genre, 60) for genre in song.genres)
        if facts.doubt:
            lines.append([(fit(facts.doubt, width), "warn")])
        elif not genres and not song.features:
            hint = "no genres or features known: s adds them, the writing listens to both"
            lines.append([(fit(hint, width), "faint")])
        if genres or facts.origin:
            lines += _sourced(genres, facts.origin, width)
    also = 1 if facts.others else 0
    room = facts.rows - len(lines) - also
    if song.known and song.features:
        sound = _features(song.features, width, room - 1)
        lines += sound
        room -= len(sound)
    asked = list(_asked(facts, width, max(min(room - 1, 4), 1)))
    if len(asked) < room:
        lines.append([])
    lines += asked
    if facts.others:
        others = " · ".join(shown(other, 80) for other in facts.others)
        lines.append([("also named  ", "faint"), (fit(others, max(width - 12, 1)), "muted")])
    return lines


def _brief(facts: SongFacts, width: int) -> Iterable[Line]:
    yield _title(facts, width)
    song = facts.song
    sound = [shown(genre, 40) for genre in song.genres] + _words(song.features)
    if facts.doubt:
        yield [(fit(facts.doubt, width), "warn")]
    elif sound:
        yield _sourced(" · ".join(sound), facts.origin, width)[0]
    yield from _asked(facts, width, 1 if sound or facts.doubt else 2)


def _sourced(text: str, origin: str, width: int) -> list[Line]:
    """What is known and where from, in a line if there is room for both."""
    told: Line = [(fit(origin, width), "faint")] if origin else []
    if not text:
        return [told]
    room = width - cell_len(origin) - 2
    if not origin or room < min(cell_len(text), width // 2):
        return [[(fit(text, width), "link")], *([told] if told else [])]
    return [[(f"{fit(text, room)}  ", "link"), *told]]


def _title(facts: SongFacts, width: int) -> Line:
    song = facts.song
    parts = [shown(part, 200) for part in (song.artist, song.title) if part]
    if not parts:
        return [(fit("no song", width), "warn")]
    artist = parts[0]
    line: list[tuple[str, str]] = [(fit(artist, width), "heading")]
    if len(parts) > 1 and (room := width - cell_len(artist) - 3) > 3:
        line += [(" – ", "muted"), (fit(parts[1], room), "strong")]
    return line


def _asked(facts: SongFacts, width: int, most: int) -> Iterable[Line]:
    """Who asked, where and when, and in which words."""
    who = f"@{shown(facts.author.lstrip('@'), 40)}" if facts.author else ""
    parts = [part for part in (who, shown(facts.source, 20), facts.when) if part]
    while len(parts) > 1 and cell_len(" · ".join(parts)) > width // 3:
        parts.pop()
    head = fit(" · ".join(parts), width // 2)
    text = shown(facts.text, 12 * width + 12)
    indent = cell_len(head) + 2
    lines = wrap(text, max(width - indent, 10))
    for n, line in enumerate(lines[:most]):
        if n == most - 1 and len(lines) > most:
            line = fit(line + " …" + "…" * 4, cell_len(line)) if cell_len(line) else "…"
        lead = (f"{head}  ", "faint") if n == 0 else (" " * indent, "text")
        yield [lead, (line, "muted")]


def _features(features: Mapping[str, float], width: int, room: int) -> list[Line]:
    """The features as bars, or as words where bars need more than so many lines."""
    for bar in _BARS:
        grid = list(_grid(features, width, bar))
        if len(grid) <= room:
            return grid
    lines = [""]
    for word in _words(features):
        longer = f"{lines[-1]} · {word}" if lines[-1] else word
        if cell_len(longer) > width and len(lines) < room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [[(fit(line, width), "muted")] for line in lines]


def _words(features: Mapping[str, float]) -> list[str]:
    return [
        f"{_NAMES.get(name, name)} {_value(name, features[name])}"
        for name in FEATURES
        if name in features
    ]


def _grid(features: Mapping[str, float], width: int, bar: int) -> Iterable[Line]:
    """The features as bars, in as many columns as fit, read down the columns."""
    known = [name for name in FEATURES if name in features]
    columns = max(min(width // (_NAME + bar + _VALUE), 3), 1)
    rows = -(-len(known) // columns)
    for row in range(rows):
        line: list[tuple[str, str]] = []
        for name in known[row::rows]:
            line += _cell(name, features[name], bar)
        yield line


def _cell(name: str, value: float, bar: int) -> Line:
    low, high = _RANGES.get(name, (0.0, 1.0))
    share = min(max((value - low) / (high - low), 0.0), 1.0) if value == value else 0.0
    full = round(share * bar)
    return [
        (pad(_NAMES.get(name, name), _NAME), "muted"),
        ("━" * full, "accent"),
        ("━" * (bar - full), "faint"),
        (pad(f" {_value(name, value)}", _VALUE), "muted"),
    ]


def _value(name: str, value: float) -> str:
    unit = _UNITS.get(name)
    return f"{value:.0f} {unit}" if unit else f"{value:.2f}"
