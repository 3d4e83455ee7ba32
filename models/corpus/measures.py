"""What a corpus is like: how varied, how evenly spread, how long its sentences are."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from models.conditions import condition_space
from models.corpus.cleaning import words_of
from models.corpus.prepare import Corpus
from models.corpus.records import Sentence

SPREAD_OVER = ("energy", "valence", "tempo")
_THIRD = 0.4307
"""A normal spread has a third of its mass below -0.43 deviations and a third above 0.43."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of a corpus. Shares are of sentences and lie from 0 to 1.

    `near_duplicates` is the share that was found to be nearly another one, out of those that were
    fit otherwise; they are not in the corpus, and not in the other figures. `openings` are the
    most frequent first words with their shares, `opening_entropy` is in bits. `distinct_1` and
    `distinct_2` are different words, and pairs of them, among all. `spread` gives, for each of
    energy, valence and tempo, the share in the lower, middle and upper third of the values that
    songs have, and the share for which it is unknown. `lengths` maps words to sentences.
    """

    sentences: int
    words: int
    vocabulary: int
    near_duplicates: float
    openings: dict[str, float]
    opening_entropy: float
    distinct_1: float
    distinct_2: float
    genres: dict[str, int]
    genres_missing: tuple[str, ...]
    families: dict[str, int]
    spread: dict[str, dict[str, float]]
    placeholders: dict[str, float]
    mean_words: float
    median_words: float
    lengths: dict[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, rounded to four places."""
        return {name: _rounded(value) for name, value in asdict(self).items()}

    def lines(self) -> list[str]:
        """Return the figures as lines to print."""
        first, share = next(iter(self.openings.items()), ("", 0.0))
        often = ", ".join(f"{word} {part:.1%}" for word, part in self.openings.items())
        known = len(self.genres) + len(self.genres_missing)
        out = [
            _row("sentences", f"{self.sentences:,}"),
            _row("words", f"{self.words:,}, {self.vocabulary:,} different"),
            _row("words a sentence", f"mean {self.mean_words:.1f}, median {self.median_words:g}"),
            _row("near-duplicates left out", f"{self.near_duplicates:.2%}"),
            _row("most frequent first word", f"{first} {share:.1%}" if first else "none"),
            _row("first words, entropy", f"{self.opening_entropy:.2f} bits"),
            _row("distinct-1, distinct-2", f"{self.distinct_1:.3f}, {self.distinct_2:.3f}"),
            _row("genres", f"{len(self.genres)} of {known} in {len(self.families)} families"),
        ]
        for name, part in self.spread.items():
            thirds = f"low {part['low']:.0%}, middle {part['middle']:.0%}, high {part['high']:.0%}"
            out.append(_row(name, f"{thirds}, unknown {part['unknown']:.0%}"))
        with_names = ", ".join(f"{{{k}}} {v:.1%}" for k, v in self.placeholders.items())
        out.append(_row("placeholders", with_names))
        return [*out, f"First words: {often}"] if often else out


def measure(corpus: Corpus) -> Measures:
    """Return the figures of all three splits together."""
    sentences = [*corpus.train, *corpus.valid, *corpus.test]
    texts = [words_of(sentence.text) for sentence in sentences]
    count = max(1, len(texts))
    words = Counter(word for text in texts for word in text)
    pairs = Counter(pair for text in texts for pair in pairwise(text))
    openings = Counter(text[0] for text in texts if text)
    lengths = sorted(sentence.words for sentence in sentences)
    genres, families, missing = _genres(sentences)
    dropped = corpus.funnel.dropped_sentences
    left_out = dropped["duplicate"]
    fit = left_out + dropped["opening used too often"] + len(texts)
    return Measures(
        sentences=len(texts),
        words=words.total(),
        vocabulary=len(words),
        near_duplicates=left_out / max(1, fit),
        openings={word: n / count for word, n in openings.most_common(_SHOWN)},
        opening_entropy=_entropy(openings.values()),
        distinct_1=len(words) / max(1, words.total()),
        distinct_2=len(pairs) / max(1, pairs.total()),
        genres=genres,
        genres_missing=missing,
        families=families,
        spread={name: _thirds(sentences, name) for name in SPREAD_OVER},
        placeholders={
            name: sum(f"{{{name}}}" in sentence.text for sentence in sentences) / count
            for name in ("artist", "title")
        },
        mean_words=sum(lengths) / count,
        median_words=_median(lengths),
        lengths=dict(sorted(Counter(lengths).items())),
    )


def _genres(
    sentences: Iterable[Sentence],
) -> tuple[dict[str, int], dict[str, int], tuple[str, ...]]:
    """Return how many sentences each kept genre has, each family, and the genres without any."""
    space = condition_space()
    genres: Counter[str] = Counter()
    families: Counter[str] = Counter()
    for sentence in sentences:
        kept = [k for label in sentence.genres if (k := space.keep(label))]
        genres.update({k.genre for k in kept if k.genre})
        families.update({k.family for k in kept})
    missing = tuple(genre for genre in space.genres if genre not in genres)
    return dict(genres.most_common()), dict(families.most_common()), missing


def _thirds(sentences: Sequence[Sentence], name: str) -> dict[str, float]:
    """Return the shares of sentences in each third of a feature's usual values."""
    space = condition_space()
    place = space.labels + space.features.index(name)
    found: Counter[str] = Counter()
    for sentence in sentences:
        value = sentence.features.get(name)
        if value is None:
            found["unknown"] += 1
            continue
        score = float(space.encode((), {name: value})[place])
        found["low" if score < -_THIRD else "high" if score > _THIRD else "middle"] += 1
    return {k: found[k] / max(1, len(sentences)) for k in ("low", "middle", "high", "unknown")}


def _entropy(counts: Iterable[int]) -> float:
    """Return the entropy of a spread, in bits."""
    counts = list(counts)
    total = sum(counts)
    return -sum(n / total * math.log2(n / total) for n in counts) if total else 0.0


def _median(ordered: Sequence[int]) -> float:
    if not ordered:
        return 0.0
    half = len(ordered) // 2
    return (ordered[half] + ordered[~half]) / 2


def _row(name: str, value: str) -> str:
    return f"{name:<26}{value}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value
