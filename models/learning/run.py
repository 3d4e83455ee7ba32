"""From ratings to a folder: the signatures; the work follows in the next commits."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from models.learning.ratings import LearnProgress, LearnReport, LearnSettings, Rating
from models.writer import Conditions, Steering, Vector, Writer


class RewardHead(Protocol):
    """A trained reward head, bound to the writer that it reads texts with."""

    def score(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return the chance that the curator likes each text, (N,), 0 to 1."""
        ...

    def doubt(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Vector:
        """Return one standard deviation of `score`, (N,): high where nothing like it was rated."""
        ...


def learn(
    ratings: Sequence[Rating],
    writer: Writer,
    settings: LearnSettings,
    out_folder: Path,
    *,
    on_progress: Callable[[LearnProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> LearnReport:
    """Train the reward head, and the generator with it, and write `out_folder`.

    `should_stop` is asked at least once a second; InterruptedError is raised then and nothing is
    written. Raises TooFew below LEAST_RATINGS ratings or LEAST_EACH liked or disliked ones, and
    LearnError for a writer that texts cannot be read with.
    """
    raise NotImplementedError


def load_reward(folder: Path, writer: Writer) -> RewardHead:
    """Read the reward head. Raises LearnError if it is missing, damaged or for other weights."""
    raise NotImplementedError


def load_generator(folder: Path) -> Steering:
    """Read the generator. Raises LearnError if there is none in the folder or it is damaged."""
    raise NotImplementedError
