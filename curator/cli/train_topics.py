"""`curator train topics`: what texts are about, as word lists with names."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, duration, json_line, say
from curator.cli.training import say_funnel
from curator.cli.wiring import model_folder
from curator.domain.plain import shown

if TYPE_CHECKING:
    from models.topics import Topics


_HELD = {
    "model.json": "a model",
    "topics.json": "topics",
    "lcgan.json": "a generator",
    "learned.json": "what was learnt",
}
"""What a folder holds, by the file that describes it."""


def topics(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCES", show_default=False, help="Files to learn from."),
    ] = None,
    count: Annotated[
        int, typer.Option("--topics", metavar="K", min=2, max=500, help="How many topics.")
    ] = 20,
    iterations: Annotated[
        int, typer.Option(metavar="N", min=1, max=100_000, help="Passes over the words.")
    ] = 500,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="The topics' folder."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    json: Json = False,
    home: Home = None,
) -> None:
    """Find topics in texts (latent Dirichlet allocation) and give them names of their own words.

    SOURCES are the same as for `curator train cvae`; without any, the sentences that ship. Each
    topic is printed with its share of the words, its coherence (c_v, 0 to 1, more is better) and
    its most telling words. `curator train lcgan` takes its reward from them.

    \b
    Example:
      curator train topics captions.csv --topics 20
    """
    out = out or model_folder(folder(home)) / "topics"
    check_out(out)
    from models import topics as stored
    from models.corpus import SourceError, own_voice, prepare
    from models.topic_card import card
    from models.topic_fit import TopicsConfig, documents, fit

    config = TopicsConfig(topics=count, iterations=iterations, seed=seed)
    with Status() as status:
        try:
            corpus = prepare(
                [*(sources or ()), *own_voice()] if sources is None else sources,
                on_stage=lambda stage: status.show(stage, now=True),
            )
        except SourceError as error:
            raise Stop(str(error)) from error
        status.clear()
        say_funnel(corpus.funnel)
        began = time.monotonic()

        def progress(done: int, total: int, log_likelihood: float) -> None:
            left = (time.monotonic() - began) / done * (total - done)
            status.show(
                f"fitting {count} topics · {done:,}/{total:,} · {-log_likelihood:.3f} nats/word "
                f"· {duration(left)} left"
            )

        try:
            found = fit(documents(corpus.train, config), config, on_progress=progress)
        except ValueError as error:
            raise Stop(str(error)) from error
    stored.save(found, out, card(out.name, found, corpus.funnel))
    print_topics(found, json=json)
    took = duration(time.monotonic() - began)
    say(f"done in {took}: mean coherence {found.figures['mean_coherence']:.3f}; kept in {out}")


def check_out(out: Path) -> None:
    """Raise `Stop` unless a new folder can be made at `out`, before any work is done for it."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise Stop(f"{nearest} is no folder; choose another one with --out DIR", USAGE)
    for description, held in _HELD.items():
        if (out / description).exists():
            raise Stop(f"{out} holds {held}; choose another folder with --out DIR", USAGE)


def print_topics(found: "Topics", *, json: bool) -> None:
    """Print topics, one a line."""
    for topic in found.topics():
        if json:
            print(json_line(asdict(topic)))
            continue
        coherence = "" if topic.coherence is None else f"  {topic.coherence:.2f}"
        print(shown(f"{topic.number:3}  {topic.share:6.1%}{coherence}  {', '.join(topic.words)}"))
