"""`curator poll`: requests from X, without the desk."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, count, duration, json_line, say
from curator.cli.wiring import connect_x, open_store, settings_of

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.domain.records import Request
    from curator.inbox.polling import Poller
    from curator.store import Store


def poll(
    once: Annotated[
        bool, typer.Option("--once", help="Ask once and end; without it, every x_poll_seconds.")
    ] = False,
    from_start: Annotated[
        bool,
        typer.Option("--from-start", help="Take all that X still has, old or new."),
    ] = False,
    stream: Annotated[
        str | None,
        typer.Option(
            metavar="S", show_default=False, help="mentions, timeline or both; setting x_stream."
        ),
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Take new requests from X into the queue, and say what reading them cost.

    The first time it only notes where the stream stands: requests come from then on. What can't
    be read for now is an error with --once, and waited out without it.

    \b
    Examples:
      curator poll --once --json
      curator poll --once --from-start --stream both
    """
    from curator.inbox.polling import Pace
    from curator.net.x_errors import XError

    place = folder(home)
    settings = settings_of(place, x_stream=stream)
    with open_store(place, write=True) as store, Status() as status:
        for notice in store.notices:
            say(f"curator: {notice}")
        poller = _poller(store, settings)
        pace = Pace(settings.x_poll_seconds or 60)
        while True:
            status.show("asking X …", now=True)
            try:
                _round(poller, store, settings, status, from_start=from_start, json=json)
                wait, from_start = pace.after_success(), False
            except XError as error:
                if once or error.stops:
                    raise
                status.clear()
                wait = pace.after_failure(error, time.time())
                say(f"curator: {error}; asking again in {duration(wait)}")
            if once:
                return
            status.show(f"asking again in {duration(wait)}", now=True)
            time.sleep(wait)


def _poller(store: "Store", settings: "Settings") -> "Poller":
    """Raises `CredentialsError`, also where there are none."""
    from curator.desk.ledger import new_id, now, stamp
    from curator.domain.parsing import parse_songs
    from curator.inbox.polling import Poller, streams_of
    from curator.inbox.x import fold
    from curator.net.credentials import read_x

    x = connect_x(settings)
    if x is None:
        read_x(settings.x_base_url)  # raises, and says what to do
        raise AssertionError("credentials came in the meantime")
    return Poller(
        x,
        streams_of(settings.x_stream),
        fold(store.marks()),
        budget=settings.x_monthly_dollars,
        has=lambda source, ref: store.request_by_ref(source, ref) is not None,
        parse=parse_songs,
        new_id=new_id,
        stamp=lambda: stamp(now()),
    )


def _round(
    poller: "Poller",
    store: "Store",
    settings: "Settings",
    status: Status,
    *,
    from_start: bool,
    json: bool,
) -> None:
    requests = posts = 0
    dollars = 0.0
    began = False
    for arrived in poller.round(from_start=from_start):
        store.append(*arrived.requests, arrived.mark).result()
        status.clear()
        for request in arrived.requests:
            print(_line(request, json=json), flush=True)
        requests += len(arrived.requests)
        posts += arrived.mark.posts
        dollars += arrived.mark.dollars
        began |= arrived.began
    status.clear()
    if began:
        say("from now on what is new on X is taken; --from-start takes the old, too")
    say(
        f"{count(requests, 'new request')}; {count(posts, 'post')} read for ${dollars:.3f}, "
        f"${poller.spent():.2f} of ${settings.x_monthly_dollars:.2f} this month"
    )


def _line(request: "Request", *, json: bool) -> str:
    from curator.domain.plain import shown

    if json:
        names = ("id", "at", "source", "ref", "author", "text")
        body = {name: getattr(request, name) for name in names}
        return json_line(body | {"artist": request.song.artist, "title": request.song.title})
    song = " – ".join(part for part in (request.song.artist, request.song.title) if part)
    return shown(f"@{request.author}: {song or request.text}").replace("\n", " ")
