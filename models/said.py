"""What has been said already, so that it is not said again.

Whoever reads a writer's texts one after the other tires of turns of phrase that each by itself are
good, and choosing the best of many drafts brings the same ones back again and again. What is worn
in general (`learning.freshness`) cannot tell a phrase's first time from its tenth. So a writer may
be told what its reader has seen: of its drafts those lose that repeat it.

How often a pair of words was said does not count, only that it was: at the same variety of a
thousand texts that takes less from a draft's score than the mean logarithm of how often. The two
costs were settled on the pretrained decoder; the card of `smollm2-voice` tells how.
"""

from collections.abc import Iterable

from models.corpus.cleaning import words_of
from models.evaluate.bleu import Gram, ngrams

RUN, PAIR = 4, 2
"""Words of a run that costs whenever it was said, and of a pair."""
A_RUN = 0.6
"""What each run of `RUN` words that has been said takes off, in deviations of drafts' scores."""
PAIRS = 3.5
"""What the share of a draft's pairs of words that have been said takes off."""


class Said:
    """Texts that have been read, as runs of words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs: set[Gram] = set()
        self._pairs: set[Gram] = set()
        for text in texts:
            words = words_of(text)
            self._runs.update(ngrams(words, RUN))
            self._pairs.update(ngrams(words, PAIR))

    def __call__(self, text: str) -> float:
        """Return how much of a text has been said, 0 where nothing: what its score loses, in
        deviations of drafts' scores."""
        words = words_of(text)
        runs, pairs = ngrams(words, RUN), ngrams(words, PAIR)
        share = sum(pair in self._pairs for pair in pairs) / max(1, len(pairs))
        return A_RUN * sum(run in self._runs for run in runs) + PAIRS * share
