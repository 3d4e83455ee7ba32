"""One HTTP session to one service: its address, one time limit for a whole answer, no surprises."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

_LARGEST = 16 << 20
"""No answer has more bytes than this."""


class TooLong(requests.exceptions.Timeout):
    """The answer took longer than it may, or was larger, though it never paused."""


class Session(requests.Session):
    """Sends every request to `base_url`, whatever host it names, and before it is signed.

    An answer is read to its end within `timeout` seconds or the request fails: the library's own
    limit is on the pause between two bytes only. Redirects are not followed, `.netrc` and cookies
    are not used, and a proxy of the environment is not asked for what is on this machine.
    `check` sees every answer, and may raise.
    """

    def __init__(
        self,
        base_url: str,
        timeout: float,
        check: Callable[[requests.Response], None] | None = None,
    ) -> None:
        super().__init__()
        self._base = base_url.rstrip("/")
        self._timeout = timeout
        self._check = check
        self.trust_env = urlsplit(base_url).scheme == "https"

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        auth: Any = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> requests.Response:
        """Send a request and return its answer, read to its end."""
        there = urlsplit(url)
        began = time.monotonic()
        self.cookies.clear()
        extra |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        response = super().request(
            method,
            f"{self._base}{there.path}" + (f"?{there.query}" if there.query else ""),
            auth=auth or _as_it_is,
            headers=dict(headers or {}),
            **extra,
        )
        try:
            response._content = self._read(response, began + self._timeout)
            response._content_consumed = True
        finally:
            response.close()
        if self._check is not None:
            self._check(response)
        return response

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        import urllib3

        parts: list[bytes] = []
        size = 0
        try:
            while part := response.raw.read1(1 << 16, decode_content=True):
                parts.append(part)
                size += len(part)
                if time.monotonic() > deadline or size > _LARGEST:
                    raise TooLong("the answer did not end in time")
        except TooLong:
            raise
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(str(error)) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise requests.exceptions.ChunkedEncodingError(str(error)) from None
        return b"".join(parts)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def never_arrived(error: requests.RequestException) -> bool:
    """Whether it is certain that the service has not seen the request."""
    import urllib3

    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError
    )
