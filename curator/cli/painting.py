"""Colour for people: in a terminal, unless NO_COLOR says otherwise; tabs for everybody else."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence

from rich.cells import cell_len

_RESET = "\x1b[0m"
_SURPRISE = ("\x1b[2m", "", "\x1b[1;33m", "\x1b[1;4;31m")
"""Dim, plain, bold yellow, bold underlined red: weights tell them apart without colour too."""

Cell = Callable[[float, "Paint"], tuple[str, str]]


class Paint:
    """Paints where standard output is a terminal."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self._colours = self.live and not os.environ.get("NO_COLOR")

    def surprise(self, text: str, number: int) -> str:
        """Return a text in the colour of a class of surprisal."""
        return self.put(text, _SURPRISE[number])

    def put(self, text: str, code: str) -> str:
        """Return a text in a colour, given as the sequence that begins it."""
        return f"{code}{text}{_RESET}" if self._colours and code else text

    def bars(self, names: Sequence[str], numbers: Sequence[float], title: str) -> None:
        """Print a plot of signed bars, one a name."""
        import plotext as plot

        plot.clear_figure()
        plot.theme("clear")
        plot.plot_size(min(shutil.get_terminal_size().columns, 92), len(names) + 4)
        plot.title(title)
        plot.bar(names[::-1], numbers[::-1], orientation="horizontal", width=0.2)
        drawn: str = plot.build()
        plot.clear_figure()
        print(drawn if self._colours else plot.uncolorize(drawn))


def signed(number: float, paint: Paint) -> tuple[str, str]:
    """Return a number with its sign, and its colour: green above zero, red below."""
    text = f"{number:+.2f}".replace("-", "−") if paint.live else f"{number:.4f}"
    return text, "\x1b[32m" if number >= 0.1 else "\x1b[31m" if number <= -0.1 else "\x1b[2m"


def table(
    names: Sequence[str], rows: Sequence[Sequence[str | float]], paint: Paint, *, cell: Cell
) -> list[str]:
    """Return rows under their names: in columns for people, with tabs for programs."""
    cells = [[(v, "") if isinstance(v, str) else cell(v, paint) for v in row] for row in rows]
    if not paint.live:
        return ["\t".join(names), *("\t".join(text for text, _ in row) for row in cells)]
    every = [[(name, "\x1b[1m") for name in names], *cells]
    widths = [max(cell_len(row[n][0]) for row in every) for n in range(len(names))]
    lines = []
    for row in every:
        parts = []
        for n, (text, code) in enumerate(row):
            gap = " " * (widths[n] - cell_len(text))
            painted = paint.put(text, code)
            parts.append(painted + gap if n == 0 else gap + painted)
        lines.append("  ".join(parts))
    return lines
