"""`curator train preference`: have a pretrained model write more like what was worth posting."""

from pathlib import Path
from typing import Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.wiring import check_device, model_folder, where_is


def preference(
    judged: Annotated[
        list[Path],
        typer.Argument(metavar="JUDGED", show_default=False, help="Exports of judgements."),
    ],
    model: Annotated[
        str, typer.Option(metavar="M", help="The model, of the kind `pretrained`.")
    ] = "smollm2-voice",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", show_default=False, help="The model's folder.")
    ] = None,
    epochs: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Passes over the judgements.")
    ] = 3,
    rate: Annotated[
        float, typer.Option(metavar="R", min=1e-7, max=1e-2, help="Learning rate at first.")
    ] = 3e-4,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides the order.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    home: Home = None,
) -> None:
    """Make a model that writes more of what was approved and less of what was rejected.

    JUDGED are files of `curator export --format jsonl`, some hundreds of each verdict. A tenth of
    the songs is left out to measure on: printed, and kept in the new model's card, is by how much
    approved and rejected drafts about them became likelier. A critic that the model had is left
    out, since it knew the decoder that was: `curator train critic` makes a new one. The other
    figures of the card are measured on the sentences that ship with curator.

    \b
    Example:
      curator export --format jsonl --out judged.jsonl && curator train preference judged.jsonl
    """
    place = folder(home)
    out = out or model_folder(place) / "preference"
    if (out / "model.json").exists():
        raise Stop(f"{out} holds a finished model; choose another folder with --out DIR", USAGE)
    check_device(device)
    from models.checkpoint import CheckpointError
    from models.library import find
    from models.pretrained.judged import JudgedError, read
    from models.pretrained.preferring import Preference, Step, prefer

    model_folder(place)  # from here on the bases of this home can be found
    with Status() as status:

        def tell(step: Step) -> None:
            parts = [step.doing]
            if step.total:
                parts.append(f"{step.done:,} of {step.total:,}")
            if step.seconds_left is not None:
                parts.append(f"{duration(step.seconds_left)} left")
            status.show(" · ".join(parts), now=not step.total)

        try:
            found = read(judged)
            source = find(where_is(model, place))
            how = Preference(epochs=epochs, rate=rate, final_rate=rate / 10, seed=seed)
            made = prefer(source, found, out, how, device=device, tell=tell)
        except (JudgedError, CheckpointError) as error:
            status.clear()
            raise Stop(str(error), USAGE) from error
    say(f"{made.texts:,} drafts about {made.songs:,} songs, {made.worth:.0%} worth posting")
    say(f"on songs left out: {made.moves}")
    print(out)
