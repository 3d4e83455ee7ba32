"""A stand-in for X: accounts, mentions, timeline, posts and replies, by the rules of 2026.

Faults of its own, beside those of `service.py`:

    401, 402, 403           refused, with the words that X has for it
    429, 429-no-reset       too many requests, with and without when there may be more
    usage-capped            429 with requests left and a type that says so
    duplicate, unsummoned   403 in X's words, whatever was posted
    empty                   a page without posts, though there are some
    renamed                 this answer in the other dialect
"""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.services.service import Answer, Call, Service
from tests.services.x_doors import Doors
from tests.services.x_posts import Dialect, Network, Post

LIMITS = {
    "GET /2/users/me": 75,
    "GET /2/users/:id/mentions": 300,
    "GET /2/users/:id/timelines/reverse_chronological": 180,
    "GET /2/users/:id/tweets": 900,
    "GET /2/tweets": 5000,
    "POST /2/tweets": 100,
}
"""How many requests of a route are let through in a quarter of an hour."""
PRICES = {"owned": 0.001, "read": 0.005, "user": 0.010, "post": 0.015, "url": 0.2, "reply": 0.010}

_USER = re.compile(r"/2/users/(\d+)/(mentions|timelines/reverse_chronological|tweets)")
_DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
_UNSUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)


class XService(Service):
    """X, with one account that programs act for: `owner`."""

    name = "x"

    def __init__(
        self,
        port: int = 0,
        *,
        owner: str = "deephypebot",
        dialect: Dialect = "tweet",
        limited: bool = False,
        clock: Callable[[], datetime] | None = None,
        **extra: Any,
    ) -> None:
        self.network = Network(clock)
        self.owner = self.network.user(owner)
        self.dialect: Dialect = dialect
        self.limited = limited
        self.charges: list[tuple[str, int]] = []
        self._windows: dict[str, tuple[float, int]] = {}
        super().__init__(port, **extra)
        self.doors = Doors(self.owner, self.url)

    # For tests

    def mention(self, text: str, author: str = "listener", **extra: str) -> Post:
        """Let somebody mention the account."""
        with self.lock:
            return self.network.post(author, f"@{self.owner.username} {text}", **extra)

    def post(self, author: str, text: str, **extra: str) -> Post:
        """Let somebody post something."""
        with self.lock:
            return self.network.post(author, text, **extra)

    def own_posts(self) -> list[Post]:
        """Return what the account posted, oldest first."""
        with self.lock:
            return self.network.posts_of(self.owner)

    def dollars(self) -> float:
        """Return what everything cost so far."""
        return round(sum(PRICES[kind] * number for kind, number in self.charges), 6)

    # Routes

    def route_of(self, call: Call) -> str:
        match = _USER.fullmatch(call.path)
        return f"{call.method} /2/users/:id/{match[2]}" if match else f"{call.method} {call.path}"

    def trouble(self, status: int) -> Answer:
        return problem(status, "Service Unavailable", "Service Unavailable")

    def answer(self, call: Call, fault: str | None) -> Answer:
        route = self.route_of(call)
        if route == "GET /2/oauth2/authorize":
            return self.doors.authorize(call)
        if route == "POST /2/oauth2/token":
            return self.doors.token(call)
        if route not in LIMITS:
            return problem(404, "Not Found", "There is no such route.")
        limits = self._limits(route)
        if refusal := _faulty(fault, limits):
            return refusal
        if not self.doors.admits(call):
            return problem(401, "Unauthorized", "Unauthorized")
        if self.limited and limits["x-rate-limit-remaining"] == "-1":
            limits["x-rate-limit-remaining"] = "0"
            return problem(429, "Too Many Requests", "Too Many Requests", headers=limits)
        answer = self._routed(call, route, fault)
        answer.headers |= limits
        return answer

    def _limits(self, route: str) -> dict[str, str]:
        now = time.time()
        reset, left = self._windows.get(route, (0.0, 0))
        if now >= reset:
            reset, left = now + 900, LIMITS[route]
        self._windows[route] = (reset, max(left - 1, -1))
        return {
            "x-rate-limit-limit": str(LIMITS[route]),
            "x-rate-limit-remaining": str(left - 1),
            "x-rate-limit-reset": str(int(reset)),
        }

    def _routed(self, call: Call, route: str, fault: str | None) -> Answer:
        match route:
            case "GET /2/users/me":
                self.charges.append(("user", 1))
                return Answer(200, {"data": self.owner.render(_fields(call, "user.fields"))})
            case "POST /2/tweets":
                return self._create(call)
            case "GET /2/tweets":
                return self._lookup(call)
        match = _USER.fullmatch(call.path)
        if match is None or match[1] != self.owner.id:
            return problem(403, "Forbidden", "The id in the path is not the account's own.")
        kind = match[2]
        posts = {
            "mentions": self.network.mentions_of,
            "tweets": self.network.posts_of,
            "timelines/reverse_chronological": self.network.timeline_of,
        }[kind](self.owner)
        if "retweets" in call.query.get("exclude", ""):
            posts = [post for post in posts if post.reposts is None]
        least = 1 if kind.startswith("timelines") else 5
        if fault == "empty":
            return Answer(200, {"meta": {"result_count": 0}})
        price = "read" if kind.startswith("timelines") else "owned"
        return self._page(call, posts, least, price, self._dialect(fault))

    def _dialect(self, fault: str | None) -> Dialect:
        if fault != "renamed":
            return self.dialect
        return "tweet" if self.dialect == "post" else "post"

    def _page(
        self, call: Call, posts: list[Post], least: int, price: str, dialect: Dialect
    ) -> Answer:
        query = call.query
        size = query.get("max_results", "10")
        if not size.isdigit() or not least <= int(size) <= 100:
            return problem(400, "Invalid Request", f"max_results is {least} to 100, not {size}")
        token = query.get("pagination_token")
        if token is not None and not token.startswith("b26"):
            return problem(400, "Invalid Request", "pagination_token is not one of ours")
        below = min(int(query.get("until_id") or 2**63), int(token[3:], 36) if token else 2**63)
        above = int(query.get("since_id") or 0)
        found = [post for post in reversed(posts) if above < int(post.id) < below]
        page = found[: int(size)]
        if not page:
            return Answer(200, {"meta": {"result_count": 0}})
        meta: dict[str, Any] = {
            "result_count": len(page),
            "newest_id": page[0].id,
            "oldest_id": page[-1].id,
        }
        if len(found) > len(page):
            meta["next_token"] = "b26" + _base36(int(page[-1].id))
        self.charges.append((price, len(page)))
        fields = _fields(call, "tweet.fields") + _fields(call, "post.fields")
        body: dict[str, Any] = {"data": [post.render(fields, dialect) for post in page]}
        if "author_id" in query.get("expansions", ""):
            users = list({post.author.id: post.author for post in page}.values())
            self.charges.append(("user", len(users)))
            wanted = _fields(call, "user.fields")
            body["includes"] = {"users": [user.render(wanted) for user in users]}
        return Answer(200, body | {"meta": meta})

    def _lookup(self, call: Call) -> Answer:
        ids = call.query.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(id.isdigit() for id in ids):
            return problem(400, "Invalid Request", "ids are 1 to 100 ids")
        found = [self.network.posts[id] for id in ids if id in self.network.posts]
        own = sum(post.author is self.owner for post in found)
        self.charges += [("owned", own), ("read", len(found) - own)]
        fields = _fields(call, "tweet.fields") + _fields(call, "post.fields")
        body: dict[str, Any] = {"data": [post.render(fields, self.dialect) for post in found]}
        missing = [
            {
                "type": "https://api.twitter.com/2/problems/resource-not-found",
                "title": "Not Found Error",
                "detail": f"Could not find tweet with ids: [{id}].",
                "resource_type": "tweet",
                "resource_id": id,
                "parameter": "ids",
                "value": id,
            }
            for id in ids
            if id not in self.network.posts
        ]
        return Answer(200, {k: v for k, v in (body | {"errors": missing}).items() if v})

    def _create(self, call: Call) -> Answer:
        try:
            body = call.json()
            text = str(body["text"])
        except (ValueError, KeyError, TypeError):
            return problem(400, "Invalid Request", "The body is not a post.")
        if not text.strip() or len(text) > 1000:
            return problem(400, "Invalid Request", "The text is empty or too long.")
        own = self.network.posts_of(self.owner)
        above = (body.get("reply") or {}).get("in_reply_to_tweet_id")
        parent = self.network.posts.get(above) if above else None
        if above and parent is None:
            return problem(403, "Forbidden", "You attempted to reply to a Tweet that is deleted.")
        if parent and not self.network.summoned(self.owner, parent):
            return problem(403, "Forbidden", _UNSUMMONED)
        if any(post.plain == text for post in own):
            return problem(403, "Forbidden", _DUPLICATE)
        post = self.network.post(self.owner.username, text, reply_to=above)
        self.charges.append(("url" if post.urls else "reply" if parent else "post", 1))
        made = post.render((), self.dialect)
        return Answer(201, {"data": made})


def problem(
    status: int,
    title: str,
    detail: str,
    kind: str = "about:blank",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Return a refusal as X writes it."""
    body = {"detail": detail, "type": kind, "title": title, "status": status}
    return Answer(status, body, {"Content-Type": "application/problem+json"} | (headers or {}))


def _faulty(fault: str | None, limits: dict[str, str]) -> Answer | None:
    match fault:
        case "401":
            return problem(401, "Unauthorized", "Unauthorized")
        case "402":
            words = "Your enrolled account does not have any credits to fulfill this request."
            return problem(402, "CreditsDepleted", words, f"{_PROBLEMS}/credits")
        case "403":
            return problem(403, "Forbidden", "You are not permitted to perform this action.")
        case "429":
            soon = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 2)}
            return problem(429, "Too Many Requests", "Too Many Requests", headers=limits | soon)
        case "429-no-reset":
            return problem(429, "Too Many Requests", "Too Many Requests")
        case "usage-capped":
            words = "Usage cap exceeded: Monthly product cap"
            kind = f"{_PROBLEMS}/usage-capped"
            answer = problem(429, "UsageCapExceeded", words, kind, limits)
            answer.body |= {"period": "Monthly", "scope": "Product"}
            return answer
        case "duplicate":
            return problem(403, "Forbidden", _DUPLICATE)
        case "unsummoned":
            return problem(403, "Forbidden", _UNSUMMONED)
    return None


_PROBLEMS = "https://api.twitter.com/2/problems"


def _fields(call: Call, name: str) -> list[str]:
    return [field for field in call.query.get(name, "").split(",") if field]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
