"""Sends what is due, one post at a time, and never one that X may have already.

Driven by time: `work` does the one thing that is due and `wake_at` says when to come back. It
waits for the network, so it runs in a thread of its own.
"""

from curator.domain.outbox import Post, after, moment
from curator.net.x_errors import (
    Duplicate,
    Garbled,
    RateLimited,
    ServerTrouble,
    Unreachable,
    XError,
)
from curator.publishing.account import Account, Book
from curator.publishing.reconcile import read_back

LOOKS = (0.0, 20.0, 120.0, 600.0)
"""Seconds after which an uncertain post is looked for, each after the last; then a person is asked.

What is posted shows among the account's posts with a delay.
"""
CUT_OFF = "curator ended before X had answered"
_PAUSE, _LONGEST_PAUSE = 15.0, 900.0
_LONGEST_RESET = 86_400.0
_NEVER = "9999"


class Sender:
    """The one that sends.

    Without an account nothing leaves: what is due becomes `dry`. `budget` is what posts may cost
    in a calendar month (UTC), in dollars. `halted` says why nothing is done until `start_again`,
    `broke` why nothing is sent, though still looked for, until there is money for the next one;
    `trouble` what went wrong last, `paused_until` until when X is left alone because of it.
    """

    def __init__(self, book: Book, account: Account | None, *, budget: float) -> None:
        self._book = book
        self._account = account
        self._budget = budget
        self._asked: set[str] = set()
        self._failures = 0
        self.trouble: str | None = None
        self.halted: str | None = None
        self.broke: str | None = None
        self.paused_until: str | None = None

    def recover(self) -> None:
        """Note what a crash left open: it may be on X. To be called before anything else."""
        for post in self._book.outbox.open("sending"):
            self._book.take(post.id, "uncertain", why=CUT_OFF)

    @property
    def stopped(self) -> str | None:
        """Why nothing is sent; None while all goes on."""
        return self.halted or self.broke

    def start_again(self) -> None:
        """Try again after having stopped or paused."""
        self.halted = self.broke = None
        self._all_well()

    def look_for(self, post_id: str) -> None:
        """Look for an uncertain post at the next opportunity."""
        self._asked.add(post_id)

    def work(self) -> Post | None:
        """Do the next thing that is due and return the post it was about, None if there is none.

        What is uncertain is looked for before anything else leaves. Raises what the book raises.
        """
        now = self._book.now()
        if self.halted or (self.paused_until and now < self.paused_until):
            return None
        if self._account is not None:
            for post in self._book.outbox.open("uncertain"):
                if self._when_to_look(post) <= now:
                    return self._look(post, self._account)
        due = next((post for post in self._book.outbox.open("queued") if post.due <= now), None)
        self.broke = self._too_dear(due) if due is not None else None
        return None if due is None or self.broke else self._send(due)

    def wake_at(self) -> str | None:
        """Return when there is something to do, None while nothing is foreseen."""
        if self.halted:
            return None
        times = [] if self.broke else [post.due for post in self._book.outbox.open("queued")]
        if self._account is not None:
            times += map(self._when_to_look, self._book.outbox.open("uncertain"))
        soonest = min((time for time in times if time != _NEVER), default=None)
        return max(soonest, self.paused_until or "") if soonest else None

    # Sending

    def _send(self, post: Post) -> Post | None:
        if self._account is None:
            return self._book.take(post.id, "dry", why="a rehearsal: nothing was sent")
        sending = self._book.take(post.id, "sending")
        if sending is None:  # withdrawn or changed a moment ago
            return self._book.outbox.post(post.id)
        return self._settle(sending, self._account)

    def _too_dear(self, post: Post) -> str | None:
        """Return why there is no money for a post, None where there is."""
        spent = self._book.outbox.spent(self._book.now()[:7])
        if self._account is None or spent + post.price <= self._budget + 1e-9:
            return None
        return (
            f"posts have cost ${spent:.2f} this month, and the next one's ${post.price:.3f} "
            f"would go over the ${self._budget:.2f} that they may cost (post_monthly_dollars)"
        )

    def _settle(self, post: Post, account: Account) -> Post | None:
        """Send what is written down as being sent, and write down what came of it."""
        take = self._book.take
        try:
            tweet = account.post(post.text, post.reply_to)
        except Duplicate as error:
            return self._settle_duplicate(post, account, str(error))
        except XError as error:
            if error.unknown:
                return take(post.id, "uncertain", why=str(error))
            if self._wait_for(error):
                return take(post.id, "moved", due=self.paused_until or post.due, why=str(error))
            return take(post.id, "rejected", why=str(error))
        except Exception as error:
            why = f"an error in the program ({type(error).__name__}) hid what X answered"
            return take(post.id, "uncertain", why=why)
        self._all_well()
        return take(post.id, "posted", tweet=tweet) or take(
            post.id, "uncertain", why=f"X gave it the id of another post ({tweet})"
        )

    def _settle_duplicate(self, post: Post, account: Account, said: str) -> Post | None:
        """X has such a text: ours, if it can be found, or one from before."""
        take = self._book.take
        try:
            tweet, _ = read_back(post, account, self._book.outbox)
        except XError as error:
            self._wait_for(error)
            return take(post.id, "uncertain", why=f"{said} It could not be read back: {error}")
        if tweet is not None:
            return take(post.id, "posted", tweet=tweet.id, why="X had it already")
        if post.may_be_out:  # it may be the other
            return take(post.id, "uncertain", why=said)
        return take(post.id, "rejected", why=said)

    # Looking

    def _when_to_look(self, post: Post) -> str:
        if post.id in self._asked or post.looked == 0:
            return post.at
        if post.looked >= len(LOOKS):
            return _NEVER
        return after(post.looked_at or post.at, LOOKS[post.looked])

    def _look(self, post: Post, account: Account) -> Post | None:
        try:
            tweet, number = read_back(post, account, self._book.outbox)
        except XError as error:
            if not self._wait_for(error):
                self._pause(str(error))
            return post
        self._asked.discard(post.id)
        self._all_well()
        if tweet is not None:
            return self._book.take(post.id, "posted", tweet=tweet.id, why="found by reading back")
        return self._book.take(post.id, "looked", read=number)

    # Waiting

    def _wait_for(self, error: XError) -> bool:
        """Stop or pause where waiting is the answer; False where it is not."""
        if error.stops:
            self.halted = str(error)
        elif isinstance(error, RateLimited | Unreachable | ServerTrouble | Garbled):
            self._pause(str(error), error.reset if isinstance(error, RateLimited) else None)
        else:
            return False
        return True

    def _pause(self, why: str, until: float | None = None) -> None:
        """Leave X alone until a time in seconds since 1970, or longer each time."""
        now = self._book.now()
        if until is not None:
            seconds = min(max(until - moment(now).timestamp(), 1.0), _LONGEST_RESET)
        else:
            seconds = min(_PAUSE * 2**self._failures, _LONGEST_PAUSE)
            self._failures += 1
        self.trouble = why
        self.paused_until = after(now, seconds)

    def _all_well(self) -> None:
        self._failures = 0
        self.trouble = self.paused_until = None
