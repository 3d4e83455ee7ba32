"""`curator watch`: all that the desk does by itself, without the screen."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import FAILED, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.streams import json_line, say
from curator.cli.wiring import make_desk, settings_of

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.desk.changes import Change
    from curator.desk.desk import Desk


def watch(
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", min=0, show_default=False, help="End after so many seconds."),
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Poll X, write ahead for every request, and send what was approved, until it is stopped.

    A line is printed for each request that comes, and one when its batch is written. What keeps
    new requests away for good ends it with exit code 1.

    \b
    Example:
      curator watch --json --seconds 3600
    """
    place = folder(home)
    settings = settings_of(place)
    if not settings.x_poll_seconds:
        raise Stop("x_poll_seconds is 0: there is nothing to watch")
    asyncio.run(_watch(place, settings, seconds, json=json))


async def _watch(home: Path, settings: "Settings", seconds: float | None, *, json: bool) -> None:
    desk = make_desk(home, settings)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # where there are no such signals
        loop.add_signal_handler(signal.SIGTERM, ended.set)
    watcher = _Watcher(desk, ended, json=json)
    desk.listen(watcher.hear)
    await desk.open()
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), seconds)
    finally:
        rescued = await desk.close()
        if rescued is not None:
            say(f"curator: the disk refused what came last; it is in {rescued}")
    if watcher.failure:
        raise Stop(watcher.failure)
    if rescued is not None:
        raise typer.Exit(FAILED)


class _Watcher:
    """Says what happens, and keeps everything in the queue wanted."""

    def __init__(self, desk: "Desk", ended: asyncio.Event, *, json: bool) -> None:
        self._desk = desk
        self._ended = ended
        self._json = json
        self._known: set[str] = set()
        self._written: set[str] = set()
        self._open = False
        self.failure = ""

    def hear(self, change: "Change") -> None:
        """Take a change of the desk's."""
        from curator.desk.changes import (
            CardsChanged,
            Noticed,
            Opened,
            PollingChanged,
            QueueChanged,
        )

        match change:
            case Opened():
                self._known = set(self._desk.ledger.requests)
                self._open = True
                self._want_all()
            case QueueChanged() if self._open:
                self._arrived()
            case CardsChanged(request_id):
                self._cards(request_id)
            case Noticed(text):
                say(f"curator: {text}")
            case PollingChanged() if self._desk.polling.stopped:
                self.failure = self._desk.polling.stopped
                self._ended.set()
            case PollingChanged() if self._desk.polling.absent:
                self.failure = "there are no keys for X; see `curator auth x --help`"
                self._ended.set()

    def _arrived(self) -> None:
        requests = self._desk.ledger.requests
        if len(requests) == len(self._known):
            return
        for request_id in [r for r in requests if r not in self._known]:
            self._known.add(request_id)
            request = requests[request_id]
            self._print(
                "request",
                request_id,
                f"@{request.author}: {request.text}",
                author=request.author,
                text=request.text,
                artist=request.song.artist,
                title=request.song.title,
            )
        self._want_all()

    def _want_all(self) -> None:
        wanted = self._desk.queue.following(None, len(self._known))
        if wanted:
            self._desk.writing.face(wanted[0], wanted[1:])

    def _cards(self, request_id: str) -> None:
        if request_id in self._written or self._desk.writing.is_wanted(request_id):
            return
        written, _ = self._desk.writing.progress(request_id)
        if written:
            self._written.add(request_id)
            self._print("written", request_id, f"{written} texts", texts=written)

    def _print(self, what: str, request_id: str, words: str, **more: object) -> None:
        from curator.domain.plain import shown

        if self._json:
            print(json_line({"what": what, "request_id": request_id, **more}), flush=True)
        else:
            print(shown(f"{what} {request_id} {words}").replace("\n", " "), flush=True)
