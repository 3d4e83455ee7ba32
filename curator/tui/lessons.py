"""What the Learn screen says, as lines: nothing here draws, nothing here changes anything.

Words, songs and texts come from outside and have been through `clean` or `shown` before a line
is made of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from curator.desk.learning import Pair, Running
from curator.desk.survey import Survey
from curator.domain.arms import Rate
from curator.domain.figures import Figures, Interval, Liking
from curator.domain.plain import shown
from curator.domain.records import Arm
from curator.domain.versions import BEST_OF, MOST_ALIKE, STEERED, Use, Version, signed
from curator.tui.facts import song_name
from curator.tui.widgets.inked import Line
from curator.tui.wording import clean, counted, fit, pad, wrap

ARMS: tuple[tuple[Arm | None, str, str], ...] = (
    (None, "before", "faint"),
    ("control", "control", "muted"),
    ("best-of", "best of 8", "link"),
    ("steered", "steered", "accent"),
)
_BAR = 24
_LIKINGS = 14
_SAID = {
    "verdict": "verdicts", "stars": "stars", "rank": "best and worst", "edit": "edits",
    "likes": "likes on X",
}  # fmt: skip


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
        yield from _wrapped(text, width, "muted")
        return
    for version in reversed(facts.versions):
        chosen = version.name == facts.chosen
        auc = version.figures.auc
        skill = f"AUC {_interval(auc)}" if auc and version.figures.enough else "skill unknown"
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
        yield from _wrapped(f"  {shown(reason, 300)}", width, "muted")
    if not facts.against_reward:
        text = f"  Its reward is good enough to choose among drafts: {alone} promotes that alone"
        yield from _wrapped(text, width, "text")


def skill(facts: Lessons, width: int) -> Iterator[Line]:
    """How well the chosen version's reward knows the curator's taste."""
    version = facts.version
    if version is None:
        return
    figures = version.figures
    yield [("Taste, on songs not seen", "heading")]
    if not figures.enough or figures.auc is None:
        said = shown(figures.verdict, 300) or "too few labels to know"
        yield from _wrapped(said, width, "warn")
    if figures.auc is not None:
        auc = figures.auc
        bar = _interval_bar(auc, _BAR, "accent")
        yield [(pad("AUC", 12), "muted"), *bar, (f"  {_interval(auc)}", "text")]
        yield [(pad("", 12), "text"), (" " * (_BAR // 2) + "┴ chance", "faint")]
    if figures.brier is not None:
        usual = figures.brier_of_the_mean
        beside = f", {usual:.3f} by always saying the mean" if usual is not None else ""
        text = f"{figures.brier.value:.3f}{beside}"
        yield [(pad("Brier", 12), "muted"), (fit(text, width - 12), "text")]
    if figures.calibration is not None:
        text = f"{figures.calibration.value:.3f} off on average"
        yield [(pad("calibration", 12), "muted"), (fit(text, width - 12), "text")]
    text = f"{counted(figures.ratings, 'label')}, {figures.liked:,} liked, "
    yield [(fit(text + counted(figures.songs, "song"), width), "faint")]


def guards(facts: Lessons, width: int) -> Iterator[Line]:
    """The arms on held-out songs: what chose them, a second judge, and how alike they are."""
    version = facts.version
    if version is None or not version.figures.arms:
        return
    figures = version.figures
    name = min(22, max(12, width - 35))
    yield [("Guards", "heading"),
           (fit(f"  {counted(figures.compared_songs, 'song')}, {figures.drafts} drafts a text",
                width - 6), "faint")]  # fmt: skip
    head = f"{pad('', name)}{'own':>5}{'second judge':>18}{'alike':>6}{'words':>6}"
    yield [(fit(head, width), "faint")]
    for arm in figures.arms:
        own = f"{arm.own.value:.2f}" if arm.own is not None else "–"
        second = _interval(arm.second) if arm.second else "–"
        alike = f"{arm.alike:.2f}" if arm.alike is not None else "–"
        distinct = f"{arm.distinct:.2f}" if arm.distinct is not None else "–"
        ink = "strong" if arm.name == STEERED else "muted"
        text = f"{pad(shown(arm.name, 40), name)}{own:>5}{second:>18}{alike:>6}{distinct:>6}"
        yield [(fit(text, width), ink)]
    for warning in _warnings(figures):
        yield from _wrapped(f"⚠ {warning}", width, "bad")
    for text, over in (
        ("over best-of", figures.over_best_of),
        ("over in use", figures.over_current),
    ):
        if over is not None:
            ink = "good" if over.low > 0 else "bad" if over.high < 0 else "warn"
            yield [(pad(text, name), "muted"), (fit(signed(over), width - name), ink)]


def _warnings(figures: Figures) -> Iterator[str]:
    best, own = figures.arm(BEST_OF), figures.arm(STEERED)
    if best is None or own is None:
        return
    if best.own is not None and own.own is not None and own.own.value > best.own.value:
        over = figures.over_best_of
        if over is not None and figures.by_second and over.low <= 0:
            yield "its own judge is pleased and the second is not: the reward may be hacked"
    if best.alike and own.alike and own.alike > best.alike * (1 + MOST_ALIKE):
        yield f"texts become alike: self-BLEU {own.alike / best.alike - 1:+.0%}"


def approvals(facts: Lessons, width: int) -> Iterator[Line]:
    """How each arm did at the desk, over all and over time."""
    rates = facts.survey.rates
    yield [("Approved at the desk", "heading")]
    if not rates:
        yield [("nothing is judged yet", "muted")]
        return
    for arm, name, ink in ARMS:
        if (rate := rates.get(arm)) is not None:
            low, high = rate.interval
            cells = max(8, min(_BAR, width - 34))
            bar = _interval_bar(Interval(rate.share, low, high), cells, ink)
            text = f" {rate.share:>4.0%} ({low:.0%}–{high:.0%}) of {rate.judged:,}"
            yield [(pad(name, 10), ink), *bar, (fit(text, width - 10 - cells), "text")]
    if len(facts.survey.periods) > 1:
        names = [(arm, name, ink) for arm, name, ink in ARMS if arm in rates]
        each = max(10, min(13, (width - 12) // len(names)))
        head = "".join(f"{name:>{each}}" for _, name, _ in names)
        yield [(fit(f"{pad('over time', 12)}{head}", width), "faint")]
        for period in facts.survey.periods:
            when = _span(period.start, period.end)
            line: list[tuple[str, str]] = [(pad(when, 12), "muted")]
            line += [(f"{_rate(period.rates.get(arm)):>{each}}", ink) for arm, _, ink in names]
            yield line


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "–"
    low, high = rate.interval
    return f"{rate.share:.0%} {100 * low:.0f}–{100 * high:.0f}"


def _span(start: str, end: str) -> str:
    one, other = start[5:10], end[5:10]
    return one if one == other else f"{one}–{other}"


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
    yield from _wrapped(text, width, "text")
    kinds = " · ".join(f"{_SAID[kind]} {number:,}" for kind, number in found.kinds.most_common())
    if kinds:
        yield from _wrapped(kinds, width, "muted")


def likings(facts: Lessons, width: int) -> Iterator[Line]:
    """What the chosen version's reward likes and dislikes."""
    version = facts.version
    if version is None or not version.figures.likings:
        return
    found = version.figures.likings
    likes = sorted((x for x in found if x.weight > 0), key=lambda x: -x.weight)
    dislikes = sorted((x for x in found if x.weight < 0), key=lambda x: x.weight)
    for title, some, ink in (("It likes", likes, "good"), ("It dislikes", dislikes, "bad")):
        if not some:
            continue
        yield [(title, "heading")]
        by_kind: dict[str, list[Liking]] = {}
        for liking in some[:_LIKINGS]:
            by_kind.setdefault(liking.kind, []).append(liking)
        for kind, of in by_kind.items():
            words = ", ".join(clean(x.name)[:40] for x in of)
            yield from _wrapped(f"{shown(kind, 20)}: {words}", width, ink)


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
        one, other = pair.before, pair.after
        left = wrap(clean(one.text), half if width >= 100 else width - 2)
        right = wrap(clean(other.text), half if width >= 100 else width - 2)
        if width >= 100:
            yield from _beside(left, right, half)
        else:
            yield from ([("− ", "removed"), (line, "muted")] for line in left)
            yield from ([("+ ", "added"), (line, "text")] for line in right)
        if other.expected is not None:
            before = f"{one.expected:.2f} → " if one.expected is not None else ""
            yield [(fit(f"expected {before}{other.expected:.2f}", width), "faint")]


def _beside(left: Sequence[str], right: Sequence[str], half: int) -> Iterator[Line]:
    for n in range(max(len(left), len(right))):
        one = left[n] if n < len(left) else ""
        other = right[n] if n < len(right) else ""
        yield [(pad(one, half), "muted"), (" │ ", "faint"), (other, "text")]


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
    left = f" · {now.seconds_left:.0f} s left" if now.seconds_left is not None else ""
    said = f"{text}: {shown(now.phase, 30)} "
    end = f"{left} · {stop} stops it"
    return [
        (fit(said, width - 17 - len(end)), "link"),
        ("━" * full, "link"),
        ("━" * (16 - full), "faint"),
        (end, "muted"),
    ]


def _interval(of: Interval) -> str:
    return f"{of.value:.2f} ({of.low:.2f}–{of.high:.2f})"


def _interval_bar(of: Interval, cells: int, ink: str) -> Line:
    """A line of cells from 0 to 1: the interval drawn, the figure a dot in it."""

    def cell(value: float) -> int:
        return max(0, min(cells - 1, round(value * (cells - 1))))

    first, last, at = cell(of.low), cell(of.high), cell(of.value)
    return [
        ("·" * first, "faint"),
        ("─" * (at - first), ink),
        ("●", ink),
        ("─" * (last - at), ink),
        ("·" * (cells - 1 - last), "faint"),
    ]


def _wrapped(text: str, width: int, ink: str) -> Iterator[Line]:
    indent = " " * (len(text) - len(text.lstrip()))
    for line in wrap(text.strip(), max(width - len(indent), 12)):
        yield [(indent, "text"), (line, ink)]
