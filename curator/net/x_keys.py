"""What signs requests to X: keys of OAuth 1.0a, or a token of OAuth 2.0 that is renewed.

A refresh token of X works once: the new one is kept before it is used, and two processes that
share it renew one after the other.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from curator.net.x_errors import Refused, Unauthorised, Unreachable

if TYPE_CHECKING:
    import tweepy
    from filelock import FileLock

TOKEN_PATH = "/2/oauth2/token"
_EARLY = 60.0
"""A token is renewed so many seconds before it runs out."""
_AGAIN = "run `curator auth x --browser` again"


class Hidden(dict[str, str]):
    """Fields whose values no traceback shows, even one that shows all variables."""

    def __repr__(self) -> str:
        return "Hidden(…)"

    def __rich_repr__(self) -> "Iterator[str]":
        """Show rich no more than that."""
        yield "…"


class XKeys(Protocol):
    """What signs requests to X."""

    def sign_in(self, client: "tweepy.Client") -> None:
        """Give the client what it signs with; renews what is about to run out."""

    def renew(self) -> bool:
        """Get a new token after X refused this one; False where that can't be done."""


@dataclass(frozen=True, slots=True)
class OAuth1Keys:
    """Keys of an app and of its user: they hold until they are revoked."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)

    def sign_in(self, client: "tweepy.Client") -> None:
        """Sign with OAuth 1.0a."""
        client.bearer_token = None
        client.consumer_key = self.consumer_key
        client.consumer_secret = self.consumer_secret
        client.access_token = self.access_token
        client.access_token_secret = self.access_secret

    def renew(self) -> bool:
        """Such keys can't be renewed."""
        return False


class OAuth2Keys:
    """A user's token, and what gets the next one.

    `fields` are access_token, and if it can be renewed refresh_token, client_id, client_secret
    (of confidential clients) and expires_at (seconds since 1970, as text). `save` keeps them,
    `read` returns what is kept, perhaps by another process. All methods raise `XError`.
    """

    def __init__(
        self,
        fields: Mapping[str, str],
        base_url: str,
        *,
        save: Callable[[Mapping[str, str]], None] | None = None,
        read: Callable[[], Hidden | None] | None = None,
        timeout: float = 20.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fields = Hidden(fields)
        self._unsaved: Hidden | None = None
        self._base_url = base_url
        self._save = save
        self._read = read
        self._timeout = timeout
        self._clock = clock
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "OAuth2Keys(…)"

    def sign_in(self, client: "tweepy.Client") -> None:
        """Sign with the token, renewed where it runs out within the minute."""
        with self._lock:
            if self._unsaved is not None:
                self._keep(self._unsaved)
            if self._runs_out(self._fields) and self._can_renew():
                self._renew()
            client.bearer_token = self._fields["access_token"]

    def renew(self) -> bool:
        """Get a new token; False where there is nothing to get it with."""
        with self._lock:
            if self._unsaved is not None:
                self._keep(self._unsaved)
            elif self._can_renew():
                self._renew()
            else:
                return False
            return True

    def _can_renew(self) -> bool:
        return self._save is not None and {"refresh_token", "client_id"} <= self._fields.keys()

    def _runs_out(self, fields: Mapping[str, str]) -> bool:
        try:
            return float(fields.get("expires_at", "inf")) - _EARLY < self._clock()
        except ValueError:
            return True

    def _renew(self) -> None:
        from filelock import Timeout

        try:
            with one_at_a_time():
                self._renew_alone()
        except Timeout:
            message = "another process is getting a new token from X"
            raise Unreachable(message, unknown=False) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Unauthorised(f"the token for X can't be renewed on this machine: {why}") from None

    def _renew_alone(self) -> None:
        kept = self._kept()
        if kept and kept.get("access_token") not in (None, self._fields["access_token"]):
            self._fields = kept  # another process was quicker
            if not self._runs_out(self._fields):
                return
        try:
            new = ask_for_token(
                self._base_url,
                self._fields,
                Hidden(grant_type="refresh_token", refresh_token=self._fields["refresh_token"]),
                timeout=self._timeout,
                clock=self._clock,
            )
        except Refused as error:
            raise Unauthorised(f"X does not renew the token ({error}); {_AGAIN}") from None
        self._keep(Hidden(self._fields | new))

    def _kept(self) -> Hidden | None:
        from curator.net.credentials import CredentialsError

        try:
            return self._read() if self._read else None
        except CredentialsError as error:
            raise Unauthorised(f"the token for X can't be read: {error}") from None

    def _keep(self, fields: Hidden) -> None:
        from curator.net.credentials import CredentialsError

        assert self._save is not None
        self._unsaved = fields
        try:
            self._save(fields)
        except CredentialsError as error:
            raise Unauthorised(f"the new token for X can't be kept: {error}") from None
        self._fields, self._unsaved = fields, None


def ask_for_token(
    base_url: str,
    client: Hidden,
    form: Hidden,
    *,
    timeout: float,
    clock: Callable[[], float] = time.time,
) -> Hidden:
    """Ask X for a token and return access_token, refresh_token (if there is one), expires_at.

    `client` has the app's client_id, and client_secret if it is a confidential one. Raises
    `XError`; its text holds nothing of what was sent or came.
    """
    import requests

    from curator.net.http import Session, never_arrived
    from curator.net.x_errors import Garbled, XError, refusal

    def check(response: requests.Response) -> None:
        if not 200 <= response.status_code < 300:
            raise refusal(response.status_code, response.headers, response.content)

    secret = "client_secret" in client
    failed: XError
    try:
        with Session(base_url, timeout, check) as session:
            response = session.request(
                "POST",
                TOKEN_PATH,
                data={"client_id": client["client_id"], **form},
                auth=(client["client_id"], client["client_secret"]) if secret else None,
            )
        return _token(response.json(), clock())
    except XError as error:
        failed = error
    except (ValueError, KeyError, TypeError):
        failed = Garbled("X answered, but not with a token")
    except requests.RequestException as error:
        failed = Unreachable("X can't be reached for a token", unknown=not never_arrived(error))
    raise failed.with_traceback(None) from None  # without the frames that have a token in hand


def _token(answer: Any, now: float) -> Hidden:
    fields = Hidden(access_token=answer["access_token"])
    if "refresh_token" in answer:
        fields["refresh_token"] = answer["refresh_token"]
    if not all(isinstance(value, str) and value for value in fields.values()):
        raise ValueError("no token")
    lifetime = answer.get("expires_in")
    if isinstance(lifetime, int | float):
        fields["expires_at"] = str(round(now + lifetime))
    return fields


def one_at_a_time() -> "FileLock":
    """Return the lock that processes of one user hold while they renew a token."""
    import platformdirs
    from filelock import FileLock

    folder = platformdirs.user_cache_path("curator", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / "x-token.lock", timeout=60)
