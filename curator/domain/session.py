"""What the events add up to.

A judgement is never changed in place: what it is now is the fold of the events on its sample.
Undo and redo are events too, so they reach back over restarts without limit. Each curator has a
history of their own; a new event clears what could be redone. Drafts are typing and finds are the
services' words, not decisions: they are folded but never undone. What was found is overruled by
a correction, which can be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, cast

from curator.domain.finding import SongState, fold_song
from curator.domain.records import Event, Rank, Song, Verdict

_NOT_DONE = ("drafted", "song_found")
"""These are no decisions: they are folded but never undone."""
RequestStatus = Literal["open", "deferred", "approved"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the curator thinks of a sample now.

    `text` is the edited text, None while it stands as written; `draft` is unfinished typing;
    `seconds` the active time spent on the last decision; `event_id` the `judged` event behind
    `verdict`.
    """

    sample_id: str
    verdict: Verdict | None = None
    stars: int | None = None
    rank: Rank | None = None
    text: str | None = None
    draft: str | None = None
    tags: tuple[str, ...] = ()
    seconds: float | None = None
    at: str | None = None
    curator: str | None = None
    event_id: str | None = None


class Session:
    """The fold of all events, kept up to date one event at a time."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._order: dict[str, int] = {}
        self._events: dict[str, Event] = {}
        self._inactive: set[str] = set()
        self._by_target: dict[str, list[str]] = defaultdict(list)
        self._touched: dict[str, dict[str, None]] = defaultdict(dict)  # request → its samples
        self._done: dict[str, list[str]] = defaultdict(list)
        self._redo: dict[str, list[str]] = defaultdict(list)
        self._approved: dict[str, str] = {}  # sample → request, of approved samples
        for event in events:
            self.apply(event)

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._order

    def apply(self, event: Event) -> None:
        """Take one more event in. An event seen before changes nothing."""
        if event.id in self._order:
            return
        self._order[event.id] = len(self._order)
        if event.type == "undone":
            self._flip(event, undo=True)
        elif event.type == "redone":
            self._flip(event, undo=False)
        else:
            self._events[event.id] = event
            self._by_target[event.target].append(event.id)
            if request := event.data.get("request"):
                self._touched[str(request)][event.target] = None
            if event.type not in _NOT_DONE:
                self._done[event.curator].append(event.id)
                self._redo[event.curator].clear()
            self._note_approval(event)

    def _flip(self, event: Event, *, undo: bool) -> None:
        here, there = (self._done, self._redo) if undo else (self._redo, self._done)
        stack = here[event.curator]
        if not stack or stack[-1] != event.target:
            if event.target not in stack:  # already flipped, or another curator's: nothing to do
                return
            stack.remove(event.target)
        else:
            stack.pop()
        there[event.curator].append(event.target)
        (self._inactive.add if undo else self._inactive.discard)(event.target)
        self._note_approval(self._events[event.target])

    def _note_approval(self, event: Event) -> None:
        if event.type != "judged":
            return
        if self.judgement(event.target).verdict == "approve":
            self._approved[event.target] = str(event.data.get("request", ""))
        else:
            self._approved.pop(event.target, None)

    def _active(self, target: str) -> Iterator[Event]:
        for event_id in self._by_target.get(target, ()):
            if event_id not in self._inactive:
                yield self._events[event_id]

    # What is now

    def judgement(self, sample_id: str) -> Judgement:
        """Return what is thought of this sample, blank if nothing was said yet."""
        now = Judgement(sample_id)
        for event in self._active(sample_id):
            data = event.data
            match event.type:
                case "judged":
                    now = replace(
                        now,
                        verdict=cast("Verdict | None", data.get("verdict")),
                        seconds=cast("float | None", data.get("seconds")),
                        at=event.at,
                        curator=event.curator,
                        event_id=event.id,
                    )
                case "rated":
                    now = replace(now, stars=cast("int | None", data.get("stars")))
                case "ranked":
                    now = replace(now, rank=cast("Rank | None", data.get("rank")))
                case "edited":
                    now = replace(now, text=cast("str | None", data.get("text")), draft=None)
                case "drafted":
                    now = replace(now, draft=cast("str | None", data.get("text")))
                case "tagged":
                    tags = str(data.get("tags") or "")
                    now = replace(now, tags=tuple(t for t in tags.split("\n") if t))
        if now.rank and not self._holds_rank(now, sample_id):
            now = replace(now, rank=None)
        return now

    def _holds_rank(self, now: Judgement, sample_id: str) -> bool:
        """Only the last of the siblings called best (or worst) is."""
        mine = [e for e in self._active(sample_id) if e.type == "ranked"][-1]
        for sibling in self._touched.get(str(mine.data.get("request")), ()):
            if sibling == sample_id:
                continue
            ranks = [e for e in self._active(sibling) if e.type == "ranked"]
            if (
                ranks
                and ranks[-1].data.get("rank") == now.rank
                and self._order[ranks[-1].id] > self._order[mine.id]
            ):
                return False
        return True

    def song(self, request_id: str, song: Song) -> Song:
        """Return the song of a request, `song` at first, as it was corrected and filled in."""
        return self.song_state(request_id, song).song

    def song_state(self, request_id: str, song: Song) -> SongState:
        """Return the song of a request with what was found out about it."""
        return fold_song(song, self._active(request_id))

    def status(self, request_id: str) -> RequestStatus:
        """Return where a request stands: approved, deferred (until touched again) or open."""
        last, last_at = None, -1
        for target in (request_id, *self._touched.get(request_id, ())):
            if target in self._approved:
                return "approved"
            for event in self._active(target):
                if event.type in ("judged", "deferred") and self._order[event.id] > last_at:
                    last, last_at = event, self._order[event.id]
        return "deferred" if last is not None and last.type == "deferred" else "open"

    def is_touched(self, request_id: str) -> bool:
        """Whether anything was ever said of a sample of this request."""
        return request_id in self._touched

    def is_approved(self, sample_id: str) -> bool:
        """Whether a sample is approved."""
        return sample_id in self._approved

    def approved(self) -> dict[str, str]:
        """Return the approved samples' ids with their requests', in the order of approval."""
        return dict(self._approved)

    # History

    def undoable(self, curator: str) -> Event | None:
        """Return the event that undo would take back."""
        stack = self._done.get(curator)
        return self._events[stack[-1]] if stack else None

    def redoable(self, curator: str) -> Event | None:
        """Return the event that redo would bring back."""
        stack = self._redo.get(curator)
        return self._events[stack[-1]] if stack else None

    def event(self, event_id: str) -> Event | None:
        """Return an event by its id, unless it is an undo or a redo."""
        return self._events.get(event_id)

    def is_active(self, event_id: str) -> bool:
        """Whether the event exists and stands, not undone."""
        return event_id in self._events and event_id not in self._inactive

    def is_superseded(self, event_id: str) -> bool:
        """Whether a later standing event of the same type on the same target replaced this one."""
        event = self._events[event_id]
        about = event.data.get("after")  # finds for other names are about another song
        later = [
            e
            for e in self._active(event.target)
            if e.type == event.type and e.data.get("after") == about
        ]
        return bool(later) and self._order[later[-1].id] > self._order[event_id]

    def events(self, *types: str) -> Iterator[Event]:
        """Yield all events but undos and redos, oldest first, of these types if any are given."""
        for event in self._events.values():
            if not types or event.type in types:
                yield event
