"""`curator train lcgan`: steer a writer towards topics."""

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.interrupts import Wish, watching
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.train_topics import check_out, print_topics
from curator.cli.training import LOG_EVERY
from curator.cli.wiring import check_device, model_folder, where_is
from curator.domain.plain import shown

if TYPE_CHECKING:
    from models.lcgan_run import LcGanReport, Stage
    from models.topics import Topics


def lcgan(
    topic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N=WEIGHT",
            show_default=False,
            help="A topic's number and weight, above 0 for more of it; may be given again.",
        ),
    ] = None,
    model: Annotated[str, typer.Option(metavar="M", help="The writer to steer.")] = "cvae-small",
    topics: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="The topics' folder or name; else your own, else those that ship.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="The generator's folder."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, show_default=False, help="At most so many steps."),
    ] = None,
    songs: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Held-out songs to compare on; 0 for none."),
    ] = 512,
    drafts: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=100, show_default=False, help="⟨z, a⟩ to learn the topics of."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**31 - 1, help="Decides every random choice.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    home: Home = None,
) -> None:
    """Train a generator that moves a writer's latent vector towards wanted topics.

    Without --topic the topics are listed. Drafts are written first and kept for the next time; a
    small network learns what a latent vector will be about; then the generator is trained, and
    stops where texts for held-out songs get no better, or too much alike. At the end it is
    compared with best-of-eight and with a control on shuffled labels. Ctrl-C keeps the best so
    far. Use it with `curator generate --steer DIR`.

    \b
    Examples:
      curator train lcgan --topic 8=1
      curator train lcgan --topic 8=1 --topic 3=-0.5 --out ./warm
    """
    place = folder(home)
    found = find_topics(topics, place)
    if not topic:
        print_topics(found, json=False)
        say("choose topics with --topic N=WEIGHT")
        raise typer.Exit(USAGE)
    weights = _weights(topic, found)
    name = "-".join(str(k) for k in weights)
    out = out or model_folder(place) / f"lcgan-{name}"
    check_out(out)
    check_device(device)
    report = _run(where_is(model, place), found, weights, out, steps, songs, drafts, seed, device)
    _tell(report)


def find_topics(name: str | None, home: Path) -> "Topics":
    """Load topics by folder or name. Raises `Stop` where there are none."""
    from models.library import SHIPPED
    from models.topics import DESCRIPTION, TopicsError, load

    names = [name] if name else ["topics", "topics-small"]
    places = [p / n for n in names for p in (model_folder(home), SHIPPED)]
    if name:
        places.append(Path(name))
    chosen = next((place for place in places if (place / DESCRIPTION).is_file()), places[-1])
    try:
        return load(chosen)
    except TopicsError as error:
        raise Stop(str(error), USAGE) from error


def _weights(given: list[str], topics: "Topics") -> dict[int, float]:
    from models.topics import check_weights

    weights: dict[int, float] = {}
    for item in given:
        number, equals, weight = item.partition("=")
        try:
            weights[int(number)] = float(weight) if equals else 1.0
        except ValueError:
            raise Stop(f"--topic {item!r}: expected N=WEIGHT, such as 8=1", USAGE) from None
    try:
        check_weights(weights, len(topics))
    except ValueError as error:
        raise Stop(f"--topic: {error}", USAGE) from error
    return weights


def _run(
    model: str,
    topics: "Topics",
    weights: dict[int, float],
    out: Path,
    steps: int | None,
    songs: int,
    drafts: int | None,
    seed: int,
    device: str | None,
) -> "LcGanReport":
    from models.checkpoint import CheckpointError
    from models.lcgan import LcGanConfig
    from models.lcgan_run import make_lcgan
    from models.library import find
    from models.value import ValueConfig

    config, value = LcGanConfig(seed=seed), ValueConfig(seed=seed)
    if steps is not None:
        config = replace(config, steps=steps)
    if drafts is not None:
        value = replace(value, songs=drafts)
    with Status() as status, watching(Wish("stopping with the best so far")) as wish:
        try:
            return make_lcgan(
                find(model, [out.parent]),
                topics,
                weights,
                out,
                value=value,
                config=config,
                songs=songs,
                cache=out.parent / ".drafts",
                device=device,
                on_stage=_Teller(status).tell,
                should_stop=lambda: wish.signal is not None,
            )
        except CheckpointError as error:
            raise Stop(f"{error}. `curator models` lists what there is.", USAGE) from error
        except InterruptedError:
            raise KeyboardInterrupt from None


class _Teller:
    """A line that changes on a terminal; elsewhere a line at each new stage and now and then."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._stage, self._next = "", -math.inf

    def tell(self, now: "Stage") -> None:
        parts = [
            f"{now.name} {now.done:,}/{now.total:,}" if now.total else now.name,
            now.detail,
            f"{duration(now.seconds_left)} left" if now.seconds_left is not None else "",
        ]
        line = " · ".join(part for part in parts if part)
        self._status.show(line)
        if not self._status.live and (now.name != self._stage or time.monotonic() >= self._next):
            self._stage, self._next = now.name, time.monotonic() + LOG_EVERY
            say(line)


def _tell(report: "LcGanReport") -> None:
    result = report.result
    say(
        f"reward {result.start.reward:.3f} → {result.best.reward:.3f} at step "
        f"{result.best.step:,} (ended: {result.ending}); {duration(report.seconds)} in all"
    )
    if report.comparison:
        from models.lcgan_report import table

        for line in table(report.comparison):
            say(line)
        for arm in report.comparison.arms:
            if arm.name == "LC-GAN":
                say("\n".join(shown(f"  {text}") for text in arm.samples))
    if result.best.step == 0:
        say("no step was better than none within the guards: this generator changes little")
    print(report.folder)
