"""`curator outbox`: where every post stands, and what can be done about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from curator.cli.exits import FAILED, USAGE, Stop
from curator.cli.options import Home, Json, folder
from curator.cli.post import body, line
from curator.cli.streams import json_line, say
from curator.cli.wiring import existing, open_store, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from curator.desk.handling import Handling

outbox = typer.Typer(rich_markup_mode=None)

Post = Annotated[str, typer.Argument(metavar="ID", help="The post, as `curator outbox` lists it.")]


@outbox.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            show_default=False,
            help="Only these: queued, sending, uncertain, posted, rejected, blocked, dry, "
            "withdrawn or given-up.",
        ),
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """List the posts, those that need a hand first: state, id, price, text, why.

    Sends nothing and needs nothing: a desk that is open does not mind. A post is known by the id
    of its sample. Where nobody can tell whether a post is on X it is uncertain: it is looked for,
    and if it does not show, you decide by `posted`, `again` or `give-up`.

    \b
    Examples:
      curator outbox --state uncertain
      curator outbox posted 01J… https://x.com/me/status/1990000000000000000
      curator outbox again 01J…
    """
    from curator.domain.outbox import STATES, Outbox

    if context.invoked_subcommand is not None:
        return
    wanted = state and state.replace("-", " ")
    if wanted and wanted not in STATES:
        raise Stop(f"--state is one of {', '.join(s.replace(' ', '-') for s in STATES)}", USAGE)
    store = open_store(existing(folder(home)), write=False)
    for notice in store.notices:
        say(f"curator: {notice}")
    posts = [p for p in Outbox(store.posts()).posts() if not wanted or p.state == wanted]
    for post in sorted(posts, key=lambda post: STATES.index(post.state)):
        print(json_line(body(post)) if json else line(post))


@outbox.command()
def again(
    id: Post,
    plain: Annotated[
        bool, typer.Option("--plain", help="As a plain post, where X refused the reply.")
    ] = False,
    home: Home = None,
) -> None:
    """Queue a post again: one that was refused, rehearsed, withdrawn or looked for in vain.

    What may be on X must have been looked for first, and keeps its text.

    \b
    Example:
      curator outbox again 01J… --plain
    """
    with _hands(folder(home), id) as hands:
        hands.again(id, plain=plain)


@outbox.command()
def withdraw(id: Post, home: Home = None) -> None:
    """Do not send a post that is queued; its approval stays as a label.

    \b
    Example:
      curator outbox withdraw 01J…
    """
    with _hands(folder(home), id) as hands:
        hands.withdraw(id)


@outbox.command()
def posted(
    id: Post,
    tweet: Annotated[str, typer.Argument(metavar="X-ID", help="Its id on X, or its address.")],
    home: Home = None,
) -> None:
    """Say that a post is on X, where reading back did not find it.

    \b
    Example:
      curator outbox posted 01J… https://x.com/me/status/1990000000000000000
    """
    with _hands(folder(home), id) as hands:
        hands.posted_as(id, tweet)


@outbox.command(name="give-up")
def give_up(id: Post, home: Home = None) -> None:
    """Leave a post as it is for good; its request may then be answered by another.

    \b
    Example:
      curator outbox give-up 01J…
    """
    with _hands(folder(home), id) as hands:
        hands.give_up(id)


@contextmanager
def _hands(home: "Path", id: str) -> Iterator["Handling"]:
    """Give what handles posts; afterwards everything is on disk. Says where the post stands."""
    from curator.desk.books import StoreBook
    from curator.desk.handling import Handling
    from curator.desk.queueing import NotAllowed, Queueing
    from curator.domain.session import Session

    settings = settings_of(existing(home))
    with open_store(home, write=True) as store:
        book = StoreBook(store)
        session = Session(store.events())
        queueing = Queueing(
            session, book.outbox, store.request, store.sample, book.step, settings, book.now
        )
        try:
            yield Handling(
                book.outbox,
                queueing,
                session.is_approved,
                book.now,
                book.take,
                lambda step: store.append(step).result(),
            )
        except NotAllowed as error:
            raise Stop(str(error), FAILED) from error
        if (post := book.outbox.post(id)) is not None:
            print(line(post))
