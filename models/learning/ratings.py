"""What is learnt from and what comes of it: the types of the seam between a desk and `learn`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from models.lcgan import LcGanConfig
from models.writer import Conditions, Vector

if TYPE_CHECKING:
    from models.learning.compare import Comparison

Phase = Literal[
    "reading",
    "drafts",
    "reward",
    "skill",
    "value models",
    "LC-GAN",
    "choosing",
    "second judge",
    "writing",
]
"""In the order in which they come; "second judge" is what is learnt from half of the ratings."""
SPLIT_SEED = 1
"""Decides which songs drafts are written for, which decide and which compare: always the same, so
that drafts are written once for a writer, and nothing is compared on what was trained on."""
LEAST_RATINGS = 20
"""With fewer there is nothing to learn from."""
LEAST_EACH = 4
"""So many have to be liked, and so many not, before anything can be said of either."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One label: how much the curator liked a text, from 0 (not at all) to 1.

    `weight` > 0 says how much it counts beside others (1: a judgement of this very text). `z`
    (latent,) is where the text was written from and `logprob` the mean natural log-probability of
    its tokens then; None for a text that no model wrote, such as an edited one. `song` is any
    string that is the same for texts about the same song: what is measured never shares a song
    with what was fitted. `id` names the judgement, so that a generator can be traced to it.
    """

    text: str
    conditions: Conditions
    value: float
    weight: float = 1.0
    z: Vector | None = None
    logprob: float | None = None
    song: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a value outside [0, 1] or a weight that is not above 0."""
        if not 0.0 <= self.value <= 1.0:
            raise ValueError(f"a rating's value is from 0 to 1, not {self.value!r}")
        if not 0.0 < self.weight < float("inf"):
            raise ValueError(f"a rating's weight is above 0, not {self.weight!r}")


def _quick() -> LcGanConfig:
    """Return an LC-GAN's settings for a taste: it begins gently and is pressed on.

    A taste learnt from a hundred labels is a guess that a fast generator runs away with: at the
    rate and weight that suit topics, all texts were the same after sixty steps.
    """
    return LcGanConfig(
        steps=240,
        rate=2e-4,
        reward=0.6,
        distance=0.3,
        press=1.3,
        average=0.9,
        pairs=4_000,
        check_every=40,
        held_out=128,
        patience=4,
        strikes=3,
    )


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """How to learn. The same settings, ratings and writer give the same weights.

    `drafts` unlabelled texts are written (or read from `cache`, a folder) to learn what a z will
    be worth; `members` value models learn it. `human` and `topic` weigh the two rewards that the
    generator follows: the curator's and, where `topics` (a folder) and `topic_weights` (topic →
    weight) are given, the topics'. `freshness` takes something off for worn phrases (see there);
    `worn` steered drafts tell which those are among steered ones (0: the same as among plain ones).
    `folds` of songs measure the reward head (none for 0). The generator chooses among as many of
    `choices` z as texts for `held_out` songs allow; then `compared` songs (none for 0) are written
    for in every way, `candidates` drafts each. `shuffle` gives every rating the value of another:
    a control, which must learn nothing.
    """

    seed: int = 1
    drafts: int = 3_000
    members: int = 10
    human: float = 1.0
    topic: float = 0.0
    topics: Path | None = None
    topic_weights: Mapping[int, float] = field(default_factory=dict)
    freshness: float = 0.5
    worn: int = 1_000
    folds: int = 5
    lcgan: LcGanConfig = field(default_factory=_quick)
    choices: tuple[int, ...] = (4, 8, 16)
    held_out: int = 192
    compared: int = 48
    candidates: int = 8
    cache: Path | None = None
    shuffle: bool = False


@dataclass(frozen=True, slots=True)
class LearnProgress:
    """How far `learn` is: `done` of `total` in this phase; `eta` is seconds left in all of it."""

    phase: Phase
    done: int
    total: int
    eta: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Skill:
    """How well the reward head tells what is liked on songs that it has not seen.

    By nested cross-validation: everything that is fitted, scales and calibration included, is
    fitted anew without the songs of a fold. `auc` is the chance that a liked text is ranked above
    one that is not; `brier` the mean squared error of the probabilities and `brier_of_the_mean`
    that of always saying the share of liked ones; `calibration` the expected calibration error.
    `enough` is false, with the reason in `verdict`, where nothing can be said of the head yet.
    """

    ratings: int
    liked: int
    songs: int
    enough: bool
    verdict: str
    auc: Measured | None = None
    brier: Measured | None = None
    brier_of_the_mean: float | None = None
    calibration: Measured | None = None


@dataclass(frozen=True, slots=True)
class Liking:
    """Something the reward head likes (`weight` > 0) or dislikes: a word, a trait, a condition.

    `kind` is "word", "style" or "condition"; `weight` the change in the chance of being liked
    that it makes, `texts` in how many ratings it was seen.
    """

    kind: str
    name: str
    weight: float
    texts: int = 0


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What became of a run; `folder` holds all of it.

    `generator` is false where nothing steers: no step of the LC-GAN's training was better than
    none, and no choice among several z better than plain drafts. `steering` are the LC-GAN's
    figures (before, after, why it ended) and what was tried; `comparison` the arms, by two judges.
    """

    folder: Path
    skill: Skill
    likings: tuple[Liking, ...]
    generator: bool
    steering: Mapping[str, Any]
    comparison: "Comparison | None"
    seconds: float
    writer: str
    writer_hash: str
    ratings: tuple[str, ...]


class LearnError(ValueError):
    """Why nothing can be learnt, or a folder not be used, in one line."""


class TooFew(LearnError):
    """There are too few ratings, or too few of one kind, to learn anything from."""
