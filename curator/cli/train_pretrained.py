"""`curator train pretrained`: tune a pretrained base to a voice."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.training import run
from curator.cli.wiring import check_device, home_option, model_folder, where_is

NAME = "pretrained"


def pretrained(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCES", show_default=False, help="Files to learn from."),
    ] = None,
    base: Annotated[str, typer.Option(metavar="BASE", help="The name of the base.")] = "smollm2",
    begin: Annotated[
        str | None,
        typer.Option(metavar="MODEL", show_default=False, help="Go on from a model of this kind."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", show_default=False, help="The model's folder.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")
    ] = False,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10_000, help="Passes over the texts, each stage."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after this step, to be resumed.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="M", min=0.01, help="Stop after so many minutes, to be resumed."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    home: Home = None,
) -> None:
    """Tune a pretrained base to a voice, with a latent space to steer by.

    The base comes from `curator models pull`. SOURCES are as for `curator train cvae`; without
    any, the sentences that ship. Only what is added to the base is trained and kept, some 23 MB.
    On two cores an hour is some two passes over the sentences that ship, of four; --begin
    goes on from a model that is tuned already, for instance with posts of your own.

    \b
    Examples:
      curator train pretrained
      curator train pretrained my-posts.jsonl --begin smollm2-voice --epochs 2 --out ./mine
    """
    place = folder(home)
    out = out or model_folder(place) / NAME
    if not resume and (out / "model.json").exists():
        raise Stop(f"{out} holds a finished model; choose another folder with --out DIR", USAGE)
    check_device(device)
    from models.checkpoint import CheckpointError
    from models.corpus import own_voice
    from models.library import find
    from models.pretrained.base import find as find_base
    from models.train import TrainConfig
    from models.train.kinds.pretrained import STAGES, TUNING

    model_folder(place)  # from here on the bases of this home can be found
    sizes: dict[str, Any] = {"named": base}
    objective: dict[str, Any] = {}
    stages = STAGES
    try:
        find_base(base)
        if begin:
            sizes["begin"] = str(find(where_is(begin, place)))
            stages, objective = TUNING, {"hold": 0, "warmup": 0.0}
    except CheckpointError as error:
        raise Stop(str(error), USAGE) from error
    if epochs is not None:
        stages = tuple(replace(stage, epochs=epochs) for stage in stages)
    config = TrainConfig(
        kind=NAME,
        seed=seed,
        stages=stages,
        sizes=sizes,
        objective=objective,
        average=0.985,
        noise_every=0,
        save_every=50,
        samples=100,
    )
    again = ["curator", "train", NAME, *map(str, sources or ()), "--base", base]
    again += ["--begin", begin] if begin else []
    again += ["--epochs", str(epochs)] if epochs is not None else []
    again += ["--seed", str(seed)] if seed != 1 else []
    again += ["--device", device] if device else []
    again += shlex.split(home_option(place))
    run(
        config,
        sources or own_voice(),
        out,
        resume=resume,
        steps=steps,
        minutes=minutes,
        device=device,
        again=[*again, "--out", str(out), "--resume"],
    )
