"""The ratings in two halves: what is learnt from one is judged by a head of the other.

A judge that has seen the ratings which something was learnt from shares its mistakes, and is
pleased by them. So the songs are halved; head, value models and generator are learnt from one
half, and a head of the other half, which none of them has met, says what they are worth.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.lcgan import Generator
from models.learning.drafted import Drafted
from models.learning.head import HeadConfig, fit_head
from models.learning.reward import Taste, TasteReward
from models.learning.skill import folds_of, too_few
from models.learning.steering import TasteSteering
from models.learning.values import TasteConfig, TasteValues, fit_taste
from models.writer import Reader, Vector


@dataclass(frozen=True, slots=True)
class Half:
    """What was learnt from one half of the songs, and the taste of the other, which judges it."""

    taste: Taste
    judge: Taste
    steering: TasteSteering


def tastes(
    taste: Taste,
    features: Vector,
    values: Vector,
    weights: Vector,
    songs: Sequence[str],
    groups: Mapping[str, slice],
    config: HeadConfig,
) -> tuple[Taste, Taste] | None:
    """Return the tastes of two halves of the songs; None where one has too few ratings.

    features (n, d), values (n,), weights (n,).
    """
    parts = folds_of(songs, 2, config.seed)
    if len(parts) < 2 or any(too_few(values[rows]) for rows in parts):
        return None
    one, other = (
        replace(taste, head=fit_head(features[rows], values[rows], weights[rows], groups, config))
        for rows in parts
    )
    # The judge tells what is liked; what is taken off for worn phrases is the generator's affair.
    return one, replace(other, freshness=0.0, topic=0.0)


def learn_half(
    pair: tuple[Taste, Taste],
    drafted: Drafted,
    writer: Reader,
    whole: TasteSteering,
    train: Callable[[TasteReward], Generator] | None,
    wear: Callable[[TasteSteering], TasteSteering],
    seed: int,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Half:
    """Learn from the first taste what `whole` learnt from both, with as many choices.

    `train` trains a generator for a reward; None where the whole's moves nothing. `wear` counts
    what a steering's drafts have worn.
    """
    taste, judge = pair
    # A head of half the ratings is flatter than the whole's, by whose deviation worn phrases would
    # weigh too much.
    taste = taste.scaled_to(drafted.read)
    values: TasteValues
    values, _ = fit_taste(
        drafted.z,
        drafted.read.known,
        taste.scores(drafted.read),
        TasteConfig(seed=seed),
        on_progress=on_progress,
    )
    generator = whole.generator if train is None else train(TasteReward(taste, values, writer))
    steering = TasteSteering(whole.prior, generator, values, whole.choices)
    return Half(taste, judge, wear(steering))
