"""What becomes of a post between the approval and X: a state machine, and the fold of its steps.

X has no key by which it would know a post that it was sent twice, so nothing is ever sent again
by itself once X may have seen it:

    queued ──► sending ──► posted
      │  ▲        ├──────► rejected       X said no
      │  └────────┤                       X said not now: queued again, due later
      │           └──────► uncertain ──►  posted, when reading back finds it
      ├──► withdrawn                      undone before it left
      ├──► blocked                        it can't be posted as it reads
      └──► dry                            a rehearsal: it would have been sent

`sending` is on disk before the request leaves. Found without an end after a crash it becomes
`uncertain`. What reading back does not find, only the curator queues again or gives up; what was
given up before anybody had looked can be looked for after all, and is `uncertain` again.

The data of the steps: `queued`, `revised` and `blocked` hold `request`, `text`, `reply_to`,
`price` in dollars, `reason` and `due`; `moved` holds `due`; `posted` the `tweet`'s id, and
`by_hand` where a person said it; `looked` how many were `read`; `counted` the `likes`. All may
hold `why`, in words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from curator.domain.steps import PostStep, StepKind

State = Literal[
    "queued",
    "sending",
    "posted",
    "rejected",
    "uncertain",
    "blocked",
    "withdrawn",
    "given up",
    "dry",
]
STATES: Final[tuple[State, ...]] = (
    "uncertain",
    "sending",
    "queued",
    "blocked",
    "rejected",
    "dry",
    "posted",
    "given up",
    "withdrawn",
)
"""All states, those first that want something of the curator."""

ANSWERING: Final[frozenset[State]] = frozenset({"queued", "sending", "uncertain", "posted"})
"""In these a post is, or may be, the answer to its request, of which there is one at most."""

_NEXT: Final[Mapping[StepKind, State]] = {
    "queued": "queued",
    "revised": "queued",
    "moved": "queued",
    "sending": "sending",
    "posted": "posted",
    "rejected": "rejected",
    "blocked": "blocked",
    "uncertain": "uncertain",
    "looked": "uncertain",
    "withdrawn": "withdrawn",
    "given_up": "given up",
    "dry": "dry",
    "counted": "posted",
}
_FROM: Final[Mapping[StepKind, frozenset[State | None]]] = {
    "queued": frozenset({None, "withdrawn", "blocked", "dry", "rejected", "given up", "uncertain"}),
    "revised": frozenset({"queued"}),
    "moved": frozenset({"queued", "sending"}),
    "sending": frozenset({"queued"}),
    # Whoever knows the id knows that it is out, whatever was thought before.
    "posted": frozenset(set(STATES) - {"posted"}),
    "rejected": frozenset({"sending"}),
    "blocked": frozenset({None, "queued", "blocked", "withdrawn"}),
    "uncertain": frozenset({"sending", "given up"}),
    "looked": frozenset({"uncertain"}),
    "withdrawn": frozenset({"queued", "blocked", "dry"}),
    "given_up": frozenset({"uncertain", "rejected", "blocked", "dry"}),
    "dry": frozenset({"queued"}),
    "counted": frozenset({"posted"}),
}
_CONTENT = ("text", "reply_to", "price", "reason", "due")
_TAKES: Final[Mapping[StepKind, tuple[str, ...]]] = {
    "queued": _CONTENT,
    "revised": _CONTENT,
    "blocked": _CONTENT,
    "moved": ("due",),
    "posted": ("tweet",),
    "counted": ("likes",),
}


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands.

    `id` is its sample's. `at` is when it came into its state, `why` what led there in words;
    `due` is when it may leave. `first_sent` is when it was first being sent, of `attempts` in
    all. `unsure` says that nobody knows what came of the last one, `looked` how often it was read
    back for in vain since, the last time at `looked_at`. `may_be_out` says so of any attempt: then
    the text stays as it left, so that X would know it for the same. All times are as in records;
    `likes` is None while unknown.
    """

    id: str
    request: str
    state: State
    at: str
    text: str
    reply_to: str | None
    price: float
    reason: str
    due: str
    why: str = ""
    attempts: int = 0
    first_sent: str | None = None
    unsure: bool = False
    may_be_out: bool = False
    looked: int = 0
    looked_at: str | None = None
    tweet: str | None = None
    posted_at: str | None = None
    by_hand: bool = False
    likes: int | None = None
    counted_at: str | None = None

    @property
    def is_unseen(self) -> bool:
        """Whether nobody knows what came of it, and nobody has looked."""
        return self.unsure and not self.looked


class Outbox:
    """The fold of all steps, kept up to date one step at a time.

    One thread applies steps; others may read meanwhile.
    """

    def __init__(self, steps: Iterable[PostStep] = ()) -> None:
        self._posts: dict[str, Post] = {}
        self._seen: set[str] = set()
        self._of_request: dict[str, list[str]] = defaultdict(list)
        self._open: dict[str, None] = {}
        self._tweets: dict[str, str] = {}
        self._spent: dict[str, float] = defaultdict(float)
        for step in steps:
            self.apply(step)

    def allows(self, step: PostStep) -> bool:
        """Whether a step may follow what there is now."""
        post = self._posts.get(step.post)
        if step.id in self._seen or (post and post.state) not in _FROM.get(step.step, ()):
            return False
        if step.step == "queued":
            if post is not None and post.unsure and not post.looked:
                return False
            other = self._answer(str(step.data.get("request")))
            return other is None or other.id == step.post
        if step.step == "sending" and post is not None:
            return post.due <= step.at
        if step.step == "posted":
            return bool(step.data.get("tweet")) and step.data["tweet"] not in self._tweets
        return True

    def apply(self, step: PostStep) -> bool:
        """Take one more step in; False for one that can't follow, which changes nothing."""
        if not self.allows(step):
            return False
        before = self._posts.get(step.post)
        post = _after(before, step)
        self._seen.add(step.id)
        self._posts[post.id] = post
        if before is None:
            self._of_request[post.request].append(post.id)
        if post.state in ("queued", "sending", "uncertain"):
            self._open[post.id] = None
        else:
            self._open.pop(post.id, None)
        if post.tweet is not None:
            self._tweets[post.tweet] = post.id
        self._count_money(before, post, step)
        return True

    def _count_money(self, before: Post | None, post: Post, step: PostStep) -> None:
        """Count what may have been charged: X charges for what it took, and may have taken."""
        if step.step == "sending":
            self._spent[step.at[:7]] += post.price
        elif (
            before is not None and before.state == "sending" and step.step in ("moved", "rejected")
        ):
            self._spent[before.at[:7]] -= before.price

    # What is now

    def post(self, post_id: str) -> Post | None:
        """Return a post by its id."""
        return self._posts.get(post_id)

    def posts(self) -> tuple[Post, ...]:
        """Return all posts, in the order in which they were first queued."""
        return tuple(self._posts.values())

    def open(self, *states: State) -> list[Post]:
        """Return the posts that are queued, being sent or uncertain, the first due first."""
        found = [self._posts[id] for id in tuple(self._open)]
        wanted = [post for post in found if not states or post.state in states]
        return sorted(wanted, key=lambda post: post.due)

    def of_request(self, request_id: str) -> list[Post]:
        """Return all posts that were ever to answer a request."""
        return [self._posts[post_id] for post_id in self._of_request.get(request_id, ())]

    def answer_to(self, request_id: str) -> Post | None:
        """Return the post that is, or may be, the answer to a request.

        One that was given up before anybody has looked may be out as before.
        """
        given_up = [p for p in self.of_request(request_id) if p.state == "given up" and p.is_unseen]
        return self._answer(request_id) or next(iter(given_up), None)

    def _answer(self, request_id: str) -> Post | None:
        return next((p for p in self.of_request(request_id) if p.state in ANSWERING), None)

    def likes(self) -> dict[str, int]:
        """Return how posts were liked, by their ids, as far as that is known."""
        posts = self._posts.values()
        return {post.id: post.likes for post in posts if post.likes is not None}

    def claims(self, tweet: str) -> bool:
        """Whether one of the posts is known to be this one on X."""
        return tweet in self._tweets

    def newest_before(self, at: str) -> str | None:
        """Return the greatest id on X of what was posted before a time, None if nothing was.

        X's ids grow with time, so that whatever left at `at` or later has a greater one. Ids that
        a person gave are left out: a slip of the hand would hide what comes after.
        """
        before = [
            tweet
            for tweet, post_id in list(self._tweets.items())
            if not (post := self._posts[post_id]).by_hand and (post.posted_at or at) < at
        ]
        return max(before, key=lambda tweet: (len(tweet), tweet), default=None)

    def spent(self, month: str) -> float:
        """Return the dollars that X may have charged for posts in a month, such as 2026-11."""
        return round(self._spent.get(month, 0.0), 6)


def _after(post: Post | None, step: PostStep) -> Post:
    data: Mapping[str, Any] = step.data
    state = _NEXT[step.step]
    if post is None:
        post = Post(step.post, str(data["request"]), state, step.at, "", None, 0.0, "", step.at)
    changed: dict[str, Any] = {}
    if step.step not in ("looked", "counted"):
        changed |= {"state": state, "at": step.at, "why": str(data.get("why") or "")}
    for name in _TAKES.get(step.step, ()):
        if name in data:
            changed[name] = data[name]
    match step.step:
        case "uncertain":
            changed |= {"unsure": True, "may_be_out": True}
        case "sending":
            changed |= {"attempts": post.attempts + 1, "unsure": False}
            changed |= {"looked": 0, "looked_at": None}
            changed["first_sent"] = post.first_sent or step.at
        case "looked":
            changed |= {"looked": post.looked + 1, "looked_at": step.at}
        case "posted":
            changed |= {"posted_at": step.at, "unsure": False, "may_be_out": False}
            changed["by_hand"] = bool(data.get("by_hand"))
        case "counted":
            changed["counted_at"] = step.at
    return replace(post, **changed)


def moment(at: str) -> datetime:
    """Return a time of a record. Raises ValueError for what is none."""
    return datetime.fromisoformat(at).astimezone(UTC)


def after(at: str, seconds: float) -> str:
    """Return the time so many seconds after another, as it is written into records."""
    later = moment(at) + timedelta(seconds=seconds)
    return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")
