"""`curator auth`: the keys that X and Spotify let us in with."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import json_line, say
from curator.cli.wiring import settings_of

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.net.x_keys import Hidden, XKeys

auth = typer.Typer(
    help="Let curator into X and Spotify.",
    rich_markup_mode=None,
)

OAUTH1 = {
    "consumer_key": "API key",
    "consumer_secret": "API key secret",
    "access_token": "Access token",
    "access_secret": "Access token secret",
}


@auth.command()
def x(
    browser: Annotated[
        bool,
        typer.Option("--browser", help="Consent in the browser (OAuth 2.0); no keys to paste."),
    ] = False,
    port: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=65535, help="Where the browser comes back to."),
    ] = 8723,
    home: Home = None,
) -> None:
    """Ask for what X lets us in with, try it, and keep it in the system's keyring.

    For one fixed account the four keys of OAuth 1.0a do: on the developer portal, below "Keys and
    tokens" of an app with read and write permission. They are not shown while they are typed or
    pasted; a script gives them on standard input, a line each.

    With --browser it asks for the app's client id (and its secret, if it has one), and the browser
    asks you. The app must allow http://127.0.0.1:8723/callback as a callback.

    Where there is no keyring, set CURATOR_X_CONSUMER_KEY, CURATOR_X_CONSUMER_SECRET,
    CURATOR_X_ACCESS_TOKEN and CURATOR_X_ACCESS_SECRET in the environment.

    \b
    Examples:
      curator auth x
      curator auth x --browser
    """
    from curator.net.credentials import keep
    from curator.net.x_errors import XError
    from curator.net.x_keys import OAuth1Keys, OAuth2Keys

    settings = settings_of(folder(home))
    _need_keyring("x")
    keys: XKeys
    if browser:
        fields = _consent(settings, port)
        keep("x", fields)  # a token is kept before it is used
        keys = OAuth2Keys(fields, settings.x_base_url)
    else:
        fields = _ask(OAUTH1)
        keys = OAuth1Keys(**fields)
    try:
        name = _try(keys, settings)
    except XError as error:
        raise Stop(f"{error}{'' if browser else '; nothing was kept'}") from None
    keep("x", fields)
    print(f"curator speaks for @{name}")


@auth.command()
def spotify(home: Home = None) -> None:
    """Ask for an app's client id and secret at Spotify and keep them in the system's keyring.

    Where there is no keyring, set CURATOR_SPOTIFY_CLIENT_ID and CURATOR_SPOTIFY_CLIENT_SECRET in
    the environment.

    \b
    Example:
      curator auth spotify
    """
    from curator.net.credentials import keep

    settings_of(folder(home))
    _need_keyring("spotify")
    keep("spotify", _ask({"client_id": "Client id", "client_secret": "Client secret"}))
    print("kept; songs are looked up on Spotify from now on")


@auth.command()
def status(json: Json = False) -> None:
    """Say which credentials there are, and where, without showing them.

    Of several for one service the first is used. The exit code is 1 where one is no use.

    \b
    Example:
      curator auth status --json
    """
    from curator.net.credentials import held, keyring_name

    found = list(held())
    if json:
        for one in found:
            body = {"service": one.service, "kind": one.kind, "place": one.place}
            print(json_line(body | ({"problem": one.problem} if one.problem else {})))
    else:
        for one in found:
            trouble = f": {one.problem}" if one.problem else ""
            print(f"{one.service}: {one.kind}, in {one.place}{trouble}")
        for service in ("x", "spotify"):
            if not any(one.service == service for one in found):
                print(f"{service}: none; `curator auth {service}`")
        print(f"keyring: {keyring_name() or 'none on this system; use the environment'}")
    if any(one.problem for one in found):
        raise typer.Exit(FAILED)


@auth.command()
def forget(service: Annotated[Literal["x", "spotify"], typer.Argument(metavar="SERVICE")]) -> None:
    """Take the credentials of a service (x or spotify) out of the keyring.

    \b
    Example:
      curator auth forget x
    """
    from curator.net.credentials import forget as take_out

    print("forgotten" if take_out(service) else f"the keyring holds none for {service}")


def _need_keyring(service: Literal["x", "spotify"]) -> None:
    from curator.net.credentials import keyring_name, variables

    if keyring_name() is None:
        names = "\n".join(f"  {name}" for name in variables(service).values())
        raise Stop(
            "this system has no keyring to keep keys in. Set these in the environment instead:\n"
            + names
        )


def _ask(labels: dict[str, str]) -> "Hidden":
    """Return what is typed, unseen, or comes on standard input. Raises `Stop` for nothing."""
    from curator.net.x_keys import Hidden

    fields = Hidden()
    for name, label in labels.items():
        if sys.stdin.isatty():
            fields[name] = getpass.getpass(f"{label}: ").strip()
        else:
            fields[name] = sys.stdin.readline().strip()
        if not fields[name]:
            raise Stop(f"no {label[0].lower()}{label[1:]} was given; nothing was kept", USAGE)
    return fields


def _consent(settings: "Settings", port: int) -> "Hidden":
    from curator.net.consent import consent
    from curator.net.x_errors import XError

    client = _ask({"client_id": "Client id"})
    secret = (
        getpass.getpass("Client secret (empty if it has none): ")
        if sys.stdin.isatty()
        else (sys.stdin.readline())
    )
    if secret.strip():
        client["client_secret"] = secret.strip()
    del secret
    try:
        return consent(settings.x_base_url, client, _show, port=port)
    except XError as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"port {port} on this machine can't be used: {error.strerror}") from None


def _show(address: str) -> None:
    say(f"Open this in a browser and consent:\n{address}")


def _try(keys: "XKeys", settings: "Settings") -> str:
    """Return the name of the account that the keys are for. Raises `XError`."""
    from curator.net.x import X

    return X(keys, base_url=settings.x_base_url).me().username
