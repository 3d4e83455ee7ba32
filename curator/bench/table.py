"""What was found, as a table for people."""

from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curator.bench.results import Bar, Measure
from curator.bench.spread import Spread
from curator.bench.suite import Outcome

WIDTH = 100
"""Where the output is no terminal."""


def console() -> Console:
    """Return where to print: the terminal as wide as it is, a file wide enough for the table."""
    screen = Console(highlight=False, markup=False, emoji=False)
    if not screen.is_terminal:
        screen = Console(highlight=False, markup=False, emoji=False, width=WIDTH)
    return screen


def of_machine(facts: dict[str, Any]) -> str:
    """Return the machine in a line."""
    memory = f", {facts['memory_gb']:g} GB" if facts["memory_gb"] else ""
    return (
        f"{facts['processor']}, {facts['cores']} cores{memory}; {facts['disk']}; "
        f"{facts['system']}; Python {facts['python']}, torch {facts['torch']}, "
        f"Textual {facts['textual']}"
    )


def of_outcome(outcome: Outcome) -> Group:
    """Return what one benchmark found, or why it found nothing."""
    heading = Text(outcome.name, style="bold")
    if outcome.result is None:
        return Group(heading, Text(f"  could not be measured: {outcome.error}"), Text())
    heading.append(f" · {outcome.result.about}{_load(outcome)}", style="not bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for name in ("repeats", "median", "p95", "p99", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    for measure in outcome.result.measures:
        _add(table, measure)
    notes = [Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in outcome.result.notes]
    return Group(heading, Padding(table, (0, 0, 0, 2)), *notes, Text())


def summary(bars: list[Bar], errors: int) -> str:
    """Return the whole in a line."""
    missed = sum(not bar.holds for bar in bars)
    parts = [f"{len(bars) - missed} of {len(bars)} bars hold"]
    if missed:
        parts.append(f"{missed} missed")
    if errors:
        parts.append(f"{errors} could not be measured")
    return ", ".join(parts)


def _add(table: Table, measure: Measure) -> None:
    """Add a measure, its baselines below it, and what its bars say."""
    unit = measure.unit
    table.add_row(Text(measure.name, style="bold"), *_numbers(measure.spread, unit), "")
    for beside in measure.beside:
        shown = _ratio(measure.ratio(beside))
        table.add_row(Text(f"  {beside.name}"), *_numbers(beside.spread, unit), shown)
    for bar in measure.bars:
        verdict, style = ("holds", "green") if bar.holds else ("missed", "bold red")
        table.add_row(Text.assemble("  ", (verdict, style), f": {bar.says}; is {bar.found:.3g}"))


def _numbers(spread: Spread, unit: str) -> list[str]:
    values = (spread.median, spread.p95, spread.p99)
    return [f"{spread.repeats:,}", *(_number(value, unit) for value in values)]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{shown} {unit}"


def _ratio(ratio: float) -> str:
    """Return a ratio to be read at a glance: 2.6×, or 1/4,200 where ours is so much less."""
    return f"{ratio:.3g}×" if ratio > 0.01 else f"1/{1 / ratio:,.0f}"


def _load(outcome: Outcome) -> str:
    before, after = outcome.loads
    if before is None or after is None:
        return ""
    return f" · load {before[0]:.2f} before, {after[0]:.2f} after"
