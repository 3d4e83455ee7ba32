"""A stand-in for a service: a local server that keeps every request and can fail in every way.

A fault is asked for by route and used up by the next request to it:

    service.fail("POST /2/tweets", "timeout-after", "503")

Faults that every service knows:

    timeout-before, timeout-after   no answer, the request not taken or taken
    dropped-before, dropped-after   the connection closes instead of an answer
    dropped-body                    the request is taken, the answer breaks off in the middle
    500 … 599                       that status, the request not taken
    500-after … 599-after           that status, though the request was taken
    malformed                       taken, answered in JSON that ends too early
    list                            400 with a list as its body
    text                            taken, answered 200 with a page of HTML
    drip                            taken, answered a byte at a time

Others are the service's own.
"""

import contextlib
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Answer:
    """What the service says: `body` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass
class Call:
    """A request as it arrived; `answer` is what was meant to be sent, `taken` if it took effect."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    fault: str | None = None
    taken: bool = False
    answer: Answer | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """The base of all stand-ins. Subclasses say what routes there are and how they answer."""

    name = "service"

    def __init__(self, port: int = 0, *, keep_calls: bool = True, drip_seconds: float = 0.02):
        self.calls: list[Call] = []
        self.keep_calls = keep_calls
        self.drip_seconds = drip_seconds
        self.lock = threading.RLock()
        self._faults: dict[str, deque[str]] = defaultdict(deque)
        self._always: dict[str, str] = {}
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=self.name, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Faults

    def fail(self, route: str, *faults: str, times: int = 1) -> None:
        """Let the next requests to a route (`GET /2/users/me`, `route_of`) meet these faults."""
        with self.lock:
            self._faults[route].extend(fault for fault in faults for _ in range(times))

    def fail_always(self, route: str, fault: str | None) -> None:
        """Let every request to a route meet a fault, until it is None."""
        with self.lock:
            if fault is None:
                self._always.pop(route, None)
            else:
                self._always[route] = fault

    def faults_left(self) -> int:
        with self.lock:
            return sum(map(len, self._faults.values()))

    def count(self, route: str) -> int:
        """Return how many requests to a route arrived."""
        return sum(self.route_of(call) == route for call in list(self.calls))

    # What a subclass says

    def route_of(self, call: Call) -> str:
        """Return the route that a call is for, its variable parts named: `GET /2/users/:id`."""
        return f"{call.method} {call.path}"

    def answer(self, call: Call, fault: str | None) -> Answer:
        """Take a request and answer it. `fault` is one of the service's own, to be obeyed."""
        raise NotImplementedError

    def trouble(self, status: int) -> Answer:
        """Return the answer of a service that has failed (5xx)."""
        return Answer(status, {"status": status, "message": "Service unavailable"})

    # The work

    def _fault_for(self, call: Call) -> str | None:
        route = self.route_of(call)
        with self.lock:
            waiting = self._faults.get(route)
            return waiting.popleft() if waiting else self._always.get(route)

    def serve(self, call: Call, handler: BaseHTTPRequestHandler) -> None:
        fault = call.fault = self._fault_for(call)
        if self.keep_calls:
            self.calls.append(call)
        match fault:
            case "timeout-before":
                return self._hang(handler)
            case "dropped-before":
                return self._drop(handler)
            case "list":
                body = [{"title": "Invalid Request", "detail": "a list, for once"}]
                return self._send(handler, call, Answer(400, body))
            case str() if fault.isdigit() and fault.startswith("5"):
                return self._send(handler, call, self.trouble(int(fault)))
        with self.lock:
            answer = self.answer(call, fault)
        call.taken = answer.status < 300
        match fault:
            case "timeout-after":
                call.answer = answer
                return self._hang(handler)
            case "dropped-after":
                return self._drop(handler)
            case "dropped-body":
                return self._send(handler, call, answer, half=True)
            case "malformed":
                broken = Answer(answer.status, answer.encoded()[:-2] + b',"', answer.headers)
                return self._send(handler, call, broken)
            case "text":
                return self._send(handler, call, Answer(200, b"<!doctype html><p>Back soon."))
            case "drip":
                return self._send(handler, call, answer, drip=True)
            case str() if fault.endswith("-after") and fault[:3].isdigit():
                return self._send(handler, call, self.trouble(int(fault[:3])))
        return self._send(handler, call, answer)

    def _hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing until the client has left."""
        handler.close_connection = True
        handler.connection.settimeout(0.05)
        while not self._closing.is_set():
            try:
                if not handler.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def _drop(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        call: Call,
        answer: Answer,
        *,
        half: bool = False,
        drip: bool = False,
    ) -> None:
        call.answer = answer
        body = answer.encoded()
        handler.send_response(answer.status)
        headers: Mapping[str, str] = {"Content-Type": "application/json"} | answer.headers
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if half:
            handler.wfile.write(body[: len(body) // 2])
            handler.close_connection = True
            return
        if not drip:
            handler.wfile.write(body)
            return
        for index in range(len(body)):
            if self._closing.is_set():
                return
            handler.wfile.write(body[index : index + 1])
            handler.wfile.flush()
            time.sleep(self.drip_seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is nothing to speak of here."""


def _handler_of(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            call = Call(
                method=self.command,
                target=self.path,
                headers=dict(self.headers.items()),
                body=self.rfile.read(length),
            )
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                service.serve(call, self)
                self.wfile.flush()

        do_GET = do_POST = do_DELETE = do_PUT = _any

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what came is in `calls`."""

    return Handler
