"""The curator judges a sample: each key becomes one event."""

import time
from collections.abc import Callable

from curator.desk.changes import CardsChanged, QueueChanged
from curator.desk.ledger import Ledger
from curator.domain.records import Event, EventType, Rank, Sample, Scalar, Verdict
from curator.domain.sitting import Stopwatch


class NoSuchSample(LookupError):
    """A sample's id that the desk does not know."""


class Judging:
    """Approve, reject, reopen, rate, rank, edit, draft, tag."""

    def __init__(self, ledger: Ledger, tick: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._tick = tick
        self.stopwatch = Stopwatch(tick())

    def active(self) -> None:
        """Note that the curator pressed a key or looked elsewhere."""
        self.stopwatch.touch(self._tick())

    def approve(self, sample_id: str) -> Event:
        """Approve a sample as it reads now; a draft still open becomes its text first."""
        return self._judge(sample_id, "approve")

    def reject(self, sample_id: str) -> Event:
        """Reject a sample."""
        return self._judge(sample_id, "reject")

    def reopen(self, sample_id: str) -> Event:
        """Take a verdict away, without touching what was done since (as undo would)."""
        return self._judge(sample_id, None)

    def _judge(self, sample_id: str, verdict: Verdict | None) -> Event:
        draft = self._ledger.session.judgement(sample_id).draft
        if verdict == "approve" and draft:  # an empty one is no text
            self.edit(sample_id, draft)
        seconds = round(self.stopwatch.lap(self._tick()), 3)
        event = self._record("judged", sample_id, verdict=verdict, seconds=seconds)
        self._ledger.tell(QueueChanged())
        return event

    def rate(self, sample_id: str, stars: int | None) -> Event:
        """Give one to five stars, or take them away. Raises ValueError for others."""
        if stars is not None and not 1 <= stars <= 5:
            raise ValueError(f"stars go from 1 to 5, not {stars}")
        return self._record("rated", sample_id, stars=stars)

    def rank(self, sample_id: str, rank: Rank) -> Event:
        """Call a sample the best or worst of its siblings; the same again takes it back."""
        now = self._ledger.session.judgement(sample_id).rank
        return self._record("ranked", sample_id, rank=None if now == rank else rank)

    def edit(self, sample_id: str, text: str) -> Event | None:
        """Keep an edited text; the text as written again means no edit. None if nothing changed."""
        sample = self._sample(sample_id)
        text = " ".join(text.split())
        judgement = self._ledger.session.judgement(sample_id)
        new = None if text in ("", sample.text) else text
        if new == judgement.text:
            if judgement.draft is not None:
                self.draft(sample_id, None)
            return None
        seconds = round(self.stopwatch.lap(self._tick()), 3)
        return self._record("edited", sample_id, text=new, edit_seconds=seconds)

    def draft(self, sample_id: str, text: str | None) -> None:
        """Keep unfinished typing, None when it is given up."""
        if self._ledger.session.judgement(sample_id).draft != text:
            self._record("drafted", sample_id, text=text)

    def end_draft(self, sample_id: str) -> None:
        """Have no draft, whatever is undone: one that became an edit does not come back with the
        edit's undoing."""
        self._record("drafted", sample_id, text=None)

    def tag(self, sample_id: str, tags: tuple[str, ...]) -> Event | None:
        """Replace a sample's tags. None if nothing changed."""
        tags = tuple(dict.fromkeys(t for t in (" ".join(t.split()) for t in tags) if t))
        if tags == self._ledger.session.judgement(sample_id).tags:
            return None
        return self._record("tagged", sample_id, tags="\n".join(tags))

    def _sample(self, sample_id: str) -> Sample:
        sample = self._ledger.sample(sample_id)
        if sample is None:
            raise NoSuchSample(sample_id)
        return sample

    def _record(self, kind: EventType, sample_id: str, **data: Scalar) -> Event:
        sample = self._sample(sample_id)
        event = self._ledger.record(kind, sample_id, request=sample.request_id, **data)
        self._ledger.tell(CardsChanged(sample.request_id))
        return event
