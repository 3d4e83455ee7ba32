"""Posts at the desk: queued by approving, sent in a thread, seen and handled in the outbox."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from curator.config import Settings
from curator.desk.books import DeskBook
from curator.desk.changes import Noticed, OutboxChanged
from curator.desk.handling import Action, Handling, Missing
from curator.desk.ledger import Ledger
from curator.desk.queueing import Followed, Queueing
from curator.desk.sending import Sending
from curator.domain.outbox import STATES, Outbox, Post, State, moment
from curator.domain.records import Event, Request
from curator.domain.steps import PostStep
from curator.publishing.account import Account
from curator.publishing.planning import Plan


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A post as the outbox shows it.

    `request` is what it answers; `seconds` until it leaves, None where nothing is awaited; `can`
    are the names of the methods of `Posting` that apply (`plain`: again, as a plain post).
    """

    post: Post
    request: Request | None
    seconds: float | None
    can: tuple[Action, ...]


class Posting:
    """Everything about posts. All methods are for the desk's own thread and wait for nothing."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        account: Callable[[], Account | None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._book = DeskBook(ledger, self._back)
        self._sending = Sending(self._book, settings, account, ledger.tell)
        self._prepare()
        ledger.follow(self._follow)

    def _prepare(self) -> None:
        self._queueing = Queueing(
            self._ledger.session,
            self._book.outbox,
            self._ledger.requests.get,
            self._ledger.sample,
            self._book.step,
            self._settings,
            self._ledger.stamp,
        )
        self._handling = Handling(
            self._book.outbox,
            self._queueing,
            self._ledger.session.is_approved,
            self._ledger.stamp,
            self._book.record,
            self._ledger.add,
        )

    # Opening and closing

    def begin(self) -> None:
        """Read what is stored; may be run in a thread."""
        self._book.begin()
        self._prepare()

    def start(self) -> None:
        """Begin to send; a crash may have left something queued that is not approved any more."""
        self._book.start()
        self._sending.start()
        for post in self._book.outbox.open("queued"):
            self._back(post)

    async def close(self) -> None:
        """Send nothing more; what is under way has a moment to end, else it is found later."""
        await self._sending.close()

    async def work(self) -> None:
        """Do what is due now; the sender does so by itself once started."""
        await self._sending.work()

    def _follow(self, event: Event) -> Iterable[PostStep]:
        return self._told(self._queueing.follow(event))

    def _back(self, post: Post) -> None:
        """Keep the outbox in line with what was judged while a post was being sent."""
        self._ledger.add(*self._told(self._queueing.back(post)))

    def _told(self, followed: Followed) -> tuple[PostStep, ...]:
        if followed.notice:
            self._ledger.tell(Noticed(followed.notice, "warning"))
        if followed.steps:
            self._sending.wake()
            self._ledger.tell(OutboxChanged())
        return followed.steps

    # What is seen

    @property
    def outbox(self) -> Outbox:
        """All posts, as they stand; only to be read."""
        return self._book.outbox

    @property
    def dry(self) -> str | None:
        """Why posts are only rehearsed, None when they are real."""
        return self._sending.dry

    @property
    def stopped(self) -> str | None:
        """Why nothing is sent until `start_again`, None while the sender goes on."""
        return self._sending.sender.stopped

    @property
    def halted(self) -> str | None:
        """Why not even uncertain posts are looked for until `start_again`, None while they are."""
        return self._sending.sender.halted

    @property
    def trouble(self) -> str | None:
        """What went wrong last with X and is waited out, None when all is well."""
        return self._sending.sender.trouble

    @property
    def spent(self) -> float:
        """The dollars that posts may have cost this month."""
        return self.outbox.spent(self._book.now()[:7])

    def plan(self, request_id: str, text: str, sample_id: str | None = None) -> Plan:
        """Return what approving this text for a request would do, why, and for how much."""
        return self._queueing.plan(self._ledger.requests[request_id], text, sample_id)

    def rows(self, *states: State) -> list[OutboxRow]:
        """Return the posts in these states (all, if none are named), what needs a hand first.

        Within a state the newest come first.
        """
        wanted = states or STATES
        posts = [post for post in self.outbox.posts() if post.state in wanted]
        posts.sort(key=lambda post: post.at, reverse=True)
        posts.sort(key=lambda post: STATES.index(post.state))
        return [self._row(post) for post in posts]

    def row(self, post_id: str) -> OutboxRow | None:
        """Return one post; its id is its sample's."""
        post = self.outbox.post(post_id)
        return None if post is None else self._row(post)

    def _row(self, post: Post) -> OutboxRow:
        seconds = None
        if post.state == "queued":
            left = moment(post.due) - moment(self._book.now())
            seconds = max(left.total_seconds(), 0.0)
        return OutboxRow(
            post, self._ledger.requests.get(post.request), seconds, self._handling.can(post)
        )

    def missing(self, post_id: str, action: Action) -> Missing | None:
        """Return what keeps a post from going out again that could otherwise."""
        post = self.outbox.post(post_id)
        return None if post is None else self._handling.missing(post, action)

    # What the curator can do

    def send_now(self, post_id: str) -> None:
        """Send a queued post without waiting any longer. Raises `NotAllowed`, as all these do."""
        self._handling.send_now(post_id)
        self._changed()

    def withdraw(self, post_id: str) -> None:
        """Do not send a queued post; its approval stays as a label."""
        self._handling.withdraw(post_id)
        self._changed()

    def look_for(self, post_id: str) -> None:
        """Look among the account's posts for an uncertain one now."""
        self._handling.look_for(post_id)
        self._sending.sender.look_for(post_id)
        self._changed()

    def posted_as(self, post_id: str, tweet: str) -> None:
        """Say that a post is on X: its id there, or its address."""
        self._handling.posted_as(post_id, tweet)
        self._changed()

    def again(self, post_id: str, *, plain: bool = False) -> None:
        """Queue a post again, as it now reads; `plain` makes a plain post of a refused reply."""
        self._handling.again(post_id, plain=plain)
        self._changed()

    def give_up(self, post_id: str) -> None:
        """Leave a post as it is for good."""
        self._handling.give_up(post_id)
        self._changed()

    def start_again(self) -> None:
        """Go on after having stopped, paused or rehearsed, with the credentials of now."""
        self._sending.start_again()

    def _changed(self) -> None:
        self._sending.wake()
        self._ledger.tell(OutboxChanged())
