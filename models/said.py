"""What has been said already, so that it is not said again.

Whoever reads a writer's texts one after the other tires of turns of phrase that each by itself are
good, and choosing the best of many drafts brings the same ones back again and again. What is worn
in general (`learning.freshness`) cannot tell a phrase's first time from its tenth. So a writer may
be told what its reader has seen: of its drafts those lose that repeat it, the more the oftener.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from models.corpus.cleaning import words_of
from models.evaluate.bleu import Gram, ngrams

RUN, PAIR = 4, 2
"""Words of a run that costs whenever it was said, and of one that costs the more the oftener."""
A_RUN = 0.6
"""What each run of `RUN` words that has been said takes off, in deviations of drafts' scores."""
PAIRS = 0.8
"""What the mean logarithm of how many texts have each pair of words takes off."""


class Said:
    """Texts that have been read, as runs of words with how many of the texts have them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs: set[Gram] = set()
        self._pairs: Counter[Gram] = Counter()
        for text in texts:
            words = words_of(text)
            self._runs.update(ngrams(words, RUN))
            self._pairs.update(set(ngrams(words, PAIR)))

    def __call__(self, text: str) -> float:
        """Return how much of a text has been said, 0 where nothing: what its score loses, in
        deviations of drafts' scores."""
        words = words_of(text)
        runs = sum(run in self._runs for run in ngrams(words, RUN))
        pairs = [np.log1p(self._pairs[pair]) for pair in ngrams(words, PAIR)]
        return A_RUN * runs + PAIRS * (float(np.mean(pairs)) if pairs else 0.0)
