"""`curator train`: make a model from texts."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import say
from curator.cli.train_judged import critic, preference
from curator.cli.train_lcgan import lcgan
from curator.cli.train_pretrained import pretrained
from curator.cli.train_topics import topics
from curator.cli.training import run, say_funnel
from curator.cli.wiring import check_device, model_folder

if TYPE_CHECKING:
    from models.train import TrainConfig

train = typer.Typer(help="Train a model.", rich_markup_mode=None)
train.command()(topics)
train.command()(lcgan)
train.command()(pretrained)
train.command()(preference)
train.command()(critic)

Sources = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SOURCES", show_default=False, help="Files to learn from."),
]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", show_default=False, help="The model's folder.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")]
Epochs = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=10_000, help="Passes over the texts, each stage."),
]
Steps = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Stop after this step, to be resumed.")
]
Minutes = Annotated[
    float | None,
    typer.Option(metavar="M", min=0.01, help="Stop after so many minutes, to be resumed."),
]
Seed = Annotated[
    int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
]
Device = Annotated[
    str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
]
Vectors = Annotated[
    Path | None,
    typer.Option(
        "--word-vectors",
        metavar="FILE",
        show_default=False,
        help="Word vectors to start from: lines of a word and its numbers.",
    ),
]


@train.callback()
def _training() -> None:
    """Train a model on texts; it stops and resumes without losing a step.

    On several GPUs or machines: torchrun --nproc-per-node N -m curator train …
    """


@train.command()
def cvae(
    sources: Sources = None,
    out: Out = None,
    resume: Resume = False,
    epochs: Epochs = None,
    steps: Steps = None,
    minutes: Minutes = None,
    word_vectors: Vectors = None,
    seed: Seed = 1,
    device: Device = None,
    home: Home = None,
) -> None:
    """Train the conditional VAE, the kind that ships.

    SOURCES are tables with a text column (.csv), lines of {"text", "genres", "features"}
    (.jsonl), plain text (.txt), or a folder that `curator corpus build` made; without any, the
    sentences that ship. What is left out of them, and why, is printed first. Ctrl-C keeps a
    checkpoint, and --resume goes on from there to the same losses as a run that was never
    stopped. The model's folder gets weights, settings and a model card; it is listed by
    `curator models` when it lies where DIR is by default.

    \b
    Examples:
      curator train cvae
      curator train cvae captions.csv my-posts.txt --out ./my-model --minutes 30
      curator train cvae captions.csv my-posts.txt --out ./my-model --resume
    """
    _train(
        "cvae",
        "cvae",
        {},
        sources,
        out,
        resume,
        epochs,
        steps,
        minutes,
        word_vectors,
        seed,
        device,
        home,
    )


@train.command()
def vae(
    sources: Sources = None,
    out: Out = None,
    resume: Resume = False,
    epochs: Epochs = None,
    steps: Steps = None,
    minutes: Minutes = None,
    word_vectors: Vectors = None,
    seed: Seed = 1,
    device: Device = None,
    home: Home = None,
) -> None:
    """Train the VAE without conditions: to sample, reconstruct, and walk between sentences.

    \b
    Example:
      curator train vae my-posts.txt --out ./my-vae --minutes 20
    """
    _train(
        "vae",
        "vae",
        {},
        sources,
        out,
        resume,
        epochs,
        steps,
        minutes,
        word_vectors,
        seed,
        device,
        home,
    )


@train.command()
def lm(
    sources: Sources = None,
    cell: Annotated[
        Literal["rnn", "gru", "lstm"], typer.Option(help="The recurrent unit.")
    ] = "gru",
    tokens: Annotated[
        Literal["chars", "words", "bpe"], typer.Option(help="What it counts in.")
    ] = "bpe",
    feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="An audio feature that it is told at every word; may be given several times.",
        ),
    ] = None,
    hidden: Annotated[int, typer.Option(metavar="N", min=1, help="Width of its state.")] = 512,
    embedding: Annotated[int, typer.Option(metavar="N", min=1, help="Width of a word.")] = 256,
    out: Out = None,
    resume: Resume = False,
    epochs: Epochs = None,
    steps: Steps = None,
    minutes: Minutes = None,
    word_vectors: Vectors = None,
    seed: Seed = 1,
    device: Device = None,
    home: Home = None,
) -> None:
    """Train a recurrent language model: the yardstick for models with a latent space.

    \b
    Examples:
      curator train lm --cell lstm --tokens words
      curator train lm --feature energy --out ./energy-lm
    """
    features = tuple(dict.fromkeys(feature or ()))
    name = "-".join([*features, cell if not features else "lm", *([tokens] * (tokens != "bpe"))])
    sizes = {"cell": cell, "hidden": hidden, "embedding": embedding, "features": features}
    own: dict[str, Any] = {"tokens": tokens, "sizes": sizes}
    _train(
        "recurrent",
        name,
        own,
        sources,
        out,
        resume,
        epochs,
        steps,
        minutes,
        word_vectors,
        seed,
        device,
        home,
    )


@train.command()
def ngram(
    sources: Sources = None,
    order: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Length in characters.")
    ] = 7,
    out: Out = None,
    home: Home = None,
) -> None:
    """Count character n-grams: the simplest of the models, and the most honest about copying.

    \b
    Example:
      curator train ngram --order 5 --out ./five
    """
    out = out or model_folder(folder(home)) / f"ngram-{order}"
    if (out / "model.json").exists():
        raise Stop(f"{out} holds a model; choose another folder with --out DIR", USAGE)
    from models.corpus import SourceError, own_voice
    from models.train.counting import count
    from models.train.state import TrainError

    try:
        report = count(sources or own_voice(), out, order, on_funnel=say_funnel)
    except (SourceError, TrainError) as error:
        raise Stop(str(error)) from error
    unseen = report.figures["held_out_unseen"]
    say(f"done: {report.figures['texts']:,} sentences, {unseen:.1%} of held-out symbols unseen")
    print(out)


def _train(
    kind: str,
    name: str,
    own: dict[str, Any],
    sources: list[Path] | None,
    out: Path | None,
    resume: bool,
    epochs: int | None,
    steps: int | None,
    minutes: float | None,
    word_vectors: Path | None,
    seed: int,
    device: str | None,
    home: Path | None,
) -> None:
    """Train a model of a kind; `own` are settings of the configuration that the command made."""
    out = out or model_folder(folder(home)) / name
    if not resume and (out / "model.json").exists():
        raise Stop(f"{out} holds a finished model; choose another folder with --out DIR", USAGE)
    check_device(device)
    from models.corpus import own_voice

    config = _config(kind, own, seed, epochs, word_vectors)
    run(
        config,
        sources or own_voice(),
        out,
        resume=resume,
        steps=steps,
        minutes=minutes,
        device=device,
        again=_again(kind, sources, out, config, epochs, device),
    )


def _config(
    kind: str, own: dict[str, Any], seed: int, epochs: int | None, word_vectors: Path | None
) -> "TrainConfig":
    from models.train import TrainConfig
    from models.train.kinds import recipe

    stages = recipe(kind).stages
    if epochs is not None:
        stages = tuple(replace(stage, epochs=epochs) for stage in stages)
    vectors = None if word_vectors is None else str(word_vectors)
    return TrainConfig(kind=kind, seed=seed, stages=stages, word_vectors=vectors, **own)


def _again(
    kind: str,
    sources: list[Path] | None,
    out: Path,
    config: "TrainConfig",
    epochs: int | None,
    device: str | None,
) -> list[str]:
    """Return the command that goes on with a run."""
    words = ["curator", "train", {"recurrent": "lm"}.get(kind, kind), *map(str, sources or ())]
    if kind == "recurrent":
        words += ["--tokens", config.tokens]
        for size in ("cell", "hidden", "embedding"):
            words += [f"--{size}", str(config.sizes[size])]
        words += [part for name in config.sizes["features"] for part in ("--feature", name)]
    words += ["--out", str(out), "--resume"]
    if epochs is not None:
        words += ["--epochs", str(epochs)]
    if config.word_vectors is not None:
        words += ["--word-vectors", config.word_vectors]
    if config.seed != 1:
        words += ["--seed", str(config.seed)]
    if device is not None:
        words += ["--device", device]
    return words
