"""How worn a text's phrases are, by how often the writer's own drafts have them.

Whatever a reward likes, the best by it of many drafts are alike: reranking by a head that had
learnt nothing made texts 85 % more so by self-BLEU-4. A little off for phrases that the writer
uses again and again takes that back, and hardly any of the approval. It is a property of the
writer and of what steers it, so that each text is still judged by itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.corpus.cleaning import words_of
from models.evaluate.bleu import Gram, ngrams
from models.writer import Vector

SIZE = 3


@dataclass(frozen=True, slots=True)
class Worn:
    """Runs of three words that several drafts have, with how many; mean and deviation over them."""

    counts: Mapping[str, int]
    mean: float
    deviation: float

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Worn":
        """Count in drafts."""
        found: Counter[Gram] = Counter()
        for text in texts:
            found.update(set(ngrams(words_of(text), SIZE)))
        counts = {" ".join(gram): n for gram, n in sorted(found.items()) if n > 1}
        plain = cls(counts, 0.0, 1.0)(texts)
        return cls(counts, float(plain.mean()), float(plain.std()) + 1e-6)

    def __call__(self, texts: Sequence[str]) -> Vector:
        """Return how worn texts are, (N,), in deviations from the drafts' mean."""
        worn = [(_worn(text, self.counts) - self.mean) / self.deviation for text in texts]
        return np.array(worn, np.float32)


def _worn(text: str, counts: Mapping[str, int]) -> float:
    """Return the mean log of how many drafts have each run of three words."""
    grams = ngrams(words_of(text), SIZE)
    return float(np.mean([np.log(counts.get(" ".join(g), 1)) for g in grams])) if grams else 0.0
