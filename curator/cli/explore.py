"""`curator explore`: a text, or two, through the eyes of a model."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.conditions import read_features, read_genres
from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.painting import Paint, signed, table
from curator.cli.streams import json_line, say
from curator.cli.wiring import load_writer, settings_of
from curator.domain.plain import shown
from curator.domain.surprise import CLASSES, class_of, counted, odds

if TYPE_CHECKING:
    from models.writer import Conditions, Writer

explore = typer.Typer(help="Look at texts through a model's eyes.", rich_markup_mode=None)

Artist = Annotated[
    str | None, typer.Option(metavar="A", show_default=False, help="Who plays the song.")
]
Title = Annotated[
    str | None, typer.Option(metavar="T", show_default=False, help="What it is called.")
]
Genre = Annotated[
    list[str] | None,
    typer.Option(metavar="G", show_default=False, help="A genre; may be given again."),
]
Feature = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=X",
        show_default=False,
        help="An audio feature such as energy=0.9 or tempo=128; may be given again.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="M", show_default=False, help="A name from `curator models`, or a folder."
    ),
]
Device = Annotated[
    str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
]
Text = Annotated[str, typer.Argument(metavar="TEXT", show_default=False, help="The text.")]


@explore.command()
def surprisal(
    text: Text,
    artist: Artist = None,
    title: Title = None,
    genre: Genre = None,
    feature: Feature = None,
    model: Model = None,
    device: Device = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Say how unexpected each piece of a text is.

    In a terminal the text is coloured, with a legend. Where the output goes elsewhere, each line
    is a piece: its nats, a tab, the piece. With --json one object holds text, model, nats and
    pieces, each with its nats and its class; nats that are infinite are null.

    \b
    Example:
      curator explore surprisal "A drum machine with a limp." --genre techno --json
    """
    about = _conditions(artist, title, genre, feature)
    writer = _writer(model, device, home)
    found = [(s.piece, float(s.nats)) for s in writer.surprisal(text, about)]
    total = math.fsum(nats for _, nats in found)
    if json:
        pieces = [
            {"piece": piece, "nats": _finite(nats), "class": CLASSES[class_of(nats)].name}
            for piece, nats in found
        ]
        body = {"text": text, "model": writer.name, "nats": _finite(total), "pieces": pieces}
        print(json_line(body))
        return
    paint = Paint()
    if not paint.live:
        for piece, nats in found:
            print(f"{nats:.4f}\t{shown(piece)}")
        return
    print("".join(paint.surprise(shown(piece), class_of(nats)) for piece, nats in found))
    print()
    for n, (each, count) in enumerate(zip(CLASSES, counted(n for _, n in found), strict=True)):
        name = paint.surprise(f"{each.name:<10}", n)
        print(f"{name}  {each.bounds + ' nats':<9}  {count:>4}")
    mean = total / max(len(found), 1)
    print(f"\n{total:.2f} nats in all, {mean:.2f} a piece ({odds(mean)}), to {shown(writer.name)}")


@explore.command()
def contributions(
    text: Text,
    artist: Artist = None,
    title: Title = None,
    genre: Genre = None,
    feature: Feature = None,
    model: Model = None,
    device: Device = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Say what each condition did to each piece of a text, in nats.

    Above zero: it made the piece likelier than nothing known would have. Columns are the genres
    and features given, z (the text's own latent vector) and the words before; all of them add up
    to the first. With --json each line holds piece, nats and by_condition.

    \b
    Example:
      curator explore contributions "Drums like hail." --genre techno --feature energy=0.9
    """
    from models.contributions import NotExplainable
    from models.contributions import contributions as explain

    about = _conditions(artist, title, genre, feature)
    writer = _writer(model, device, home)
    try:
        rows = explain(writer, text, about)
    except NotExplainable as error:
        raise Stop(f"{error}; the CVAE can: --model cvae-small", USAGE) from None
    if json:
        for row in rows:
            by_condition = {name: _round(nats) for name, nats in row.by_condition.items()}
            body = {"piece": row.piece, "nats": _round(row.nats), "by_condition": by_condition}
            print(json_line(body))
        return
    names = list(rows[0].by_condition) if rows else []
    paint = Paint()
    cells: list[list[str | float]] = [
        [shown(r.piece), r.nats, *(r.by_condition[n] for n in names)] for r in rows
    ]
    for line in table(["piece", "all", *map(shown, names)], cells, paint, cell=signed):
        print(line)


@explore.command()
def homotopy(
    start: Annotated[str, typer.Argument(metavar="TEXT_A", show_default=False, help="From here.")],
    end: Annotated[str, typer.Argument(metavar="TEXT_B", show_default=False, help="To there.")],
    steps: Annotated[
        int, typer.Option(metavar="N", min=2, max=200, help="Points, both ends among them.")
    ] = 7,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="The same for all points.")
    ] = 0,
    artist: Artist = None,
    title: Title = None,
    genre: Genre = None,
    feature: Feature = None,
    model: Model = None,
    device: Device = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Walk from one text to another through the model's latent space.

    Both texts are encoded, and points on the way are written out. The ends are what the model
    makes of the two texts, not the texts themselves. With --json each line holds t and text.

    \b
    Example:
      curator explore homotopy "A lullaby with teeth." "Drums like hail." --steps 5
    """
    from models.homotopy import walk

    about = _conditions(artist, title, genre, feature)
    writer: Any = _writer(model, device, home)
    if not hasattr(writer, "latent"):
        raise Stop(f"{writer.name} has no latent space, so nothing lies between two texts", USAGE)
    for share, text in walk(writer, start, end, about, steps, seed):
        body = {"t": _round(share), "text": text}
        print(json_line(body) if json else f"{share:.2f}\t{shown(text)}", flush=True)


@explore.command()
def history(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", show_default=False, help="What was written so far.")
    ],
    model: Annotated[
        str, typer.Option(metavar="M", show_default=False, help="An n-gram model.")
    ] = "",
    start: Annotated[
        bool, typer.Option("--start", help="Take the text for the beginning of a sentence.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show what an n-gram model has seen after a text, and how often.

    Of a long text only the last order − 1 characters count. With --json each line holds symbol,
    probability and count.

    \b
    Example:
      curator explore history "the gui" --model my-ngram
    """
    from models.ngram_writer import NgramWriter

    if not model:
        raise Stop("--model names the n-gram: `curator models` lists what there is", USAGE)
    writer: object = _writer(model, None, home)
    if not isinstance(writer, NgramWriter):
        raise Stop(f"{model} is no n-gram: only those count what follows a history", USAGE)
    rows = writer.model.table(text, start=start)
    if not rows:
        say(f"{model} has never seen {text!r}")
    if json:
        for row in rows:
            body = {"symbol": row.symbol, "probability": row.probability, "count": row.count}
            print(json_line(body))
        return
    paint = Paint()
    for row in rows:
        bar = "━" * round(40 * row.probability) if paint.live else ""
        symbol = "␣" if row.symbol == " " else shown(row.symbol)
        print(f"{symbol}\t{row.probability:.4f}\t{row.count}\t{bar}".rstrip())


@explore.command()
def words(
    feature: Annotated[str, typer.Option(metavar="NAME", help="An audio feature.")] = "energy",
    n: Annotated[
        int, typer.Option("-n", metavar="N", min=1, max=10_000, help="Texts at each end.")
    ] = 100,
    most: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Words a side.")] = 12,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="Decides every text.")
    ] = 0,
    genre: Genre = None,
    model: Model = None,
    device: Device = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Say which words a model prefers at high against low values of a feature.

    Texts are written at both ends of the feature's range, and words are compared by log-odds with
    a prior (Monroe et al. 2008): z above 2 is hardly chance. Stop words are left out. With --json
    each line holds word, z, high and low (how often it came on each side).

    \b
    Example:
      curator explore words --feature energy -n 200 --json
    """
    from curator.cli.conditions import RANGES
    from models.contrast import contrast, strongest, sweep

    about = _conditions(None, None, genre, [])
    low, high = RANGES.get(feature, (0.0, 1.0))
    read_features([f"{feature}={low:g}"])
    sides = sweep(_writer(model, device, home), feature, low, high, n, seed, about)
    ends = strongest(contrast(sides.high, sides.low), most)
    rows = list(dict.fromkeys(row for end in ends for row in end))
    if json:
        for row in rows:
            body = {"word": row.word, "z": _round(row.z), "high": row.high, "low": row.low}
            print(json_line(body))
        return
    paint = Paint()
    cells: list[list[str | float]] = [
        [shown(row.word), row.z, str(row.high), str(row.low)] for row in rows
    ]
    for line in table(["word", "z", f"high {feature}", "low"], cells, paint, cell=signed):
        print(line)
    if paint.live and rows:
        paint.bars([shown(row.word) for row in rows], [row.z for row in rows], f"z by {feature}")


def _conditions(
    artist: str | None,
    title: str | None,
    genres: Sequence[str] | None,
    features: Sequence[str] | None,
) -> "Conditions":
    """Read what is known of the song. Raises `Stop` saying what is allowed."""
    known: Mapping[str, float] = read_features(features or [])
    labels = read_genres(genres or [])
    from models.writer import Conditions

    return Conditions(artist or None, title or None, labels, known)


def _writer(model: str | None, device: str | None, home: Any) -> "Writer":
    place = folder(home)
    settings = settings_of(place, model=model, device=device)
    return load_writer(settings.model, settings.device, place)


def _finite(nats: float) -> float | None:
    return None if math.isinf(nats) else _round(nats)


def _round(number: float) -> float:
    return round(float(number), 4)
