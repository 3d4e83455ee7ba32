"""The figures of several models side by side, one figure a row."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.control import ASPECTS, Found
from models.evaluate.figures import Figures

NONE = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of every model. `better` is ↑ or ↓, or empty where neither is better."""

    label: str
    better: str
    cells: tuple[str, ...]


def lines(figures: Sequence[Figures]) -> list[Line]:
    """Return the table; a figure that no model has is left out."""
    rows = [Line(label, better, tuple(map(cell, figures))) for label, better, cell in _rows()]
    return [row for row in rows if any(cell != NONE for cell in row.cells)]


def markdown(figures: Sequence[Figures]) -> str:
    """Return the table in Markdown."""
    head = ["", *(f"`{f.name}`" for f in figures)]
    rows = [[f"{row.label} {row.better}".strip(), *row.cells] for row in lines(figures)]
    marks = ["---", *("---:" for _ in figures)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, marks, *rows)) + "\n"


def markdown_samples(figures: Sequence[Figures], shown: int) -> str:
    """Return the first samples of each model in Markdown: random ones, since none was chosen."""
    head = "| model | asked for | written |\n| --- | --- | --- |\n"
    rows = (
        f"| `{f.name}` | {', '.join(genres)} | {_escaped(text)} |"
        for f in figures
        for genres, text in f.samples[:shown]
    )
    return head + "\n".join(rows) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\|*_`<>[]" else c for c in text)


Cell = Callable[[Figures], str]


def _rows() -> list[tuple[str, str, Cell]]:
    return [
        ("kind", "", lambda f: f.kind),
        ("parameters", "", lambda f: _count(f.parameters)),
        ("size, MB", "", lambda f: NONE if f.size is None else f"{f.size / 1e6:.1f}"),
        ("perplexity per word", "↓", _perplexity),
        ("symbols held impossible", "↓", _predicted("unseen", "{:.1%}")),
        ("best finite order: perplexity", "↓", _finite),
        ("ELBO, nats a text", "↑", _predicted("elbo", "{:.1f}")),
        ("KL, nats a text", "", _predicted("kl", "{:.1f}")),
        ("mutual information, nats", "↑", _predicted("mutual_information", "{:.1f}")),
        ("active units", "↑", _units),
        ("swapped z costs, nats a token", "↑", _predicted("swap_z_gap", "{:.2f}")),
        ("swapped song costs, nats a token", "↑", _predicted("swap_a_gap", "{:.3f}")),
        ("reconstruction BLEU-4", "↑", lambda f: _share(f.reconstruction_bleu)),
        *(row for aspect in ASPECTS for row in _control(aspect)),
        ("self-BLEU-4", "↓", _varied("self_bleu")),
        ("4-grams shared by samples", "↓", _varied("self_bleu_4")),
        *((f"distinct-{size}", "↑", _varied(f"distinct_{size}")) for size in range(1, 5)),
        ("4-grams from training text", "↓", _varied("overlap_4")),
        ("copied, in runs of 8 words", "↓", _varied("copied")),
        ("samples that loop", "↓", _varied("looping")),
        ("samples that are cut", "↓", _varied("cut")),
        ("words a sample", "", _words),
        ("seconds a sample", "↓", _seconds),
    ]


def _count(number: int | None) -> str:
    return NONE if number is None else f"{number / 1e6:.2f} M"


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _predicted(name: str, form: str) -> Cell:
    def cell(f: Figures) -> str:
        value = f.prediction.get(name)
        return NONE if value is None else form.format(value)

    return cell


def _varied(name: str) -> Cell:
    return lambda f: _share(f.variety.get(name))


def _perplexity(f: Figures) -> str:
    value = f.prediction["perplexity_per_word"]
    if math.isinf(value):
        return "∞"
    return ("≤ " if f.prediction["draws"] else "") + f"{value:,.0f}"


def _finite(f: Figures) -> str:
    order, value = f.prediction["finite_order"], f.prediction["finite_perplexity"]
    return NONE if order is None else f"{order}: {value:,.0f}"


def _units(f: Figures) -> str:
    active = f.prediction["active_units"]
    return NONE if active is None else f"{active} of {f.prediction['latent']}"


def _words(f: Figures) -> str:
    return f"{f.variety['mean_words']:.1f}" if f.variety else NONE


def _seconds(f: Figures) -> str:
    return NONE if f.seconds_per_sample is None else f"{f.seconds_per_sample:.2f}"


def _control(aspect: str) -> list[tuple[str, str, Cell]]:
    def of(show: Callable[[Found], str]) -> Cell:
        return lambda f: next((show(found) for found in f.control if found.aspect == aspect), NONE)

    return [
        (
            f"{aspect} found back, %",
            "↑",
            of(lambda c: f"{_percent(c.written.share)} ({_percent(c.written.low)}-"
               f"{_percent(c.written.high)})"),
        ),
        ("  in human text, %", "", of(lambda c: _percent(c.people.share))),
        ("  songs shuffled (floor), %", "", of(lambda c: _percent(c.shuffled))),
        ("  by chance, %", "", of(lambda c: _percent(c.chance))),
    ]  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
