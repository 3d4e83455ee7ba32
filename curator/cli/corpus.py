"""`curator corpus`: from a folder of texts to sentences that a model can learn from."""

import json as writer
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Json
from curator.cli.streams import Status, count, json_line, say
from curator.domain.plain import shown

if TYPE_CHECKING:
    from models.corpus import Corpus, Funnel
    from models.corpus.measures import Measures

WIDEST = 80
_PLOT_ROWS = 13
_NAMED = 20
"""Bad rows named at the terminal; a damaged file can have any number of them."""

corpus = typer.Typer(help="Make training data from texts.", rich_markup_mode=None)


@corpus.callback()
def _corpora() -> None:
    """Make training data from texts, and say what it is like."""


@corpus.command()
def build(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCES", show_default=False, help="Files and folders of texts."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Where the training data goes."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", show_default=False, help="Write the report as JSON; - is the terminal."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Turn texts into training data, and say what was left out and what the rest is like.

    SOURCES are any mix of files and folders: blog posts (.json, .jsonl; objects with content,
    best with title and url; HTML is taken off), tables with a text column (.csv), plain text
    (.txt, .md) and lines of {"text", "genres", "features"} (.jsonl). Without any, the sentences
    that ship are measured.

    Left out are posts about many songs, what is not English, sentences of fewer than 6 or more
    than 35 words, news and facts, openings used too often, near-duplicates. The names of a post's
    song become {artist} and {title}. The rest is split by song into train.jsonl, valid.jsonl and
    test.jsonl in DIR, with the report in funnel.json; `curator train` reads that folder as it is.
    Without --out only the report is made.

    \b
    Examples:
      curator corpus build
      curator corpus build ~/my-blog captions.csv --out ./my-corpus --report report.json
      curator corpus build posts.json --json
    """
    from models.corpus import SourceError, own_voice, prepare
    from models.corpus.folder import check_out, save
    from models.corpus.measures import measure

    if report is not None and report.is_dir():
        raise Stop(f"{report} is a folder; --report needs a file", USAGE)
    file = None if report is None or str(report) == "-" else report
    try:
        if out is not None:
            check_out(out, file)
    except SourceError as error:
        raise Stop(str(error), USAGE) from error
    printed = not json and str(report) != "-"
    try:
        with Status() as status:
            made = prepare(sources or own_voice(), on_stage=lambda text: status.show(text))
            status.clear()
            _tell_unused(made.funnel, files=not printed)
            if not made.funnel.kept:
                raise Stop("no sentence is left:\n" + "\n".join(made.funnel.lines()))
            status.show("measuring", now=True)
            measures = measure(made)
            body: dict[str, Any] = {"funnel": made.funnel.to_dict(), "measures": measures.to_dict()}
            if out is not None:
                status.show("writing", now=True)
                parts = {"train": made.train, "valid": made.valid, "test": made.test}
                save(parts, body, out, file)
    except SourceError as error:
        raise Stop(str(error)) from error
    _report(body, report)
    if json:
        print(json_line(body))
    elif printed:
        _print(made, measures)
    if out is not None:
        say(f"{count(made.funnel.kept, 'sentence')} in {out}; to train on them:")
        say(f"  curator train cvae {out}")


def _tell_unused(funnel: "Funnel", *, files: bool) -> None:
    """Name the rows that could not be used, and the `files` where the funnel does not."""
    if files:
        for path, why in funnel.refused.items():
            say(f"not used: {path}: {why}")
    for line in funnel.bad_lines[:_NAMED]:
        say(f"not used: {line}")
    if len(funnel.bad_lines) > _NAMED:
        say(f"not used: {len(funnel.bad_lines) - _NAMED:,} more rows, all named in the report")


def _report(body: dict[str, Any], file: Path | None) -> None:
    if file is None:
        return
    text = writer.dumps(body, indent=1) + "\n"
    if str(file) == "-":
        sys.stdout.write(text)
        return
    from models.files import write_atomically

    try:
        write_atomically(file, text.encode())
    except OSError as error:
        raise Stop(f"{file}: {error.strerror or error}", FAILED) from error


def _print(made: "Corpus", measures: "Measures") -> None:
    for line in made.funnel.lines():
        print(shown(line))
    print()
    for line in measures.lines():
        print("\n".join(textwrap.wrap(shown(line), WIDEST, subsequent_indent=" " * 4)))
    print()
    print(histogram(measures.lengths, color=sys.stdout.isatty()))


def histogram(lengths: dict[int, int], *, color: bool) -> str:
    """Return a plot of how many sentences have how many words, at most 80 columns wide."""
    import plotext as plot

    wide = min(WIDEST, shutil.get_terminal_size().columns)
    first, last = min(lengths), max(lengths)
    places = list(range(first, last + 1))
    plot.clear_figure()
    plot.theme("clear")
    plot.plot_size(wide, _PLOT_ROWS)
    plot.title("Sentences by their number of words")
    plot.bar(places, [lengths.get(n, 0) for n in places], color="blue" if color else None)
    plot.xticks(places[:: max(1, len(places) // 10)])
    top = max(lengths.values())
    ticks = sorted({0, top // 2, top})
    plot.yticks(ticks, [f"{tick:,}" for tick in ticks])
    drawn: str = plot.build()
    plot.clear_figure()
    if not color:
        drawn = plot.uncolorize(drawn)
    return "\n".join(line.rstrip() for line in drawn.rstrip().split("\n"))
