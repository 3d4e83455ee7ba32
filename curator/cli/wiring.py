"""The one place that puts the parts together: folder, settings, store, engine, desk."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from curator.cli.exits import USAGE, Stop
from curator.cli.home import choose

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.desk.desk import Desk
    from curator.engine.client import Engine, Trainer
    from curator.music.lookup import Lookup
    from curator.music.source import Source
    from curator.net.x import X
    from curator.store import Store
    from models.writer import Steering, Writer


SMALL: Final = "cvae-small"
BETTER: Final = "smollm2-voice"
BASES: Final = "CURATOR_BASES"
"""As `models.pretrained.base` has it, which a desk that paints at once does not import."""


def settings_of(home: Path, **flags: Any) -> "Settings":
    """Read the settings of a data folder. Raises `ConfigError`."""
    from curator.config import load_settings

    return load_settings(home, **flags)


def existing(home: Path) -> Path:
    """Return the folder where it exists, for commands that need something in it.

    Raises `Stop`: where there is nothing, `--home` is mistyped more often than not.
    """
    if not home.is_dir():
        raise Stop(f"there is no data folder {home}; name yours with --home DIR", USAGE)
    return home


def open_store(home: Path, *, write: bool) -> "Store":
    """Open the store to write (takes the lock) or to read (takes none). Raises `StoreError`."""
    from curator.store import Store

    return Store.open(home, write=write)


def make_desk(home: Path, settings: "Settings") -> "Desk":
    """Return a desk over this folder, its engine not yet started."""
    from curator.desk.desk import Desk
    from curator.engine.later import LaterEngine

    def engine() -> "Engine":
        from curator.engine.client import EngineClient

        return EngineClient(
            model=where_is(settings.model, home),
            device=settings.device,
            log=home / "logs" / "engine.log",
        )

    def x() -> "X | None":
        return connect_x(settings)

    def looking() -> "Lookup":
        return connect_lookup(home, settings)

    def trainer() -> "Trainer":
        return make_trainer(home, settings)

    return Desk(
        home,
        settings,
        LaterEngine(engine),
        account=x,
        reading=x,
        looking=looking,
        trainer=trainer,
        offer=offer(home, settings),
    )


def offer(home: Path, settings: "Settings") -> str:
    """Return what to say where the small model writes: how the better one would."""
    if settings.model != SMALL:
        return ""
    its = home_option(home)
    if any((Path(place) / "smollm2" / "config.json").is_file() for place in _base_folders(home)):
        return f"The small model writes. The better one is here: `curator models use {BETTER}{its}`"
    return (
        "The small model writes. A better one is a command away: "
        f"`curator models pull smollm2{its}`, 93 MB, once"
    )


def home_option(home: Path) -> str:
    """Return what a command that is told to a person needs so that it works on this home."""
    return "" if home == choose(None) == _default_home() else f" --home {shlex.quote(str(home))}"


def make_trainer(home: Path, settings: "Settings") -> "Trainer":
    """Return a worker for a training, not yet started: another one than that which writes."""
    from curator.engine.client import EngineClient

    return EngineClient(
        model=where_is(settings.model, home),
        device=settings.device,
        log=home / "logs" / "training.log",
        max_restarts=1,
    )


def connect_lookup(home: Path, settings: "Settings") -> "Lookup":
    """Return what is asked about songs: the sources of the settings, Spotify if it has keys."""
    from curator.music.cache import Cache
    from curator.music.catalogue import Catalogue
    from curator.music.lookup import Lookup
    from curator.music.musicbrainz import MusicBrainz
    from curator.music.spotify import Spotify
    from curator.net.credentials import CredentialsError, read_spotify

    sources: list[Source] = []
    for name in settings.sources:
        if name == "catalogue":
            sources.append(Catalogue(home))
        elif name == "musicbrainz":
            contact = settings.musicbrainz_contact
            sources.append(MusicBrainz(settings.musicbrainz_base_url, contact=contact))
        else:
            try:
                keys = read_spotify()
            except CredentialsError:  # there are none, or none that can be read
                continue
            addresses = settings.spotify_base_url, settings.spotify_token_url
            sources.append(Spotify(keys, *addresses))
    cache = Cache(home / "cache" / "lookups.db")
    return Lookup(sources, cache, model_sources=settings.model_sources)


def connect_x(settings: "Settings") -> "X | None":
    """Return a client of X for one thread; None without credentials. Raises `CredentialsError`."""
    from curator.net.credentials import NoCredentials, read_x
    from curator.net.x import X

    try:
        keys = read_x(settings.x_base_url)
    except NoCredentials:
        return None
    return X(keys, base_url=settings.x_base_url, names=settings.x_names)


def model_folder(home: Path) -> Path:
    """Return where models live beside those that ship: what `curator train` makes goes here.

    The bases that some of them stand on can be found from here on.
    """
    reach_bases(home)
    return home / "models"


def _default_home() -> Path:
    from curator.config import default_home

    return default_home()


def base_folder(home: Path) -> Path:
    """Return where pretrained bases live that `curator models pull` fetches for this home."""
    return home / "bases"


def reach_bases(home: Path) -> None:
    """Let this process and its children find the bases of this home and of the default one."""
    os.environ[BASES] = os.pathsep.join(dict.fromkeys(_base_folders(home)))


def _base_folders(home: Path) -> list[str]:
    named = [place for place in os.environ.get(BASES, "").split(os.pathsep) if place]
    return [*named, str(base_folder(home)), str(base_folder(_default_home()))]


def check_model(model: str, home: Path) -> None:
    """Raise `Stop` unless there is such a model and all that it stands on."""
    from models.checkpoint import CheckpointError, describe
    from models.library import find
    from models.pretrained.base import find as find_base

    try:
        about = describe(find(where_is(model, home)))
        if about["kind"] == "pretrained":
            find_base(str(about["config"]["named"]))
    except CheckpointError as error:
        raise Stop(f"{error}. `curator models` lists what there is.", USAGE) from error


def where_is(model: str, home: Path) -> str:
    """Return what the engine is to load: a folder for a model of this home, else the name."""
    own = model_folder(home) / model
    return str(own) if (own / "model.json").is_file() else model


def load_writer(model: str, device: str | None, home: Path) -> "Writer":
    """Load a model into this process. Raises `Stop` when it is not there or can't be used."""
    from models.checkpoint import CheckpointError
    from models.library import load

    check_device(device)
    try:
        return load(where_is(model, home), device)
    except CheckpointError as error:
        raise Stop(f"{error}. `curator models` lists what there is.", USAGE) from error


def first_of_kin(model: str, home: Path) -> str | None:
    """Return the hash under which what is learnt with a model is kept, without loading the model:
    `Writer.kin`'s first. None where it can't be told."""
    from models.checkpoint import CheckpointError, describe
    from models.library import find
    from models.pretrained.base import find as find_base

    try:
        about = describe(find(where_is(model, home)))
        if about["kind"] != "pretrained":
            return str(about["weights_hash"])
        from models.pretrained.storing import KIN, identity  # torch comes with it

        config = about["config"]
        kin = [*about["decoding"].get(KIN, ()), about["weights_hash"]]
        return identity(str(kin[0]), str(config["base"]), find_base(str(config["named"])))
    except (CheckpointError, KeyError):
        return None


def load_steering(name: str, home: Path, writer: "Writer") -> "Steering":
    """Load what moves a writer's z, by name or folder. Raises `Stop` if it does not fit.

    It may be the generator of topics, or a version of what was learnt from the curator.
    """
    from models.lcgan_store import LcGanError, check_fits, load
    from models.learning import LearnError, load_generator
    from models.library import SHIPPED

    places = [model_folder(home) / name, SHIPPED / name, home / "learned" / name, Path(name)]
    place = next((place for place in places if place.is_dir()), places[-1])
    try:
        if (place / "learned.json").is_file():
            learnt = load_generator(place)
            if getattr(learnt, "weights_hash", None) != writer.kin[0]:
                raise Stop(f"--steer: {name} was learnt for another model", USAGE)
            return learnt
        generator = load(place)
        check_fits(generator, writer)
    except (LcGanError, LearnError) as error:
        raise Stop(f"--steer: {error}", USAGE) from error
    return generator


def check_device(device: str | None) -> None:
    """Raise `Stop` for a device that is not there, naming the kinds that are."""
    import torch

    if device is None:
        return
    kind = device.partition(":")[0]
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    try:
        torch.device(device)
    except RuntimeError:  # such as cpu:one
        kind = ""
    if not there.get(kind):
        names = ", ".join(name for name, is_there in there.items() if is_there)
        raise Stop(f"there is no device {device!r} here; there is {names}", USAGE)
