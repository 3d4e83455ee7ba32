"""Settings: `config.toml` in the data folder, then the environment, then flags.

A flag wins over `CURATOR_<NAME>`, that over the file, the file over the defaults below. Written
by hand on the standard library: a validating library takes longer to import than the whole first
paint may take.
"""

import getpass
import json
import os
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from curator.domain.wishes import Wish, weights_of

PREFIX = "CURATOR_"


class ConfigError(Exception):
    """The settings can't be used; the message names where each comes from and what is allowed."""


def default_home() -> Path:
    """Return the data folder that is used when none is named."""
    import platformdirs

    return platformdirs.user_data_path("curator", appauthor=False)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user: a container with a bare uid
        return "curator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a curator can set. Raises ValueError for a value that is not allowed."""

    curator: str = field(default_factory=_user)
    """Whose judgements these are."""
    model: str = "cvae-small"
    """The writer: a name from `curator models`, or a folder."""
    device: str | None = None
    """Where it runs: cuda, mps or cpu; by itself it takes the first of these that is there."""
    batch: int = 5
    """Samples written for a request at a time."""
    ahead: int = 2
    """How many requests after the current one get their batch written in advance."""
    temperature: float | None = None
    """How daring the writing is; by itself as the model is meant to write."""
    top_p: float = 0.9
    """The share of probability that sampling draws from."""
    theme: str = "curator-dark"
    """A theme's name, as the palette lists them."""
    similar: float = 0.8
    """From which likeness on two texts are called near-duplicates."""
    x_base_url: str = "https://api.x.com"
    """Where X is."""
    x_stream: str = "mentions"
    """What is read of X: mentions, timeline or both."""
    x_poll_seconds: int = 60
    """How often X is asked for new requests; 0 never."""
    x_monthly_dollars: float = 10.0
    """What reading X may cost in a calendar month (UTC)."""
    x_names: bool = True
    """Whether X is asked for the names of who asks, which costs more than what they say."""
    publish: str = "x"
    """Which requests an approval answers with a post: those from x, all, or none."""
    undo_seconds: int = 20
    """How long a post waits after its approval, so that it can be undone."""
    post_monthly_dollars: float = 10.0
    """What posts may cost in a calendar month (UTC)."""
    dry_run: bool = False
    """Whether posts are only rehearsed; without credentials for X they always are."""
    sources: tuple[str, ...] = ("catalogue", "musicbrainz", "spotify")
    """Who is asked about songs, in this order; Spotify only where there are keys for it."""
    model_sources: tuple[str, ...] = ("catalogue", "musicbrainz")
    """Whose genres and features may reach the model: Spotify forbids it for its own."""
    spotify_base_url: str = "https://api.spotify.com/v1/"
    """Where Spotify is."""
    spotify_token_url: str = "https://accounts.spotify.com/api/token"
    """Where Spotify lets programs in."""
    musicbrainz_base_url: str = "https://musicbrainz.org"
    """Where MusicBrainz is."""
    musicbrainz_contact: str | None = None
    """A mail address or page that MusicBrainz can turn to about the requests sent to it."""
    learn_wanted: str | None = None
    """Topics that learning goes after beside the judgements, as `8=1, 3=-0.5`; see `Wish`."""
    learn_topics: str = "topics"
    """The set of topics that these numbers are of: a name, or a folder."""
    learn_share: float = 0.3
    """The topics' share in what learning goes after; the judgements have the rest."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Other keys for actions: the id of a binding, as the help shows it → key or keys."""

    @property
    def wish(self) -> Wish | None:
        """What learning goes after beside the judgements; None where no topic is wanted."""
        if not self.learn_wanted or not self.learn_share:
            return None
        return Wish(self.learn_topics, weights_of(self.learn_wanted), self.learn_share)

    def __post_init__(self) -> None:
        for own in fields(self):
            _check(own.name, getattr(self, own.name))
        for name in _LISTS:
            object.__setattr__(self, name, tuple(getattr(self, name)))


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "batch": (1, 64),
    "ahead": (0, 20),
    "temperature": (0.05, 2),
    "top_p": (0.05, 1),
    "similar": (0.05, 1),
    "x_poll_seconds": (0, 86_400),
    "x_monthly_dollars": (0, 10_000),
    "undo_seconds": (0, 600),
    "post_monthly_dollars": (0, 10_000),
    "learn_share": (0, 1),
}
_WHOLE = ("batch", "ahead", "x_poll_seconds", "undo_seconds")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "x_stream": ("mentions", "timeline", "both"),
    "publish": ("x", "all", "none"),
}
_SWITCHES = ("x_names", "dry_run")
_LISTS: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("sources", "model_sources"), ("catalogue", "musicbrainz", "spotify")
)
_MAY_BE_MISSING = ("device", "temperature", "musicbrainz_contact", "learn_wanted")
_GROUPS = ("x", "spotify", "musicbrainz", "learn")
"""Tables of the file: `base_url` in `[x]` is the setting `x_base_url`."""


def _check(name: str, value: object) -> None:
    """Raise ValueError, saying what is allowed, unless `value` is right for the setting."""
    if value is None and name in _MAY_BE_MISSING:
        return
    if name in _BOUNDS:
        low, high = _BOUNDS[name]
        number = isinstance(value, int if name in _WHOLE else int | float)
        if isinstance(value, bool) or not number or not low <= value <= high:  # type: ignore[operator]
            kind = "a whole number" if name in _WHOLE else "a number"
            raise ValueError(f"{name} is {kind} from {low:g} to {high:g}, not {value!r}")
    elif name == "keys":
        pairs = value.items() if isinstance(value, Mapping) else [(0, 0)]
        if not all(isinstance(key, str) and isinstance(text, str) for key, text in pairs):
            raise ValueError(f'keys are pairs of texts such as approve = "A", not {value!r}')
    elif name in _LISTS:
        listed = value if isinstance(value, list | tuple) else (None,)
        if not all(entry in _LISTS[name] for entry in listed) or len({*listed}) < len(listed):
            raise ValueError(f"{name} is a list of {', '.join(_LISTS[name])}, not {value!r}")
    elif name in _SWITCHES:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false, not {value!r}")
    elif not (isinstance(value, str) and value.strip()) and (value or name not in _MAY_BE_MISSING):
        raise ValueError(f"{name} is a text, not {value!r}")
    elif name in _CHOICES and value not in _CHOICES[name]:
        raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}, not {value!r}")
    elif name.endswith("_url"):
        _check_address(name, str(value))
    elif name == "learn_wanted" and value:
        try:
            weights_of(str(value))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None


def _check_address(name: str, address: str) -> None:
    """Raise ValueError for an address that secrets must not be sent to: not https, not here."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port  # an impossible port raises
    except ValueError as error:
        raise ValueError(f"{name} is no address: {error}") from error
    here = host in ("localhost", "::1") or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{name} is an address without name, password, ? and #")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ValueError(
            f"{name} is an address that begins with https://, or with http:// on this machine, "
            f"not {address!r}"
        )


def load_settings(home: Path, **flags: Any) -> Settings:
    """Read the settings of a data folder; flags that are None count as not given.

    Raises `ConfigError`.
    """
    file = home / "config.toml"
    given: dict[str, Any] = {}
    problems: list[str] = []
    for place, values in (
        (str(file), _read(file)),
        ("the environment", _environment()),
        ("flags", {name: value for name, value in flags.items() if value is not None}),
    ):
        for name, value in values.items():
            try:
                _known(name)
                _check(name, value)
            except ValueError as error:
                problems.append(f"{place}: {error}")
            given[name] = value
    if problems:
        raise ConfigError("; ".join(problems))
    return Settings(**given)


def _known(name: str) -> None:
    names = [own.name for own in fields(Settings)]
    if name not in names:
        raise ValueError(f"there is no setting {name!r}; there are {', '.join(names)}")


def _read(file: Path) -> dict[str, Any]:
    try:
        return _flat(tomllib.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: {error}") from error
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}") from error


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a file: those in the tables of the services among the others."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if name in _GROUPS and isinstance(value, dict):
            flat |= {f"{name}_{inner}": own for inner, own in value.items()}
        else:
            flat[name] = value
    return flat


def _environment() -> dict[str, Any]:
    """Return the settings of the environment; other variables may share the prefix."""
    found: dict[str, Any] = {}
    for own in fields(Settings):
        text = os.environ.get(PREFIX + own.name.upper())
        if text is None:
            continue
        value: Any = text
        if own.name in _BOUNDS or own.name in _SWITCHES or own.name == "keys":
            try:
                value = json.loads(text)
            except ValueError:
                value = text
        elif own.name in _LISTS:
            value = [entry.strip() for entry in text.split(",") if entry.strip()]
        found[own.name] = value
    return found


def save_setting(home: Path, name: str, value: str | int | float) -> None:
    """Change one setting in `config.toml`, comments and the rest left as they are."""
    import tomlkit

    file = (home / "config.toml").resolve()  # what a link points to is changed, not the link
    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    document[name] = value
    draft = file.with_suffix(".toml.new")
    draft.write_text(tomlkit.dumps(document), "utf-8")
    if file.exists():
        shutil.copymode(file, draft)
    draft.replace(file)
