"""What the judge says of each way of writing, on songs that nothing was learnt from.

The ways that are compared have the same decode budget for a text that counts: N drafts, of which
the reward head chooses one, steered or not, by what drafts of that way have worn. Beside them stand
the model by itself and the LC-GAN by itself, a draft a text. Two controls have N drafts too:
without labels, the one whose phrases are the least worn; and all of it learnt from shuffled labels.
The judge's answers here are its own, none turned round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.simulation.judges import Judge
from curator.simulation.loop import Learnt, Plan, Teller, Told, conditions_of, write
from curator.simulation.songs import songs
from models.lcgan_train import likeness
from models.learning import RewardHead, TasteSteering
from models.writer import Conditions, Reader, Steering

PRIOR, FRESH, BEST, STEERED, BOTH, SHUFFLED = (
    "prior",
    "no labels",
    "best-of-N",
    "LC-GAN",
    "LC-GAN + best-of-N",
    "shuffled labels",
)
Floats = NDArray[np.float64]
Approvals = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of writing: its texts, one a song, and which of them were approved.

    `drafts` were written for each. `stars` is the mean where the judge gives stars.
    """

    name: str
    drafts: int
    texts: tuple[str, ...]
    approved: Approvals
    second: Approvals | None
    stars: float | None
    self_bleu: float
    distinct_2: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The arms, on the same songs with the same dice, and the head's AUC on unsteered drafts.

    `scores` and `liked` (songs, N) are what the AUC is made of: what the head expects, with nothing
    taken off for worn phrases, as that needs no labels. `scores` is None without a head.
    """

    arms: tuple[Arm, ...]
    scores: Floats | None
    liked: Approvals

    def arm(self, name: str) -> Arm | None:
        """Return an arm by its name."""
        return next((arm for arm in self.arms if arm.name == name), None)


def measure(
    plan: Plan,
    writer: Reader,
    judge: Judge,
    second: Judge | None,
    learnt: Learnt | None,
    shuffled: Learnt | None,
    tell: Teller = lambda _: None,
) -> Measured:
    """Write for held-out songs in every way. Raises JudgeError."""
    asker = _Asker(plan, writer, judge, second, tell)
    plain = asker.drafts("drafts", None)
    arms = [asker.arm(PRIOR, plain, None)]
    scores = None
    if learnt is not None:
        arms.append(asker.arm(FRESH, plain, asker.freshness(plain, learnt)))
        scores = asker.expected(plain, learnt.head.as_judge())
        arms.append(asker.arm(BEST, plain, asker.scores(plain, learnt)))
        moved = asker.drafts("steered drafts", learnt.steering)
        arms.append(asker.arm(STEERED, moved, None))
        arms.append(asker.arm(BOTH, moved, asker.scores(moved, learnt, learnt.steering)))
    if shuffled is not None:
        moved = asker.drafts("control's drafts", shuffled.steering)
        arms.append(asker.arm(SHUFFLED, moved, asker.scores(moved, shuffled, shuffled.steering)))
    liked = np.array([[asker.answer(t, i)[0] for t in of] for i, of in enumerate(plain)])
    return Measured(tuple(arms), scores, liked)


class _Asker:
    def __init__(
        self, plan: Plan, writer: Reader, judge: Judge, second: Judge | None, tell: Teller
    ) -> None:
        self._plan, self._writer = plan, writer
        self._judge, self._second, self._tell = judge, second, tell
        self.about = songs(writer.drafter(), plan.songs, plan.seed, held_out=True)
        self._known: dict[tuple[str, int], tuple[bool, int | None]] = {}
        """What the judge has said of a text on a song: it is asked once."""

    def drafts(self, name: str, steering: Steering | None) -> list[list[str]]:
        """Return N texts of each song."""
        found = []
        for place, song in enumerate(self.about):
            self._tell(Told(f"measuring: {name}", place, len(self.about)))
            seed = 7_000_003 * (self._plan.seed + 1) + place
            events = write(self._writer, conditions_of(song), self._plan.candidates, seed, steering)
            found.append([event.text for event in events])
        return found

    def scores(
        self,
        texts: Sequence[Sequence[str]],
        learnt: Learnt,
        steering: TasteSteering | None = None,
    ) -> Floats:
        """Return what is chosen by among texts that were steered so, (songs, N)."""
        return self.expected(texts, learnt.head.among(steering))

    def expected(self, texts: Sequence[Sequence[str]], head: RewardHead) -> Floats:
        """Return what a head expects of texts, (songs, N)."""
        flat, about = self._flat(texts)
        return head.score(flat, about).astype(np.float64).reshape(len(texts), -1)

    def freshness(self, texts: Sequence[Sequence[str]], learnt: Learnt) -> Floats:
        """Return how little worn the phrases are, (songs, N): what scores have without labels."""
        flat, about = self._flat(texts)
        return -learnt.head.worn(flat, about).astype(np.float64).reshape(len(texts), -1)

    def _flat(self, texts: Sequence[Sequence[str]]) -> tuple[list[str], list[Conditions]]:
        """Return the texts of all songs in a row, each with its song."""
        about = [conditions_of(s) for s, of in zip(self.about, texts, strict=True) for _ in of]
        return [text for of in texts for text in of], about

    def answer(self, text: str, place: int) -> tuple[bool, int | None]:
        """Return the judge's answer on a text about a song."""
        if (text, place) not in self._known:
            answer = self._judge(text, self.about[place])
            self._known[text, place] = answer.approved, answer.stars
        return self._known[text, place]

    def arm(self, name: str, drafts: list[list[str]], scores: Floats | None) -> Arm:
        """Return the arm that takes the best of the drafts by the scores, or the first."""
        picks = np.zeros(len(drafts), int) if scores is None else scores.argmax(1)
        texts = [of[k] for of, k in zip(drafts, picks, strict=True)]
        answers = [self.answer(text, place) for place, text in enumerate(texts)]
        second = None
        if self._second is not None:
            said = [self._second(t, s) for t, s in zip(texts, self.about, strict=True)]
            second = np.array([answer.approved for answer in said])
        stars = [given for _, given in answers if given is not None]
        alike, distinct = likeness(texts)
        return Arm(
            name,
            1 if scores is None else len(drafts[0]),
            tuple(texts),
            np.array([approved for approved, _ in answers]),
            second,
            float(np.mean(stars)) if stars else None,
            alike,
            distinct,
        )


def auc(scores: Floats, liked: Approvals) -> float:
    """Return how often one that is liked has a higher score than one that is not, both (N,).

    By ranks, ties counting a half (Mann & Whitney 1947); a half where all are liked, or none.
    """
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    yes, no = int(liked.sum()), int((~liked).sum())
    if not yes or not no:
        return 0.5
    return float((ranks[liked].sum() - yes * (yes + 1) / 2) / (yes * no))


def _mean(parts: Sequence[Floats]) -> float:
    return float(np.concatenate(parts).mean())


def interval(
    values: Sequence[Floats],
    figure: Callable[[Sequence[Floats]], float] = _mean,
    resamples: int = 1000,
) -> tuple[float, float, float]:
    """Return a figure of the seeds' arrays with its 95 % bootstrap interval.

    `values` holds an array a seed, its first axis the songs. Songs are resampled within seeds,
    and seeds among seeds where there are several: what was learnt differs with the labels.
    """
    rng = np.random.default_rng(0)
    whole = figure([np.asarray(of, np.float64) for of in values])
    drawn = np.empty(resamples)
    for i in range(resamples):
        seeds = rng.integers(len(values), size=len(values))
        parts = []
        for seed in seeds:
            of = np.asarray(values[seed], np.float64)
            parts.append(of[rng.integers(len(of), size=len(of))])
        drawn[i] = figure(parts)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(whole), float(low), float(high)
