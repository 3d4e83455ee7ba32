"""Requests from X: which posts ask for something, and how far each stream has been read.

A stream is read newest first, as X gives it, and what is new is handed over page by page together
with a mark: both are stored, or neither. The mark says how far the stream is read only once all
its pages are through. A reading that breaks off in the middle goes on below the oldest post it
had, so that what was paid for is not read again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from curator.domain.records import Request, Song
from curator.domain.steps import Mark
from curator.net.x_tweets import Account, Page, Tweet

Stream = Literal["mentions", "timeline"]
MENTION = "mention"
TIMELINE = "timeline"
"""What `Request.source` says: of a mention, to which X lets a reply through, and of the rest."""


class Found(Protocol):
    """A song that the parser found in a text."""

    @property
    def artist(self) -> str | None:
        """Who plays it."""

    @property
    def title(self) -> str | None:
        """What it is called."""


class Reading(Protocol):
    """What of X is needed here (`curator.net.x.X`). All methods raise `XError`."""

    def me(self) -> Account:
        """Return the account."""

    def mentions(
        self, since_id: str | None = None, *, until_id: str | None = None, newest: bool = False
    ) -> Iterator[Page]:
        """Yield pages of mentions, newest first."""

    def timeline(
        self, since_id: str | None = None, *, until_id: str | None = None, newest: bool = False
    ) -> Iterator[Page]:
        """Yield pages of the timeline, newest first."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a page brings: new requests, and the mark to store with them.

    `began` says that this was the first look at the stream: requests come from here on.
    """

    requests: tuple[Request, ...]
    mark: Mark
    began: bool = False


@dataclass(slots=True)
class Place:
    """How far a stream is read: all up to `since`; of what is newer, all from `below` on.

    `newest` is what `since` becomes once all that is between is read.
    """

    since: str | None = None
    below: str | None = None
    newest: str | None = None


@dataclass(slots=True)
class Marks:
    """How far the streams are read and what the reading cost, by month: the fold of the marks."""

    since: dict[str, str] = field(default_factory=dict)
    dollars: dict[str, float] = field(default_factory=dict)

    def take(self, mark: Mark) -> None:
        """Count one more mark."""
        if mark.since is not None:
            self.since[mark.stream] = mark.since
        month = mark.at[:7]
        self.dollars[month] = round(self.dollars.get(month, 0.0) + mark.dollars, 6)


def fold(marks: Iterable[Mark]) -> Marks:
    """Return what marks add up to."""
    folded = Marks()
    for mark in marks:
        folded.take(mark)
    return folded


def wanted(tweet: Tweet, account: Account) -> bool:
    """Whether a post asks for something: not our own, no repost, no edit, no reply in a thread.

    X names the account in every reply below one of its posts: a reply summons nobody.
    """
    own = tweet.author_id == account.id or tweet.author_name == account.username
    return not own and not tweet.repost and tweet.edit_of is None and tweet.reply_to is None


def source_of(tweet: Tweet, stream: Stream, account: Account) -> str:
    """Return what `Request.source` says: on the timeline, too, a post may mention the account."""
    name = account.username.lower()
    named = name in tweet.mentioned or f"@{name}" in tweet.text.lower().split()
    return MENTION if stream == "mentions" or named else TIMELINE


class Reader:
    """Reads one stream of X; each call of `read` goes on where the last one ended."""

    def __init__(
        self,
        x: Reading,
        stream: Stream,
        marks: Marks,
        *,
        has: Callable[[str, str], bool],
        parse: Callable[[str], Sequence[Found]],
        new_id: Callable[[], str],
        stamp: Callable[[], str],
    ) -> None:
        """Make a reader. `has` says whether a request of this source and id is there already."""
        self._x = x
        self._stream: Stream = stream
        self._marks = marks
        self._has = has
        self._parse = parse
        self._new_id = new_id
        self._stamp = stamp
        self._place: Place | None = None

    def read(self, *, from_start: bool = False) -> Iterator[Arrived]:
        """Yield what is new, a page at a time; the next is read once this one is stored.

        The first reading ever only notes where the stream stands now, and yields that. With
        `from_start` all is read that X still has, whatever was read before. Raises `XError`, and
        can be called again.
        """
        account = self._x.me()
        name = f"x:{self._stream}:{account.id}"
        place = self._place or Place(None if from_start else self._marks.since.get(name))
        if place.since is None and place.newest is None and not from_start:
            first = self._begin(name)
            yield first
            self._marks.take(first.mark)
            return
        self._place = place
        for page in self._pages(place):
            requests = tuple(self._requests(page.tweets, account))
            newest = place.newest or page.newest
            mark = self._mark(name, None if page.more else newest, page, len(requests))
            if requests or mark.dollars or mark.since:
                yield Arrived(requests, mark)
                self._marks.take(mark)
            place.newest, place.below = newest, page.oldest or place.below
        self._place = None

    def _pages(self, place: Place) -> Iterator[Page]:
        """Yield the pages between; where more was promised and none came, ask once more."""
        promised, doubted = place.below is not None, False
        while True:
            for page in self._ask(place.since, until_id=place.below):
                if promised and page.oldest is None and not page.more and not doubted:
                    doubted = True
                    break
                promised = page.more
                yield page
            else:
                return

    @property
    def _ask(self) -> Callable[..., Iterator[Page]]:
        return self._x.mentions if self._stream == "mentions" else self._x.timeline

    def _begin(self, name: str) -> Arrived:
        page = next(self._ask(newest=True))
        return Arrived((), self._mark(name, page.newest or "1", page, 0), began=True)

    def _mark(self, name: str, since: str | None, page: Page, requests: int) -> Mark:
        return Mark(
            self._new_id(), self._stamp(), name, since, len(page.tweets), requests, page.dollars
        )

    def _requests(self, tweets: Sequence[Tweet], account: Account) -> Iterator[Request]:
        """Yield the requests of a page, oldest first."""
        for tweet in reversed({tweet.id: tweet for tweet in tweets}.values()):
            source = source_of(tweet, self._stream, account)
            if wanted(tweet, account) and not self._has(source, tweet.id):
                yield self._request(tweet, source)

    def _request(self, tweet: Tweet, source: str) -> Request:
        found = self._parse(tweet.text)
        request = Request(
            id=self._new_id(),
            at=tweet.at or self._stamp(),
            source=source,
            text=tweet.text,
            song=Song(found[0].artist, found[0].title) if found else Song(),
            author=tweet.author_name or tweet.author_id,
            ref=tweet.id,
        )
        others = tuple(f"{o.artist or ''} – {o.title or ''}" for o in found[1:])
        return replace(request, others=others)
