"""`curator train critic` and `curator train preference`: what a pretrained model learns from drafts
that were judged."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.train_topics import check_out
from curator.cli.wiring import check_device, model_folder, where_is

if TYPE_CHECKING:
    from models.pretrained.critic import Promise
    from models.pretrained.judged import Judged
    from models.pretrained.preferring import Step

Exports = Annotated[
    list[Path],
    typer.Argument(metavar="JUDGED", show_default=False, help="Exports of judgements."),
]
Model = Annotated[str, typer.Option(metavar="M", help="The model, of the kind `pretrained`.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", show_default=False, help="The model's folder.")
]
Device = Annotated[
    str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
]
Temperature = Annotated[
    float | None,
    typer.Option(
        metavar="T",
        min=0.05,
        max=2.0,
        show_default=False,
        help="What the new model writes at by itself: best that of the drafts.",
    ),
]
MODEL = "smollm2-voice"

Learn = Callable[[Path, list["Judged"], Path, Status], str]
"""From a model's folder and judged drafts to the folder given; returns what to say of it."""


def critic(
    judged: Exports,
    model: Model = MODEL,
    out: Out = None,
    drafts: Annotated[
        int | None,
        typer.Option(
            "-n",
            metavar="N",
            min=1,
            max=64,
            show_default=False,
            help="Drafts to choose from: by default as many as before; 8 for a first critic.",
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget what the model's critic was taught before.")
    ] = False,
    temperature: Temperature = None,
    device: Device = None,
    home: Home = None,
) -> None:
    """Make a model that chooses among its drafts by what judged ones were worth posting.

    JUDGED are files of `curator export --format jsonl`: what was approved and what was rejected,
    some hundreds of each; four or five stars tell it which are the best. The critic reads the
    decoder's own states while it writes, and what stands on the page then, which costs hardly any
    time. What the model's critic knew already is kept, and judgements that taught it are passed
    over. How well the new one ranks drafts about songs that it has not seen is printed, with how
    well the one before did, and kept in the new model's card.

    \b
    Examples:
      curator export --format jsonl --out judged.jsonl && curator train critic judged.jsonl
      curator train critic judged.jsonl later.jsonl --model critic --out critic-2
    """

    def learn(source: Path, found: list["Judged"], into: Path, status: Status) -> str:
        from models.pretrained.with_critic import add_critic

        def tell(stage: str) -> None:
            status.show(f"{stage} …", now=True)

        made = add_critic(
            source,
            found,
            into,
            anew=anew,
            candidates=drafts,
            temperature=temperature,
            device=device,
            tell=tell,
        )
        return _critic_told(made)

    _from(judged, model, out, "critic", device, home, learn)


def _critic_told(made: "Promise") -> str:
    past = f" ({made.passed_over:,} had been taught before)" if made.passed_over else ""
    known = "taught from nothing" if made.before is None else f"{made.before:.2f} before"
    lines = [
        f"{made.texts:,} drafts{past}, {made.worth:.0%} worth posting; AUC {made.auc:.2f}, {known}",
        f"worth posting, on songs left out: {made.chosen}",
    ]
    if made.before is not None and made.auc <= made.before:
        lines.append("it ranks no better than the one before: judge more drafts first")
    return "\n".join(lines)


def preference(
    judged: Exports,
    model: Model = MODEL,
    out: Out = None,
    epochs: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Passes over the judgements.")
    ] = 3,
    rate: Annotated[
        float, typer.Option(metavar="R", min=1e-7, max=1e-2, help="Learning rate at first.")
    ] = 3e-4,
    temperature: Temperature = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides the order.")
    ] = 1,
    device: Device = None,
    home: Home = None,
) -> None:
    """Make a model that writes more of what was approved and less of what was rejected.

    An approval counts by its stars, out of five, if it has any.

    JUDGED are files of `curator export --format jsonl`, some hundreds of each verdict. A tenth of
    the songs is left out to measure on: printed, and kept in the new model's card, is by how much
    approved and rejected drafts about them became likelier. A critic that the model had is left
    out with all that it was taught, since it knew the decoder that was: `curator train critic`
    makes a new one. The other figures of the card are measured on the sentences that ship.

    \b
    Example:
      curator export --format jsonl --out judged.jsonl && curator train preference judged.jsonl
    """

    def learn(source: Path, found: list["Judged"], into: Path, status: Status) -> str:
        from models.pretrained.preferring import Preference, prefer

        def tell(step: "Step") -> None:
            parts = [step.doing]
            if step.total:
                parts.append(f"{step.done:,} of {step.total:,}")
            if step.seconds_left is not None:
                parts.append(f"{duration(step.seconds_left)} left")
            status.show(" · ".join(parts), now=not step.total)

        how = Preference(
            epochs=epochs, rate=rate, final_rate=rate / 10, temperature=temperature, seed=seed
        )
        made = prefer(source, found, into, how, device=device, tell=tell)
        return (
            f"{made.texts:,} drafts about {made.songs:,} songs, {made.worth:.0%} worth posting\n"
            f"on songs left out: {made.moves}"
        )

    _from(judged, model, out, "preference", device, home, learn)


def _from(
    files: list[Path],
    model: str,
    out: Path | None,
    name: str,
    device: str | None,
    home: Path | None,
    learn: Learn,
) -> None:
    """Have `learn` make a model of judged drafts, in `out` or a folder called `name`."""
    place = folder(home)
    out = out or model_folder(place) / name
    check_out(out)
    check_device(device)
    from models.checkpoint import CheckpointError
    from models.library import find
    from models.pretrained.judged import JudgedError, read

    model_folder(place)  # from here on the bases of this home can be found
    with Status() as status:
        try:
            judged = read(files)
            told = learn(find(where_is(model, place)), judged, out, status)
        except (JudgedError, CheckpointError) as error:
            status.clear()
            raise Stop(str(error), USAGE) from error
    say(told)
    print(out)
