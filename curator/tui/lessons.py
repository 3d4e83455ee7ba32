"""What the Learn screen says, as lines: nothing here draws, nothing here changes anything.

Words, songs and texts come from outside and have been through `clean` or `shown` before a line
is made of them. What tells how good a version is stands in `measures`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from curator.desk.learning import Pair, Running
from curator.desk.survey import Survey
from curator.domain.figures import Interval
from curator.domain.plain import shown
from curator.domain.versions import Use, Version
from curator.domain.wishes import Wish
from curator.tui.facts import song_name
from curator.tui.widgets.inked import Line
from curator.tui.wording import clean, counted, duration, fit, pad, wrap

_SAID = {
    "verdict": "verdicts", "stars": "stars", "rank": "best and worst", "edit": "edits",
    "likes": "likes on X",
}  # fmt: skip
_MOST_VERSIONS = 8
"""Versions that are listed: around the chosen one, so that what is said of it stays in view."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that the page shows; `chosen` is the name of a version, `keys` are those to name.

    `against` speaks against promoting the chosen version, `against_reward` against its reward
    alone.
    """

    survey: Survey = field(default_factory=Survey)
    looked: bool = False
    new: int = 0
    versions: tuple[Version, ...] = ()
    in_use: Use | None = None
    chosen: str = ""
    against: tuple[str, ...] = ()
    against_reward: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pairs_of: str = ""
    comparing: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> Version | None:
        """The chosen version."""
        return next((v for v in self.versions if v.name == self.chosen), None)


def versions(facts: Lessons, width: int) -> Iterator[Line]:
    """The versions, newest first, the chosen one marked."""
    yield [("Versions", "heading")]
    if not facts.versions:
        key = facts.keys["train"]
        text = f"None yet: {key} learns from the labels there are. At least 20 are needed, a few "
        text += "of them liked and a few not; 100 say a good deal."
        yield from wrapped(text, width, "muted")
        return
    newest_first = facts.versions[::-1]
    first = _first_shown(newest_first, facts.chosen)
    last = first + _MOST_VERSIONS
    yield from _left_out(first, "newer")
    for version in newest_first[first:last]:
        chosen = version.name == facts.chosen
        auc = version.figures.auc
        skill = f"AUC {interval(auc)}" if auc and version.figures.enough else "skill unknown"
        use = facts.in_use
        state = ""
        if use is not None and use.version.name == version.name:
            state = "in use" if use.generator else "in use, reward alone"
        text = f"{pad(version.name, 4)} {version.at[5:10]}  {version.labels:>5,} labels  {skill}"
        yield [
            ("▌" if chosen else " ", "rail"),
            (fit(text, width - 2 - len(state)), "strong" if chosen else "muted"),
            ("  ", "text"),
            (state, "good"),
        ]
    yield from _left_out(len(newest_first) - last, "older")


def _first_shown(versions: Sequence[Version], chosen: str) -> int:
    """Return where the list begins, such that the chosen version is in its middle if it can be."""
    at = next((n for n, version in enumerate(versions) if version.name == chosen), 0)
    return max(0, min(at - _MOST_VERSIONS // 2, len(versions) - _MOST_VERSIONS))


def _left_out(number: int, which: str) -> Iterator[Line]:
    if number > 0:
        yield [(f"  … {number:,} {which}", "faint")]


def promotion(facts: Lessons, width: int) -> Iterator[Line]:
    """Whether the chosen version may be promoted, and why not."""
    version = facts.version
    if version is None:
        return
    use = facts.in_use
    if use is not None and use.version.name == version.name and use.generator:
        insisted = ", promoted on your insistence" if use.insisted else ""
        yield [("✓ ", "good"), (fit(f"{version.name} writes now{insisted}", width - 2), "text")]
        return
    promote, alone = facts.keys["promote"], facts.keys["promote-reward"]
    if not facts.against:
        text = f"{version.name} has proved better: {promote} promotes it"
        yield [("✓ ", "good"), (fit(text, width - 2), "text")]
        return
    yield [("· ", "warn"), (fit(f"What speaks against {version.name}:", width - 2), "text")]
    for reason in facts.against:
        yield from wrapped(f"  {shown(reason, 300)}", width, "muted")
    if not facts.against_reward:
        text = f"  Its reward is good enough to choose among drafts: {alone} promotes that alone"
        yield from wrapped(text, width, "text")


def labels(facts: Lessons, width: int) -> Iterator[Line]:
    """How many labels there are, and what they come from."""
    found = facts.survey
    yield [("Labels", "heading")]
    if not facts.looked:
        yield [("looking …", "muted")]
        return
    text = f"{counted(len(found.labels), 'label')}, {found.liked:,} liked"
    if facts.versions:
        new = f"{facts.new:,} new" if facts.new > 0 else "nothing new"
        text += f", {new} since {facts.versions[-1].name}"
    yield from wrapped(text, width, "text")
    kinds = " · ".join(f"{_SAID[kind]} {number:,}" for kind, number in found.kinds.most_common())
    if kinds:
        yield from wrapped(kinds, width, "muted")


def before_and_after(facts: Lessons, width: int) -> Iterator[Line]:
    """The same songs and seeds, without and with the version that was compared."""
    if not facts.pairs and not facts.comparing:
        return
    yield [
        ("Before and after", "heading"),
        (fit("  the same songs and seeds", width - 16), "faint"),
    ]
    if facts.comparing:
        yield [("writing …", "muted")]
        return
    song = None
    half = (width - 3) // 2
    for pair in facts.pairs:
        if pair.song is not song:
            song = pair.song
            yield [(fit(song_name(song, "any song"), width), "strong")]
        left = wrap(clean(pair.before), half if width >= 100 else width - 2)
        right = wrap(clean(pair.after.text), half if width >= 100 else width - 2)
        expected = pair.after.expected
        said = "" if expected is None else f"expected {expected:.2f}"
        if width >= 100:
            yield from _beside(left, right, half)
            if said:
                yield [(pad("", half), "muted"), (" │ ", "faint"), (said, "faint")]
        else:
            yield from ([("− ", "removed"), (line, "muted")] for line in left)
            yield from ([("+ ", "added"), (line, "text")] for line in right)
            if said:
                yield [(f"  {said}", "faint")]


def _beside(left: Sequence[str], right: Sequence[str], half: int) -> Iterator[Line]:
    for n in range(max(len(left), len(right))):
        one = left[n] if n < len(left) else ""
        other = right[n] if n < len(right) else ""
        yield [(pad(one, half), "muted"), (" │ ", "faint"), (other, "text")]


def wished(wish: Wish | None) -> str:
    """Return which topics the next version goes after as well, and for how much of the reward."""
    return f"   wanted: {wish.told}" if wish else ""


def progress(running: Running, width: int, stop: str) -> Line:
    """Where a training is, with the time it has left."""
    now = running.progress
    text = f"{running.version} learns"
    if running.labels:
        text += f" from {counted(running.labels, 'label')}"
    if now is None:
        return [(fit(f"{text}: the model is being loaded · {stop} stops it", width), "link")]
    share = now.done / now.total if now.total else 0.0
    full = min(round(16 * share), 16)
    left = f" · {duration(now.seconds_left)} left" if now.seconds_left is not None else ""
    said = f"{text}: {shown(now.phase, 30)} "
    end = f"{left} · {stop} stops it"
    return [
        (fit(said, width - 17 - len(end)), "link"),
        ("━" * full, "link"),
        ("━" * (16 - full), "faint"),
        (end, "muted"),
    ]


def still_learning(running: Running) -> str:
    """Return that a training is not done yet, and how long it has left as far as that is known."""
    left = running.progress.seconds_left if running.progress else None
    said = f"{running.version} is still learning"
    return said if left is None else f"{said}, {duration(left)} left"


def interval(of: Interval) -> str:
    """A figure with its interval."""
    return f"{of.value:.2f} ({of.low:.2f}–{of.high:.2f})"


def wrapped(text: str, width: int, ink: str) -> Iterator[Line]:
    """Lines of a text that keep its indent."""
    indent = " " * (len(text) - len(text.lstrip()))
    for line in wrap(text.strip(), max(width - len(indent), 12)):
        yield [(indent, "text"), (line, ink)]
