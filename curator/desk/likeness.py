"""Which other texts a sample reads much like, found once and remembered.

Comparing with thousands of past posts takes milliseconds a text, too long for every key. A text
is compared with all of them once; after that only with what was approved since.
"""

from dataclasses import dataclass
from heapq import nlargest

from curator.domain.warnings import near_duplicates

_REMEMBERED = 2000
_MOST = 5
_CHEAP = 300
"""With so many texts one can be compared at once, without anybody noticing."""


@dataclass(slots=True)
class _Known:
    """What a text was found to be like, among the first `seen` of the past."""

    seen: int
    found: dict[str, float]


class Past:
    """The approved texts of all times."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._texts: dict[str, str] = {}  # what stands now: sample → text
        self._log: list[tuple[str, str]] = []  # all that ever stood, in order of approval
        self._known: dict[str, _Known] = {}

    def put(self, sample_id: str, text: str | None) -> None:
        """Note the approved text of a sample, None when it is not (or no longer) approved."""
        if text is None:
            self._texts.pop(sample_id, None)
        elif self._texts.get(sample_id) != text:
            self._texts[sample_id] = text
            self._log.append((sample_id, text))

    def warm_up(self) -> None:
        """Have the texts read once, so that the first comparison is as quick as the others."""
        near_duplicates("", self._log, self._threshold)

    def knows(self, text: str) -> bool:
        """Whether `like` answers at once."""
        known = self._known.get(text)
        return len(self._log) - (known.seen if known else 0) <= _CHEAP

    def like(self, text: str) -> list[tuple[str, float]]:
        """Return the approved samples that read most like this text, with their likeness."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            known = self._known[text] = _Known(0, {})
        if known.seen < len(self._log):
            news = [(str(n), t) for n, (_, t) in enumerate(self._log[known.seen :], known.seen)]
            known.found |= dict(near_duplicates(text, news, self._threshold))
            known.seen = len(self._log)
        standing: dict[str, float] = {}
        for place, score in known.found.items():
            sample_id, past = self._log[int(place)]
            if self._texts.get(sample_id) == past:
                standing[sample_id] = score
        return nlargest(_MOST, standing.items(), key=lambda pair: pair[1])


class Siblings:
    """The texts of one request among each other."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._known: dict[tuple[str, str], float] = {}

    def like(self, text: str, others: list[tuple[str, str]]) -> list[tuple[str, float]]:
        """Return the ids of those of `others` (id, text) that read much like `text`."""
        new = [(other, other) for _, other in others if (text, other) not in self._known]
        if new:
            if len(self._known) >= 20 * _REMEMBERED:
                self._known.clear()
                new = [(other, other) for _, other in others]
            self._known |= {(text, other): 0.0 for other, _ in new}
            for other, score in near_duplicates(text, new, self._threshold):
                self._known[text, other] = score
        scores = [(key, self._known[text, other]) for key, other in others]
        return sorted((pair for pair in scores if pair[1]), key=lambda pair: -pair[1])
