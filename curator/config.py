"""Settings: `config.toml` in the data folder, then the environment, then flags.

A flag wins over `CURATOR_<NAME>`, that over the file, the file over the defaults below.
"""

import getpass
import tomllib
from pathlib import Path
from typing import Any

import platformdirs
import tomlkit
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class ConfigError(Exception):
    """The settings can't be used; the message names the file and the field."""


def default_home() -> Path:
    """Return the data folder that is used when none is named."""
    return platformdirs.user_data_path("curator", appauthor=False)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user: a container with a bare uid
        return "curator"


class Settings(BaseSettings):
    """What a curator can set."""

    model_config = SettingsConfigDict(env_prefix="CURATOR_", extra="forbid")

    curator: str = Field(default_factory=_user)
    """Whose judgements these are."""
    model: str = "cvae-small"
    """The writer: a name from `curator models`, or a folder."""
    device: str | None = None
    """Where it runs: cuda, mps or cpu; by itself it takes the first of these that is there."""
    batch: int = Field(default=5, ge=1, le=64)
    """Samples written for a request at a time."""
    ahead: int = Field(default=2, ge=0, le=20)
    """How many requests after the current one get their batch written in advance."""
    temperature: float = Field(default=0.8, gt=0, le=2)
    """How daring the writing is."""
    top_p: float = Field(default=0.92, gt=0, le=1)
    """The share of probability that sampling draws from."""
    theme: str = "textual-dark"
    """A theme's name, as the palette lists them."""
    similar: float = Field(default=0.8, gt=0, le=1)
    """From which likeness on two texts are called near-duplicates."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for actions: the id of a binding, as the help shows it → key or keys."""


def load_settings(home: Path, **flags: Any) -> Settings:
    """Read the settings of a data folder; flags that are None count as not given.

    Raises `ConfigError`.
    """
    file = home / "config.toml"

    class FromHere(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            toml = TomlConfigSettingsSource(settings_cls, file)
            return init_settings, env_settings, toml

    try:
        return FromHere(**{k: v for k, v in flags.items() if v is not None})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: {error}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise ConfigError(f"settings ({file}, CURATOR_… or flags): {problems}") from error


def save_setting(home: Path, name: str, value: str | int | float) -> None:
    """Change one setting in `config.toml`, comments and the rest left as they are."""
    file = home / "config.toml"
    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    document[name] = value
    draft = file.with_suffix(".toml.new")
    draft.write_text(tomlkit.dumps(document), "utf-8")
    draft.replace(file)
