"""Does a model write about the song that it was asked for? Measured by a judge that never saw it.

Two classifiers of bags of words (TF-IDF of words and pairs, logistic regression) learn from human
sentences which family of genres a song is of, and whether its energy is high or low. They are then
asked about what a model wrote: what share is found back? As for control in Keskar et al. 2019 and
after, the share alone says little. Beside it stand the same judge on what people wrote about the
same songs, which a model can pass by being more typical than people are; the floor, its answers
held against the songs in another order; and chance, what always naming the most frequent answer
gives.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.conditions import condition_space
from models.corpus.cleaning import words_of
from models.corpus.records import Sentence
from models.writer import Conditions, SampleEvent, Writer

_RESAMPLES = 1000
_SHUFFLES = 200
_MIDDLE = (1 / 3, 2 / 3)
"""Quantiles between which energy counts as neither high nor low."""

ASPECTS = ("genre family", "energy")


class Share(NamedTuple):
    """A share of right answers with the ends of its 95 % interval, bootstrapped over songs."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """How often an aspect is found back in texts.

    `written`: in the samples; `people`: in human texts about the same songs;
    `shuffled`: in the samples, held against the songs in another order (the floor); `chance`: by
    always naming the most frequent answer. `songs` is the number of samples asked about.
    """

    aspect: str
    songs: int
    written: Share
    people: Share
    shuffled: float
    chance: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        shares = {name: getattr(self, name)._asdict() for name in ("written", "people")}
        return asdict(self) | shares


class Judge:
    """The classifiers, trained on every second of the sentences given, by a hash of the song.

    Every second, so that a sample that owes its words to a sentence which it has by heart is not
    recognised by these very words each time.
    """

    def __init__(self, train: Sequence[Sentence], seed: int = 0) -> None:
        """Raises ValueError if the sentences do not show at least two answers to each question."""
        half = [s for s in train if _in_half(s.song)]
        energies = [s.features["energy"] for s in half if "energy" in s.features]
        if not energies:
            raise ValueError("no sentence to learn from tells its song's energy")
        low, high = (float(edge) for edge in np.quantile(energies, _MIDDLE))
        self._edges = low, high
        self._judges = {aspect: self._fit(aspect, half, seed) for aspect in ASPECTS}

    def _fit(self, aspect: str, sentences: Sequence[Sentence], seed: int) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        told = [(_plain(s.text), answer) for s in sentences if (answer := self.answer(aspect, s))]
        if len({answer for _, answer in told}) < 2:
            raise ValueError(f"the sentences to learn from are all of one {aspect}")
        judge = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[\w']+"),
            LogisticRegression(C=10.0, max_iter=400, class_weight="balanced", random_state=seed),
        )
        return judge.fit(*zip(*told, strict=True))

    def answer(self, aspect: str, song: Sentence | Conditions) -> str | None:
        """Return what is right for a song, or None where it is not known or neither nor."""
        if aspect == "genre family":
            space = condition_space()
            kept = (space.keep(label) for label in song.genres)
            return next((k.family for k in kept if k), None)
        energy = song.features.get("energy")
        if energy is None or self._edges[0] < energy < self._edges[1]:
            return None
        return "high" if energy >= self._edges[1] else "low"

    def guess(self, aspect: str, texts: Sequence[str]) -> list[str]:
        """Return the judge's answer to each text."""
        return [str(answer) for answer in self._judges[aspect].predict([_plain(t) for t in texts])]

    def found(self, songs: Sequence[Sentence], texts: Sequence[str], seed: int = 0) -> list[Found]:
        """Return how often each aspect of `songs` is found back in `texts`, one a song.

        What people wrote are the songs' own sentences. Songs of which an aspect is not known are
        left out; an aspect of which fewer than two are is left out too.
        """
        out: list[Found] = []
        for aspect in ASPECTS:
            rows = [i for i, song in enumerate(songs) if self.answer(aspect, song)]
            if len(rows) < 2:
                continue
            right = np.array([self.answer(aspect, songs[i]) for i in rows])
            written = np.array(self.guess(aspect, [texts[i] for i in rows]))
            people = np.array(self.guess(aspect, [songs[i].text for i in rows]))
            rng = np.random.default_rng(seed)
            orders = (rng.permutation(len(right)) for _ in range(_SHUFFLES))
            names = [songs[i].song for i in rows]
            out.append(
                Found(
                    aspect=aspect,
                    songs=len(rows),
                    written=_share(written == right, names, rng),
                    people=_share(people == right, names, rng),
                    shuffled=float(np.mean([np.mean(written == right[o]) for o in orders])),
                    chance=Counter(right.tolist()).most_common(1)[0][1] / len(right),
                )
            )
        return out


def control(
    writer: Writer, train: Sequence[Sentence], songs: Sequence[Sentence], n: int, seed: int = 0
) -> list[Found]:
    """Let `writer` write `n` texts, one about each of `songs` in turn, and have them judged.

    `train` are human sentences about other songs. Raises ValueError if they teach nothing.
    """
    asked = list(islice(cycle(songs), n))
    texts = [text for _, text in written_for(writer, asked, seed)]
    return Judge(train, seed).found(asked, texts, seed)


def written_for(
    writer: Writer, songs: Sequence[Sentence], seed: int
) -> Iterator[tuple[Sentence, str]]:
    """Yield a text about each song, in its order; names are left as placeholders."""
    for row, song in enumerate(songs):
        events = writer.write(conditions_of(song), 1, seed, first_row=row)
        yield song, next(e.text for e in events if isinstance(e, SampleEvent))


def conditions_of(song: Sentence) -> Conditions:
    """Return a song's conditions, its names filled with their own placeholders."""
    return Conditions("{artist}", "{title}", song.genres, song.features)


def _plain(text: str) -> str:
    return " ".join(word for word in words_of(text) if not word.startswith("{"))


def _in_half(song: str) -> bool:
    return hashlib.sha256(f"judge/{song}".encode()).digest()[0] % 2 == 0


def _share(right: NDArray[np.bool_], songs: Sequence[str], rng: np.random.Generator) -> Share:
    """Return the mean with its interval; texts about one song are drawn together."""
    at = {song: i for i, song in enumerate(dict.fromkeys(songs))}
    place = np.array([at[song] for song in songs])
    hits = np.bincount(place, right, len(at))
    counts = np.bincount(place, minlength=len(at))
    drawn = rng.integers(0, len(at), (_RESAMPLES, len(at)))
    means = hits[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Share(float(right.mean()), float(low), float(high))
