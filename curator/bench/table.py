"""What was found, as a table for people."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curator.bench.results import Bar, Measure
from curator.bench.spread import Spread
from curator.bench.suite import Outcome

WIDTH = 118
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
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for name in ("", "median", "p95", "p99", "beside", "median", "ratio", "bar"):
        number = name in ("median", "p95", "p99", "ratio")
        table.add_column(name, justify="right" if number else "left", no_wrap=number)
    for measure in outcome.result.measures:
        for row in _rows(measure):
            table.add_row(*row)
    notes = [Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in outcome.result.notes]
    return Group(heading, table, *notes, Text())


def summary(bars: list[Bar], errors: int) -> str:
    """Return the whole in a line."""
    missed = sum(not bar.holds for bar in bars)
    parts = [f"{len(bars) - missed} of {len(bars)} bars hold"]
    if missed:
        parts.append(f"{missed} missed")
    if errors:
        parts.append(f"{errors} could not be measured")
    return ", ".join(parts)


def _rows(measure: Measure) -> Iterator[list[Text]]:
    """Yield a line for each baseline or bar, whichever are more, and at least one."""
    spread = measure.spread
    for number in range(max(1, len(measure.beside), len(measure.bars))):
        row = [Text() for _ in range(8)]
        if number == 0:
            row[0] = Text(f"{measure.name} ({spread.repeats})")
            row[1] = Text(_number(spread.median, measure.unit))
            row[2:4] = [Text(_number(value, measure.unit)) for value in _tail(spread)]
        if number < len(measure.beside):
            beside = measure.beside[number]
            row[4] = Text(f"{beside.name} ({beside.spread.repeats})")
            row[5] = Text(_number(beside.spread.median, measure.unit))
            row[6] = Text(f"{measure.ratio(beside):.3g}×")
        if number < len(measure.bars):
            bar = measure.bars[number]
            verdict, style = ("holds", "green") if bar.holds else ("missed", "bold red")
            row[7] = Text.assemble((verdict, style), f": {bar.says}, {bar.found:.3g}")
        yield row


def _tail(spread: Spread) -> tuple[float | None, float | None]:
    return spread.p95, spread.p99


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{shown} {unit}"


def _load(outcome: Outcome) -> str:
    before, after = outcome.loads
    if before is None or after is None:
        return ""
    return f" · load {before[0]:.2f} before, {after[0]:.2f} after"
