"""`curator learn`: from judgements to a better generator, without the desk."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.learn_lines import as_json, rates_json, skill_line, state_of, status_lines
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, count, duration, json_line, say
from curator.cli.wiring import existing, first_of_kin, make_trainer, open_store, settings_of

if TYPE_CHECKING:
    from curator.domain.steps import VersionStep, VersionStepKind
    from curator.domain.versions import Version, Versions
    from curator.engine.messages import Progress

learn = typer.Typer(
    help="Learn from the judgements: train, compare, promote, roll back.", rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="VERSION", help="As `curator learn list` names it.")]


@learn.command()
def train(
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="S",
            min=0,
            max=2**31 - 1,
            show_default=False,
            help="Decides every random choice; without it, the version's number.",
        ),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N=WEIGHT",
            show_default=False,
            help="A topic to go after as well, by number; without it, `learn_wanted`.",
        ),
    ] = None,
    topic_share: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0,
            max=1,
            show_default=False,
            help="The topics' share in the reward; without it, `learn_share`.",
        ),
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Train a new version on all labels: a reward, and a generator that moves z towards it.

    Approvals, rejections, stars, best and worst, edits and likes are labels. The version is kept
    as learned/VERSION in the data folder, with its labels, and measured on songs that it has not
    seen. Nothing is written with it before it is promoted. Ctrl-C stops, and leaves nothing.

    \b
    Example:
      curator learn train --seed 1 --json
      curator learn train --topic 8=1 --topic-share 0.5
    """
    from curator.desk.learning import held_against, too_few
    from curator.desk.survey import survey
    from curator.desk.training import Order, next_name
    from curator.desk.training import train as run
    from curator.engine.errors import EngineCancelled, EngineError

    place = existing(folder(home))
    wanted = ", ".join(topic) if topic else None
    settings = settings_of(place, learn_wanted=wanted, learn_share=topic_share)
    if topic_share is not None and settings.wish is None:
        raise Stop("--topic-share needs topics: --topic N=WEIGHT, or `learn_wanted`", USAGE)
    with open_store(place, write=True) as store:
        versions = _versions(store.versions())
        labels = survey(store).labels
        if few := too_few(len(labels)):
            raise Stop(few, FAILED)
        order = Order(
            next_name(place, versions),
            labels,
            settings.model,
            len(versions.all()) + 1 if seed is None else seed,
            held_against(versions.in_use),
            settings.wish,
        )
        with Status() as status:
            shower = _Shower(status)
            trainer = make_trainer(place, settings)
            try:
                data = asyncio.run(run(place, order, trainer, settings.model_sources, shower.show))
            except EngineCancelled:
                raise KeyboardInterrupt from None
            except EngineError as error:
                raise Stop(str(error), FAILED) from error
        step = _step(settings.curator, order.version, "trained", data)
        store.append(step).result()
        versions.apply(step)
    version = versions.get(order.version)
    assert version is not None
    if json:
        print(json_line(as_json(version, versions)))
        return
    say(skill_line(version.figures))
    for line in _against(version, versions, first_of_kin(settings.model, place), generator=True):
        say(f"not yet better: {line}")
    print(version.name)


class _Shower:
    """A line that changes on a terminal; elsewhere a line at each new phase."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._phase = ""

    def show(self, now: "Progress") -> None:
        parts = [
            f"{now.phase} {now.done:,}/{now.total:,}" if now.total else now.phase,
            now.detail,
            f"{duration(now.seconds_left)} left" if now.seconds_left is not None else "",
        ]
        line = " · ".join(part for part in parts if part)
        self._status.show(line)
        if not self._status.live and now.phase != self._phase:
            self._phase = now.phase
            say(line)


@learn.command()
def status(json: Json = False, home: Home = None) -> None:
    """Say how many labels there are, what is in use, how good it is, and how each arm does.

    Approval rates come with 95 % intervals. Control is what is written as if nothing had been
    learnt; best-of and steered texts are each chosen from as many drafts.

    \b
    Example:
      curator learn status --json
    """
    from curator.desk.survey import survey
    from curator.domain.versions import Versions

    place = existing(folder(home))
    store = open_store(place, write=False)
    for notice in store.notices:
        say(f"curator: {notice}")
    found, versions = survey(store), Versions(store.versions())
    if not json:
        for line in status_lines(found, versions):
            print(line)
        return
    use, newest = versions.in_use, versions.newest()
    print(
        json_line(
            {
                "labels": len(found.labels),
                "liked": found.liked,
                "kinds": dict(found.kinds),
                "in_use": as_json(use.version, versions) if use else None,
                "generator_in_use": bool(use and use.generator),
                "newest": newest.name if newest else None,
                "arms": rates_json(found.rates),
                "over_time": [
                    {"from": p.start, "to": p.end, "arms": rates_json(p.rates)}
                    for p in found.periods
                ],
                "by_version": {v: rates_json(of) for v, of in found.periods_of.items()},
            }
        )
    )


@learn.command(name="list")
def listing(json: Json = False, home: Home = None) -> None:
    """List the versions, oldest first: what each was learnt from, how good it is, its state.

    \b
    Example:
      curator learn list
    """
    from curator.domain.versions import Versions

    store = open_store(existing(folder(home)), write=False)
    versions = Versions(store.versions())
    for version in versions.all():
        if json:
            print(json_line(as_json(version, versions)))
            continue
        state, labels = state_of(version, versions), count(version.labels, "label")
        day, skill = version.at[:10], skill_line(version.figures)
        print(f"{version.name}  {day}  {labels}  {skill}" + (f"  {state}" if state else ""))


@learn.command()
def promote(
    version: Name,
    reward_only: Annotated[
        bool,
        typer.Option("--reward-only", help="Rank drafts by its reward, but steer nothing."),
    ] = False,
    insist: Annotated[
        bool, typer.Option("--insist", help="Promote it whatever was measured.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Write with a version from now on: a fifth of the texts stays as ever, to compare with.

    Its generator must beat the best of as many drafts without it, and the generator in use if
    that is for the same model, on songs that neither has seen; else the exit code is 1 and the
    reasons are said. --reward-only promotes its reward alone, --insist promotes against what was
    measured.

    \b
    Examples:
      curator learn promote v3
      curator learn promote v3 --reward-only
    """
    place = existing(folder(home))
    settings = settings_of(place)
    with open_store(place, write=True) as store:
        versions = _versions(store.versions())
        chosen = versions.get(version)
        if chosen is None:
            names = ", ".join(v.name for v in versions.all()) or "none"
            raise Stop(f"there is no version {version!r}; there are: {names}", USAGE)
        if not (place / "learned" / version).is_dir():
            raise Stop(f"the folder {place / 'learned' / version} is gone", FAILED)
        weights = first_of_kin(settings.model, place)
        reasons = _against(chosen, versions, weights, generator=not reward_only)
        if reasons and not insist:
            hint = "" if reward_only else "--reward-only ranks drafts by its reward alone; "
            raise Stop(f"{version}: {'; '.join(reasons)}. {hint}--insist does it anyway", FAILED)
        steers = not reward_only and chosen.figures.generator
        data = {"generator": steers, "insisted": bool(reasons)}
        step = _step(settings.curator, version, "promoted", data)
        store.append(step).result()
        versions.apply(step)
    _tell_use(versions, json)


@learn.command()
def rollback(json: Json = False, home: Home = None) -> None:
    """Go back to what was in use before the last promotion.

    \b
    Example:
      curator learn rollback
    """
    place = existing(folder(home))
    with open_store(place, write=True) as store:
        versions = _versions(store.versions())
        if versions.in_use is None:
            raise Stop("nothing that was learnt is in use", FAILED)
        name = versions.in_use.version.name
        step = _step(settings_of(place).curator, name, "rolled_back", {})
        store.append(step).result()
        versions.apply(step)
    _tell_use(versions, json)


def _versions(steps: "list[VersionStep]") -> "Versions":
    from curator.domain.versions import Versions

    return Versions(steps)


def _step(
    curator: str, version: str, kind: "VersionStepKind", data: dict[str, Any]
) -> "VersionStep":
    from curator.desk.ledger import new_id, now, stamp
    from curator.domain.steps import VersionStep

    return VersionStep(new_id(), stamp(now()), curator, version, kind, data)


def _against(
    version: "Version", versions: "Versions", weights: str | None, *, generator: bool
) -> list[str]:
    from curator.domain.versions import against_generator, against_reward

    if generator:
        return against_generator(version, versions.in_use, weights)
    return against_reward(version, weights)


def _tell_use(versions: "Versions", json: bool) -> None:
    use = versions.in_use
    if json:
        print(
            json_line(
                {
                    "in_use": use.version.name if use else None,
                    "generator": bool(use and use.generator),
                    "insisted": bool(use and use.insisted),
                }
            )
        )
    elif use is None:
        print("nothing that was learnt is in use: texts come as at the beginning")
    else:
        what = "reward and generator" if use.generator else "reward alone"
        print(f"{use.version.name} is in use ({what})")
