"""`curator train critic`: have a pretrained model choose among its drafts as judged ones tell."""

from pathlib import Path
from typing import Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, say
from curator.cli.wiring import check_device, model_folder, where_is


def critic(
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
    drafts: Annotated[
        int, typer.Option("-n", metavar="N", min=1, max=16, help="Drafts to choose from.")
    ] = 8,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    home: Home = None,
) -> None:
    """Make a model that chooses among its drafts by what judged ones were worth posting.

    JUDGED are files of `curator export --format jsonl`: what was approved and what was rejected,
    some hundreds of each. The critic reads the decoder's own states while it writes, and so costs
    no time of its own. How well it ranks drafts about songs that it has not seen is printed, and
    kept in the new model's card.

    \b
    Example:
      curator export --format jsonl --out judged.jsonl && curator train critic judged.jsonl
    """
    place = folder(home)
    out = out or model_folder(place) / "critic"
    if (out / "model.json").exists():
        raise Stop(f"{out} holds a finished model; choose another folder with --out DIR", USAGE)
    check_device(device)
    from models.checkpoint import CheckpointError
    from models.library import find
    from models.pretrained.judged import JudgedError, read
    from models.pretrained.with_critic import add_critic

    model_folder(place)  # from here on the bases of this home can be found
    with Status() as status:
        try:
            found = read(judged)
            source = find(where_is(model, place))
            tell = lambda stage: status.show(f"{stage} …", now=True)  # noqa: E731
            measured = add_critic(source, found, out, candidates=drafts, device=device, tell=tell)
        except (JudgedError, CheckpointError) as error:
            status.clear()
            raise Stop(str(error), USAGE) from error
    say(f"{measured.texts:,} drafts, {measured.worth:.0%} worth posting; AUC {measured.auc:.2f}")
    say(f"worth posting, on songs left out: {measured.chosen}")
    print(out)
