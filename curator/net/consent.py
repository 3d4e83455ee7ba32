"""OAuth 2.0 with PKCE (RFC 7636): a person consents in the browser, which comes back to us here.

The way back is a loopback address (RFC 8252): a server on this machine that takes one visit.
"""

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from curator.net.x_errors import Refused
from curator.net.x_keys import Hidden, ask_for_token

SCOPES = "tweet.read tweet.write users.read offline.access"
AUTHORIZE_PATH = "/2/oauth2/authorize"
PORT = 8723
IDLE = 10.0
"""Seconds after which a connection that says nothing is closed."""
_PAGE = b"<!doctype html><title>curator</title><p>%s You can close this page."


def consent(
    base_url: str,
    client: Hidden,
    show: Callable[[str], None],
    *,
    port: int = PORT,
    patience: float = 300.0,
    timeout: float = 20.0,
) -> Hidden:
    """Return the fields of `OAuth2Keys` once a person has consented.

    `client` has the app's client_id, and client_secret if it is a confidential one. `show` is
    given the address to open, and called while we wait for the visit. The address that X is to
    come back to, `http://127.0.0.1:<port>/callback`, must be one that the app's settings at X
    allow. Raises `XError`, and `OSError` where the port is taken.
    """
    verifier = secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    with _Waiting(port) as waiting:
        query = {
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": waiting.address,
            "scope": SCOPES,
            "state": waiting.state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        show(f"{base_url.rstrip('/')}{AUTHORIZE_PATH}?{urlencode(query)}")
        code = waiting.code(patience)
    form = Hidden(
        grant_type="authorization_code",
        code=code,
        redirect_uri=waiting.address,
        code_verifier=verifier,
    )
    return Hidden(client | ask_for_token(base_url, client, form, timeout=timeout))


class _Server(ThreadingHTTPServer):
    """Answers each connection by itself: browsers open some in advance and say nothing on them."""

    daemon_threads = True
    block_on_close = False


class _Waiting:
    """The server that the browser comes back to."""

    def __init__(self, port: int) -> None:
        self.state = secrets.token_urlsafe(24)
        self._code: str | None = None
        self._refusal = ""
        self._came = threading.Event()
        self._server = _Server(("127.0.0.1", port), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/callback"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="consent", daemon=True
        )

    def __enter__(self) -> "_Waiting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def code(self, patience: float) -> str:
        if not self._came.wait(patience):
            raise Refused("nobody consented in time")
        if self._code is None:
            raise Refused(f"X did not let us in: {self._refusal or 'no reason given'}")
        return self._code

    def visited(self, target: str) -> tuple[int, bytes]:
        """Take a visit: only one to our address with our state counts."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        state = query.get("state", "").encode()
        if parts.path != "/callback" or not secrets.compare_digest(state, self.state.encode()):
            return 404, b"There is nothing here."
        self._code = query.get("code")
        self._refusal = query.get("error", "")[:80]
        self._came.set()
        done = b"curator has what it needs." if self._code else b"curator was not let in."
        return 200, _PAGE % done

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        waiting = self

        class Handler(BaseHTTPRequestHandler):
            timeout = IDLE

            def do_GET(self) -> None:
                status, page = waiting.visited(self.path)
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the address holds the code."""

        return Handler
