"""The samples of a request as cards: judgement, length, warnings, whether it is on disk."""

from dataclasses import dataclass

from curator.config import Settings
from curator.desk.ledger import Ledger
from curator.desk.writing import Writing
from curator.domain.records import Sample, Song
from curator.domain.session import Judgement
from curator.domain.tweet_text import Weighed, weigh
from curator.domain.warnings import WordList, near_duplicates, offensive


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another text that reads much the same: a sibling's number, or None for a past post."""

    sibling: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Card:
    """A sample with all that is to be said of it before the decision.

    `stale` says that it was written for another artist or title than the request has now.
    """

    number: int
    sample: Sample
    judgement: Judgement
    text: str
    length: Weighed
    like: tuple[Likeness, ...]
    offensive: tuple[str, ...]
    saved: bool
    stale: bool


class Cards:
    """Makes cards, and remembers the costly part of each."""

    def __init__(
        self, ledger: Ledger, writing: Writing, settings: Settings, words: WordList
    ) -> None:
        self._ledger = ledger
        self._writing = writing
        self._settings = settings
        self._words = words
        self._past: dict[str, str] = {}
        self._past_key: tuple[str, ...] = ()

    def of(self, request_id: str) -> list[Card]:
        """Return the cards of a request, in the order of writing."""
        samples = self._ledger.samples(request_id)
        session = self._ledger.session
        judgements = [session.judgement(s.id) for s in samples]
        texts = [j.text or s.text for s, j in zip(samples, judgements, strict=True)]
        song = self._ledger.song(request_id)
        return [
            Card(
                number=n + 1,
                sample=sample,
                judgement=judgements[n],
                text=texts[n],
                length=weigh(texts[n]),
                like=self.likenesses(request_id, sample.id, texts[n]),
                offensive=tuple(offensive(texts[n], self._words)),
                saved=self._saved(sample, judgements[n]),
                stale=_other_song(sample.song, song) and sample.model != "imported",
            )
            for n, sample in enumerate(samples)
        ]

    def likenesses(self, request_id: str, sample_id: str, text: str) -> tuple[Likeness, ...]:
        """Return which siblings and past posts read much like this text."""
        samples = self._ledger.samples(request_id)
        siblings = {
            s.id: (n + 1, self._ledger.session.judgement(s.id).text or s.text)
            for n, s in enumerate(samples)
            if s.id != sample_id
        }
        past = {k: t for k, t in self._approved().items() if k != sample_id and k not in siblings}
        others = [(k, t) for k, (_, t) in siblings.items()] + list(past.items())
        found = near_duplicates(text, others, self._settings.similar)
        return tuple(
            Likeness(siblings[key][0] if key in siblings else None, score) for key, score in found
        )

    def _approved(self) -> dict[str, str]:
        approved = self._ledger.session.approved()
        key = tuple(approved)
        if key != self._past_key:
            self._past_key = key
            self._past = dict(self._ledger.approved_texts())
        return self._past

    def _saved(self, sample: Sample, judgement: Judgement) -> bool:
        keeper = self._ledger.keeper
        if keeper is None:
            return False
        return keeper.is_saved(sample.id) and (
            judgement.event_id is None or keeper.is_saved(judgement.event_id)
        )


def _other_song(written_for: Song, song: Song) -> bool:
    return (written_for.artist, written_for.title) != (song.artist, song.title)
