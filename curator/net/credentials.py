"""What the services let us in with: environment variables, else the system's keyring.

Nothing of it is ever shown: what holds a secret prints without it, and no error repeats one.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from curator.net.x_keys import Hidden, OAuth1Keys, OAuth2Keys, XKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CredentialsError", "NoCredentials", "OAuth1Keys", "OAuth2Keys", "XKeys"]

Name = Literal["x", "spotify"]
ENTRY: Final = "curator"
"""The keyring's service; the user names in it are `x` and `spotify`."""

OAUTH1: Final = {
    "consumer_key": "CURATOR_X_CONSUMER_KEY",
    "consumer_secret": "CURATOR_X_CONSUMER_SECRET",
    "access_token": "CURATOR_X_ACCESS_TOKEN",
    "access_secret": "CURATOR_X_ACCESS_SECRET",
}
BEARER: Final = "CURATOR_X_OAUTH2_TOKEN"
"""A user's access token of OAuth 2.0; it runs out after two hours and can't be renewed."""
SPOTIFY: Final = {
    "client_id": "CURATOR_SPOTIFY_CLIENT_ID",
    "client_secret": "CURATOR_SPOTIFY_CLIENT_SECRET",
}


class CredentialsError(Exception):
    """Credentials can't be read or kept; the message says what to do, and holds none."""


class NoCredentials(CredentialsError):
    """There are none for this service."""


@dataclass(frozen=True, slots=True)
class SpotifyKeys:
    """What Spotify knows an app by."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """That there is something for a service: of which kind, where, and why it is no use, if so."""

    service: Name
    kind: str
    place: str
    problem: str = ""


def read_x(base_url: str) -> XKeys:
    """Return what signs requests to X. Raises `NoCredentials` and `CredentialsError`.

    Tokens that run out are renewed at `base_url`.
    """
    given = _environment(OAUTH1)
    if given:
        return OAuth1Keys(**_whole(given, OAUTH1))
    if os.environ.get(BEARER):
        return OAuth2Keys(Hidden(access_token=os.environ[BEARER].strip()), base_url)
    kept = _kept("x")
    if kept is None:
        raise NoCredentials(
            "there are no keys for X; `curator auth x` asks for them, or set " + _named(OAUTH1)
        )
    if kept.keys() >= OAUTH1.keys():
        return OAuth1Keys(**{name: kept[name] for name in OAUTH1})
    if "access_token" not in kept:
        raise CredentialsError("what the keyring holds for X is no use; run `curator auth x` again")
    return OAuth2Keys(
        kept, base_url, save=lambda fields: keep("x", fields), read=lambda: _kept("x")
    )


def read_spotify() -> SpotifyKeys:
    """Return the app's keys at Spotify. Raises `NoCredentials` and `CredentialsError`."""
    fields: Hidden | None = _environment(SPOTIFY)
    if fields:
        return SpotifyKeys(**_whole(fields, SPOTIFY))
    fields = _kept("spotify")
    if fields is None:
        raise NoCredentials(
            "there are no keys for Spotify; `curator auth spotify` asks for them, or set "
            + _named(SPOTIFY)
        )
    if not fields.keys() >= SPOTIFY.keys():
        raise CredentialsError(
            "what the keyring holds for Spotify is no use; run `curator auth spotify` again"
        )
    return SpotifyKeys(**{name: fields[name] for name in SPOTIFY})


def keep(service: Name, fields: Mapping[str, str]) -> None:
    """Put credentials into the keyring and make sure that they are there.

    Raises `CredentialsError`, which says how to do without a keyring.
    """
    if problem := _put(service, Hidden(fields)):
        raise CredentialsError(
            f"the system's keyring can't be used here ({problem}); "
            f"set {_named(variables(service))} in the environment instead"
        )


def _put(service: Name, fields: Hidden) -> str | None:
    """Write into the keyring and read back; say what went wrong, if anything did."""
    text = json.dumps(dict(fields))
    try:
        import keyring

        keyring.set_password(ENTRY, service, text)
        if keyring.get_password(ENTRY, service) == text:
            return None
    except Exception as error:  # backends raise what they like
        return type(error).__name__
    return "it did not keep them"


def forget(service: Name) -> bool:
    """Take credentials out of the keyring; whether there were any. Raises `CredentialsError`."""
    if _kept(service) is None:
        return False
    try:
        import keyring

        keyring.delete_password(ENTRY, service)
    except Exception as error:
        raise CredentialsError(f"the keyring can't be used ({type(error).__name__})") from None
    return True


def held() -> "Iterator[Held]":
    """Yield what there is, by service, the first of each being what is used."""
    for service in ("x", "spotify"):
        if given := _environment(variables(service)):
            missing = [v for name, v in variables(service).items() if name not in given]
            problem = f"{', '.join(missing)} missing" if missing else ""
            kind = "OAuth 1.0a keys" if service == "x" else "client credentials"
            yield Held(service, kind, "the environment", problem)
        if service == "x" and os.environ.get(BEARER):
            yield Held("x", "OAuth 2.0 token, not renewed", "the environment")
        try:
            fields = _kept(service)
        except CredentialsError as error:
            yield Held(service, "?", "the keyring", str(error))
            continue
        if fields is not None:
            yield Held(service, _kind(fields), "the keyring")


def keyring_name() -> str | None:
    """Return what the system's keyring calls itself, None where there is none."""
    import keyring
    from keyring.backends import fail, null

    ring = keyring.get_keyring()
    return None if isinstance(ring, fail.Keyring | null.Keyring) else ring.name


def _kind(fields: Mapping[str, str]) -> str:
    if fields.keys() >= OAUTH1.keys():
        return "OAuth 1.0a keys"
    if fields.keys() >= SPOTIFY.keys() and "access_token" not in fields:
        return "client credentials"
    renewed = "renewed by itself" if "refresh_token" in fields else "not renewed"
    return f"OAuth 2.0 token, {renewed}"


def variables(service: Name) -> Mapping[str, str]:
    """Return the environment variables that stand for a service's credentials, by field."""
    return OAUTH1 if service == "x" else SPOTIFY


def _named(variables: Mapping[str, str]) -> str:
    *most, last = variables.values()
    return f"{', '.join(most)} and {last}"


def _environment(variables: Mapping[str, str]) -> Hidden:
    """Return what is set, by our names."""
    return Hidden(
        (name, os.environ[variable].strip())
        for name, variable in variables.items()
        if os.environ.get(variable, "").strip()
    )


def _whole(given: Hidden, variables: Mapping[str, str]) -> Hidden:
    if missing := [variable for name, variable in variables.items() if name not in given]:
        raise CredentialsError(f"{', '.join(missing)} is missing in the environment")
    return given


def _kept(service: Name) -> Hidden | None:
    """Return what the keyring holds, None for nothing and where there is no keyring."""
    try:
        import keyring
        from keyring.errors import NoKeyringError

        try:
            text = keyring.get_password(ENTRY, service)
        except NoKeyringError:
            return None
    except Exception as error:  # locked, or a backend's own trouble
        raise CredentialsError(
            f"the system's keyring can't be read ({type(error).__name__}); unlock it, or set "
            f"{_named(variables(service))} in the environment"
        ) from None
    if text is None:
        return None
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(v, str) for v in fields.values()):
        return Hidden()
    return Hidden(fields)
