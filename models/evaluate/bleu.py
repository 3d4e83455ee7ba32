"""BLEU, after Papineni et al. 2002, and the self-BLEU made of it, after Zhu et al. 2018."""

import math
from collections import Counter
from collections.abc import Sequence

Words = Sequence[str]
Gram = tuple[str, ...]


def ngrams(words: Words, size: int) -> list[Gram]:
    """Return the runs of `size` words."""
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def bleu(texts: Sequence[Words], references: Sequence[Sequence[Words]], size: int = 4) -> float:
    """Return corpus BLEU (0 to 1) of texts, each against its own one or more references.

    The geometric mean of the precisions of runs of 1 to `size` words, each run counted at most as
    often as in the reference that has it most, times the brevity penalty; counts are summed over
    the corpus before anything is divided. The reference length is the one closest to the text's,
    the shorter of two equally close. Nothing is smoothed: without any match at some size it is 0.
    """
    lengths = Counter[str]()
    matched, made = [0] * size, [0] * size
    for words, theirs in zip(texts, references, strict=True):
        lengths["text"] += len(words)
        closest = min(map(len, theirs), key=lambda n: (abs(n - len(words)), n))
        lengths["reference"] += closest
        for i in range(size):
            own = Counter(ngrams(words, i + 1))
            most: Counter[Gram] = Counter()
            for other in theirs:
                most |= Counter(ngrams(other, i + 1))
            matched[i] += (own & most).total()
            made[i] += own.total()
    return _mean(matched, made, lengths["text"], lengths["reference"])


def self_bleu_of_corpus(texts: Sequence[Words], size: int = 4) -> float:
    """Return the BLEU of a corpus, each text against all the others (0 to 1): how alike they are.

    As in Zhu et al. 2018, but counted over the corpus, which needs no smoothing. It grows with the
    number of texts: compare equal numbers only.
    """
    if len(texts) < 2:
        return 0.0
    matched, made = [0] * size, [0] * size
    reference = 0
    lengths = sorted(map(len, texts))
    for i in range(size):
        counts = [Counter(ngrams(words, i + 1)) for words in texts]
        best = _two_most(counts)
        for at, own in enumerate(counts):
            made[i] += own.total()
            for gram, n in own.items():
                first, holder, second = best[gram]
                matched[i] += min(n, second if holder == at else first)
    for words in texts:
        others = lengths.copy()
        others.remove(len(words))
        reference += min(others, key=lambda n: (abs(n - len(words)), n))
    return _mean(matched, made, sum(lengths), reference)


def _two_most(counts: Sequence[Counter[Gram]]) -> dict[Gram, tuple[int, int, int]]:
    """Return of each run its highest count in one text, which text, and the next highest."""
    best: dict[Gram, tuple[int, int, int]] = {}
    for at, own in enumerate(counts):
        for gram, n in own.items():
            first, holder, second = best.get(gram, (0, -1, 0))
            best[gram] = (n, at, first) if n > first else (first, holder, max(second, n))
    return best


def _mean(matched: Sequence[int], made: Sequence[int], length: int, reference: int) -> float:
    if not all(matched):
        return 0.0
    logs = [math.log(m / n) for m, n in zip(matched, made, strict=True)]
    return math.exp(min(0.0, 1 - reference / length) + sum(logs) / len(logs))
