"""X: mentions and timeline in, posts and replies out, through tweepy.

Every method waits for the network: call them in a thread, one thread at a time. They raise
`XError` (`x_errors.py`) and nothing else, whose text never holds a key, and nothing is tried a
second time but what X refused for an access token that had run out.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from curator.domain import prices
from curator.net.x_errors import Garbled, Unauthorised, Unreachable, XError, refusal
from curator.net.x_tweets import (
    Account,
    Metrics,
    Page,
    Tweet,
    Unreadable,
    read_account,
    read_metrics,
    read_page,
    read_posted,
)

if TYPE_CHECKING:
    import requests
    import tweepy

    from curator.net.x_keys import XKeys

__all__ = ["Account", "Metrics", "Page", "Tweet", "X"]

BASE_URL = "https://api.x.com"
TIMEOUT = 20.0
"""Seconds that one answer may take."""

_PAGE = 100
_FEWEST = 5
_FIELDS = [
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "entities",
    "in_reply_to_user_id",
    "note_tweet",
    "referenced_tweets",
]
T = TypeVar("T")


class X:
    """The API of X, as one account."""

    def __init__(
        self,
        keys: "XKeys",
        *,
        base_url: str = BASE_URL,
        timeout: float = TIMEOUT,
        names: bool = True,
    ) -> None:
        """Make a client; nothing is sent yet.

        `names` asks for the authors' names with their posts, for which X charges more than for
        the posts themselves.
        """
        self._keys = keys
        self._base_url = base_url
        self._timeout = timeout
        self._names = names
        self._client: tweepy.Client | None = None
        self._account: Account | None = None
        self._lock = threading.Lock()

    # Reading

    def me(self) -> Account:
        """Return the account; X is asked the first time only."""
        if self._account is None:
            self._account = self._ask(
                lambda client, signed: client.get_me(user_auth=signed), read_account
            )
        return self._account

    def mentions(
        self, since_id: str | None = None, *, until_id: str | None = None, newest: bool = False
    ) -> Iterator[Page]:
        """Yield pages of posts that mention the account, newest first.

        They are newer than `since_id` and older than `until_id`. With `newest` only the few
        newest are asked for: for where to begin.
        """
        id = self.me().id
        return self._pages(
            lambda client, signed, **params: client.get_users_mentions(
                id, user_auth=signed, **params
            ),
            prices.OWNED_READ,
            {"since_id": since_id, "until_id": until_id},
            newest=newest,
        )

    def timeline(
        self, since_id: str | None = None, *, until_id: str | None = None, newest: bool = False
    ) -> Iterator[Page]:
        """Yield pages of the home timeline, newest first, without reposts; as `mentions` does."""
        id = self.me().id

        def ask(client: "tweepy.Client", signed: bool, **params: Any) -> Any:
            # tweepy's own method guesses the account from the form of its token.
            return client._make_request(
                "GET",
                f"/2/users/{id}/timelines/reverse_chronological",
                params=params | {"exclude": ["retweets"]},
                endpoint_parameters=(
                    "exclude",
                    "expansions",
                    "max_results",
                    "pagination_token",
                    "since_id",
                    "tweet.fields",
                    "until_id",
                    "user.fields",
                ),
                user_auth=signed,
            )

        between = {"since_id": since_id, "until_id": until_id}
        return self._pages(ask, prices.POST_READ, between, newest=newest)

    def own_posts(self, since_id: str | None = None, *, at_most: int = 200) -> list[Tweet]:
        """Return the account's own posts and replies, newest first, newer than `since_id`.

        Not more than `at_most`, rounded up to whole pages of 100.
        """
        id = self.me().id
        found: list[Tweet] = []
        pages = self._pages(
            lambda client, signed, **params: client.get_users_tweets(
                id, user_auth=signed, **params
            ),
            prices.OWNED_READ,
            {"since_id": since_id},
            names=False,
        )
        for page in pages:
            found += page.tweets
            if len(found) >= at_most:
                break
        return found

    def lookup(self, ids: Sequence[str]) -> dict[str, Metrics]:
        """Return how posts were received, by id; those that X does not show are not in it."""
        found: dict[str, Metrics] = {}
        for start in range(0, len(ids), _PAGE):
            some = list(ids[start : start + _PAGE])
            found |= self._ask(
                lambda client, signed, some=some: client.get_tweets(  # type: ignore[misc]
                    some, tweet_fields=["public_metrics"], user_auth=signed
                ),
                _metrics,
            )
        return found

    # Writing

    def post(self, text: str, reply_to: str | None = None) -> str:
        """Post a text, or reply with it to a post, and return the new post's id.

        An error whose `unknown` is true leaves open whether it was posted.
        """
        return self._ask(
            lambda client, signed: client.create_tweet(
                text=text, in_reply_to_tweet_id=reply_to, user_auth=signed
            ),
            read_posted,
        )

    # The wire

    def _pages(
        self,
        ask: Callable[..., Any],
        price: float,
        between: Mapping[str, str | None],
        *,
        newest: bool = False,
        names: bool = True,
    ) -> Iterator[Page]:
        params: dict[str, Any] = {k: v for k, v in between.items() if v is not None}
        params |= {"tweet_fields": _FIELDS, "max_results": _FEWEST if newest else _PAGE}
        if self._names and names:
            params |= {"expansions": ["author_id"], "user_fields": ["username"]}
        token: str | None = None
        seen: set[str] = set()
        while True:
            page, token = self._ask(
                lambda client, signed, token=token: ask(  # type: ignore[misc]
                    client, signed, **params, **({"pagination_token": token} if token else {})
                ),
                lambda answer: _page(answer, price),
            )
            yield page
            if token is None or newest:
                return
            if token in seen:
                raise Garbled("X goes round in circles from page to page")
            seen.add(token)

    def _ask(self, send: Callable[["tweepy.Client", bool], Any], read: Callable[[Any], T]) -> T:
        with self._lock:
            client = self._signed_in()
            try:
                return self._once(client, send, read)
            except Unauthorised:
                if not self._renewed():
                    raise
                return self._once(self._signed_in(), send, read)

    def _once(
        self,
        client: "tweepy.Client",
        send: Callable[["tweepy.Client", bool], Any],
        read: Callable[[Any], T],
    ) -> T:
        import requests

        from curator.net.http import never_arrived

        # Raised anew, so that a traceback shows no frame that has the keys in hand.
        failed: XError
        try:
            return read(send(client, client.bearer_token is None))
        except XError as error:
            failed = error
        except requests.exceptions.JSONDecodeError:
            failed = Garbled("X answered, but not in JSON")
        except Unreadable as error:
            failed = Garbled(f"X answered, but not as its specification says: {error}")
        except requests.RequestException as error:
            arrived = not never_arrived(error)
            failed = Unreachable(_why(error, arrived), unknown=arrived)
        raise failed.with_traceback(None) from None

    def _renewed(self) -> bool:
        try:
            return self._keys.renew()
        except XError as error:
            error.unknown = False  # of the token: nothing else was asked of X yet
            raise

    def _signed_in(self) -> "tweepy.Client":
        """Return the client with keys that hold now."""
        if self._client is None:
            import tweepy

            from curator.net.http import Session

            # At DEBUG these write whole requests, headers and all.
            for name in ("tweepy", "oauthlib", "requests_oauthlib", "urllib3"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = tweepy.Client(return_type=dict)
            self._client.session = Session(self._base_url, self._timeout, _check)
        try:
            self._keys.sign_in(self._client)
        except XError as error:
            error.unknown = False
            raise
        return self._client


def _check(response: "requests.Response") -> None:
    if not 200 <= response.status_code < 300:
        raise refusal(response.status_code, response.headers, response.content)


def _page(answer: Any, price: float) -> tuple[Page, str | None]:
    tweets, meta, users = read_page(answer)
    token = meta.get("next_token")
    ids = sorted((tweet.id for tweet in tweets), key=int)
    newest, oldest = meta.get("newest_id"), meta.get("oldest_id")
    page = Page(
        tweets=tuple(tweets),
        newest=newest if _is_id(newest) else (ids[-1] if ids else None),
        oldest=oldest if _is_id(oldest) else (ids[0] if ids else None),
        more=isinstance(token, str) and bool(token),
        users=users,
        dollars=round(len(tweets) * price + users * prices.USER_READ, 6),
    )
    return page, token if page.more else None


def _metrics(answer: Any) -> dict[str, Metrics]:
    read_page(answer)  # raises for what is no answer at all
    found = answer.get("data") or []
    return {
        str(doc["id"]): read_metrics(doc) for doc in found if isinstance(doc, dict) and "id" in doc
    }


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _why(error: "requests.RequestException", arrived: bool) -> str:
    import requests

    if isinstance(error, requests.exceptions.Timeout) and arrived:
        return "X did not answer in time"
    return "the connection to X broke off" if arrived else "X can't be reached from here"
