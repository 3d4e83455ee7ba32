"""How good a version is, and how the arms do at the desk, as lines of the Learn screen."""

from collections.abc import Iterator

from curator.domain.arms import Rate
from curator.domain.figures import Figures, Interval, Liking
from curator.domain.plain import shown
from curator.domain.records import Arm
from curator.domain.versions import BEST_OF, MOST_ALIKE, STEERED, signed
from curator.tui.lessons import Lessons, interval, wrapped
from curator.tui.widgets.inked import Line
from curator.tui.wording import clean, counted, fit, pad

ARMS: tuple[tuple[Arm | None, str, str], ...] = (
    (None, "without", "faint"),  # nothing learnt was in use
    ("control", "control", "muted"),
    ("best-of", "best of 8", "link"),
    ("steered", "steered", "accent"),
)
_BAR = 24
_LIKINGS = 14


def skill(facts: Lessons, width: int) -> Iterator[Line]:
    """How well the chosen version's reward knows the curator's taste."""
    version = facts.version
    if version is None:
        return
    figures = version.figures
    yield [("Taste, on songs not seen", "heading")]
    if not figures.enough or figures.auc is None:
        said = shown(figures.verdict, 300) or "too few labels to know"
        yield from wrapped(said, width, "warn")
    if figures.auc is not None:
        auc = figures.auc
        bar = _interval_bar(auc, _BAR, "accent")
        yield [(pad("AUC", 12), "muted"), *bar, (f"  {interval(auc)}", "text")]
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
        second = interval(arm.second) if arm.second else "–"
        alike = f"{arm.alike:.2f}" if arm.alike is not None else "–"
        distinct = f"{arm.distinct:.2f}" if arm.distinct is not None else "–"
        ink = "strong" if arm.name == STEERED else "muted"
        text = f"{pad(shown(arm.name, 40), name)}{own:>5}{second:>18}{alike:>6}{distinct:>6}"
        yield [(fit(text, width), ink)]
    for warning in _warnings(figures):
        yield from wrapped(f"⚠ {warning}", width, "bad")
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
            yield from wrapped(f"{shown(kind, 20)}: {words}", width, ink)


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
