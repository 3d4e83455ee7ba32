"""`curator post`: what was approved goes to X, without the desk."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.exits import FAILED
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, count, duration, json_line, say
from curator.cli.wiring import connect_x, existing, open_store, settings_of

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.desk.books import StoreBook
    from curator.domain.outbox import Post
    from curator.publishing.account import Account
    from curator.publishing.sender import Sender
    from curator.store import Store


def post(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Do what is due now and end; without it, wait for what is not yet."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Rehearse: nothing is sent. Setting dry_run.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Send the posts that are due, one at a time, and read back those that may be on X already.

    A post is due when its time to undo is over. What an earlier run left open is looked for
    first, and never sent again by itself; how posts were liked is read back now and then. Each
    post that was handled is a line on standard output. Without credentials it is a rehearsal. The
    exit code is 1 when a post was refused, when nobody can tell yet whether one is on X, and when
    X can't be used.

    \b
    Examples:
      curator post --once
      curator post --json | jq .state
    """
    from curator.desk.books import StoreBook
    from curator.publishing.likes import count_likes
    from curator.publishing.sender import Sender

    place = existing(folder(home))
    settings = settings_of(place, dry_run=dry_run or None)
    with open_store(place, write=True) as store, Status() as status:
        for notice in store.notices:
            say(f"curator: {notice}")
        book = StoreBook(store)
        account = _account(settings)
        sender = Sender(book, account, budget=settings.post_monthly_dollars)
        sender.recover()
        _catch_up(store, book, settings)
        failed = False
        for handled in _handled(sender, book, status, wait=not once):
            failed |= handled.state == "rejected"
            print(_line(handled, json=json), flush=True)
        if account and not (sender.stopped or sender.trouble):
            count_likes(book, account)
        _sum_up(sender, book, settings)
        if failed or sender.stopped or sender.trouble or book.outbox.open("uncertain"):
            raise typer.Exit(FAILED)


def _catch_up(store: "Store", book: "StoreBook", settings: "Settings") -> None:
    """Withdraw, or put right, what a crash left queued and is not approved any more as it is."""
    from curator.desk.queueing import Queueing
    from curator.domain.session import Session

    queueing = Queueing(
        Session(store.events()),
        book.outbox,
        store.request,
        store.sample,
        book.step,
        settings,
        book.now,
    )
    for post in book.outbox.open("queued"):
        if steps := queueing.back(post).steps:
            store.append(*steps).result()


def _account(settings: "Settings") -> "Account | None":
    """Return whom to post as, None to rehearse, which is said. Raises `CredentialsError`."""
    from curator.publishing.dry_run import why_dry

    account = None if settings.dry_run else connect_x(settings)
    if dry := why_dry(has_credentials=account is not None, wanted=settings.dry_run):
        say(dry)
    return account


def _handled(
    sender: "Sender", book: "StoreBook", status: Status, *, wait: bool
) -> Iterator["Post"]:
    """Yield each post as it stands after something was done with it."""
    from curator.domain.outbox import moment

    while True:
        trouble = sender.trouble
        if (post := sender.work()) is not None:
            status.clear()
            yield post
            continue
        at = sender.wake_at()
        if not wait or at is None:
            return
        if sender.trouble and sender.trouble != trouble:
            say(f"curator: {sender.trouble}")
        seconds = (moment(at) - moment(book.now())).total_seconds()
        status.show(f"the next one in {duration(seconds)}", now=True)
        time.sleep(min(max(seconds, 0.05), 60.0))


def _sum_up(sender: "Sender", book: "StoreBook", settings: "Settings") -> None:
    waiting = book.outbox.open("queued")
    uncertain = book.outbox.open("uncertain")
    parts = [f"{count(len(waiting), 'post')} waiting"] if waiting else []
    if uncertain:
        parts.append(f"{len(uncertain)} of which nobody knows (see `curator outbox`)")
    spent = book.outbox.spent(book.now()[:7])
    parts.append(f"${spent:.2f} of ${settings.post_monthly_dollars:.2f} this month")
    say("; ".join(parts))
    if why := sender.stopped or sender.trouble:
        say(f"curator: {'stopped' if sender.stopped else 'for now'}: {why}")


def body(post: "Post") -> dict[str, Any]:
    """Return a post as JSON."""
    return {
        "id": post.id,
        "state": post.state,
        "at": post.at,
        "request": post.request,
        "text": post.text,
        "reply_to": post.reply_to,
        "price": post.price,
        "reason": post.reason,
        "why": post.why,
        "due": post.due if post.state == "queued" else None,
        "tweet": post.tweet,
        "likes": post.likes,
        "attempts": post.attempts,
        "looked": post.looked,
    }


def _line(post: "Post", *, json: bool) -> str:
    return json_line(body(post)) if json else line(post)


def line(post: "Post") -> str:
    """Return a post as one line for a person."""
    from curator.domain.plain import shown

    price = f"${post.price:.3f} " if post.price else ""
    why = f" ({post.why})" if post.why else ""
    text = shown(" ".join(post.text.split()))
    return f"{post.state:<9} {post.id} {price}{text}{shown(why)}"
