"""What steering is worth: ways of getting more of a reward, on the same songs with the same dice.

The one to beat is best-of-eight, which writes eight texts where the generator writes one. The
songs are held out from all training; one text a song counts, chosen by nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpus.cleaning import words_of
from models.drafts import Decoder
from models.evaluate import self_bleu
from models.latent_mixture import fit_mixture
from models.lcgan import Generator
from models.lcgan_train import likeness
from models.pairs import matching, one_each, split
from models.prior import LatentPrior
from models.reward import Reward
from models.writer import Vector

BEST_OF = 8
_RESAMPLES = 1000
_SHOWN = 8

PRIOR, MIXTURE, BEST, STEERED, SHUFFLED = (
    "prior",
    "q(z), ten Gaussians",
    f"best of {BEST_OF}",
    "LC-GAN",
    "LC-GAN, shuffled labels",
)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of writing: `decodes` texts written for each that counts.

    `reward`: its mean, and the 95 % bootstrap interval over songs; `gain`: over the prior on the
    same song. `self_bleu` and `distinct_2` as in `models.evaluate`; `shared_4`: share of runs of
    four words that stand in another text.
    """

    name: str
    decodes: int
    reward: tuple[float, float, float]
    gain: tuple[float, float, float]
    self_bleu: float
    shared_4: float
    distinct_2: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The arms, and what they say of the generator.

    `part_of_best` is its gain as a part of best-of-eight's, with a 95 % interval; `more_alike`
    how much its self-BLEU is above the prior's, as a share; `shuffled_gain` the gain of the
    control, which should have none. `mixture_nats`: what q(z) gains over N(0, 1) a held-out z.
    """

    songs: int
    arms: tuple[Arm, ...]
    part_of_best: tuple[float, float, float]
    more_alike: float
    shuffled_gain: tuple[float, float, float] | None
    mixture_nats: float

    @property
    def bars(self) -> dict[str, bool]:
        """What a generator should reach, and whether it does."""
        bars = {
            "gains at least half of what best-of-8 gains": self.part_of_best[0] >= 0.5,
            "self-BLEU at most 10 % higher": self.more_alike <= 0.10,
        }
        if self.shuffled_gain is not None:
            low, high = self.shuffled_gain[1:]
            least = 0.1 * next(arm.gain[0] for arm in self.arms if arm.name == BEST)
            bars["shuffled labels give no gain"] = low <= 0 or high <= least
        return bars

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, to four places."""
        return {**_rounded(asdict(self)), "bars": self.bars}


def compare(
    prior: LatentPrior,
    decoder: Decoder,
    reward: Reward,
    generator: Generator,
    shuffled: Generator | None,
    *,
    songs: int = 512,
    seed: int = 1,
    split_seed: int = 1,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Comparison:
    """Write in every way for held-out songs, as many of `songs` as there are, and compare.

    `split_seed` is that of the training, so that its songs are left out. `on_progress` gets arms
    done and in all.
    """
    held_out = one_each(prior, split(prior, split_seed).test)
    # A song that came twice would count as two in the intervals, which are over songs.
    songs = min(songs, len(held_out))
    pairs = matching(prior, held_out, songs, seed)
    mixture, nats = fit_mixture(prior, split_seed)
    draws = [pairs.all(seed + k)[0] for k in range(BEST_OF)]
    known = pairs.known
    ways: dict[str, Vector] = {
        MIXTURE: mixture.draw(songs, seed),
        STEERED: generator.many(draws[0], known),
    }
    if shuffled:
        ways[SHUFFLED] = shuffled.many(draws[0], known)
    total = BEST_OF + len(ways)
    rounds: list[list[str]] = []
    for k, z in enumerate(draws):
        rounds.append(decoder(z, known, seed + k))
        on_progress(k + 1, total)
    rewards = np.stack([reward.judge(texts, known) for texts in rounds])  # (BEST_OF, songs)
    best = rewards.argmax(0)
    written = {PRIOR: rounds[0], BEST: [rounds[k][i] for i, k in enumerate(best)]}
    scores = {PRIOR: rewards[0], BEST: rewards.max(0)}
    for done, (name, z) in enumerate(ways.items(), 1):
        written[name] = decoder(z, known, seed)
        scores[name] = reward.judge(written[name], known)
        on_progress(BEST_OF + done, total)
    order = [name for name in (PRIOR, MIXTURE, BEST, STEERED, SHUFFLED) if name in written]
    base = likeness(written[PRIOR])[0]
    return Comparison(
        songs,
        tuple(_arm(name, written[name], scores[name], scores[PRIOR]) for name in order),
        _ratio(scores[STEERED] - scores[PRIOR], scores[BEST] - scores[PRIOR]),
        likeness(written[STEERED])[0] / max(base, 1e-9) - 1,
        _interval(scores[SHUFFLED] - scores[PRIOR]) if shuffled else None,
        nats,
    )


def _arm(name: str, texts: Sequence[str], scores: Vector, plain: Vector) -> Arm:
    alike, distinct = likeness(texts)
    return Arm(
        name,
        BEST_OF if name == BEST else 1,
        _interval(scores),
        _interval(scores - plain),
        alike,
        self_bleu([words_of(text) for text in texts]),
        distinct,
        tuple(texts[:_SHOWN]),
    )


def _resampled(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).integers(count, size=(_RESAMPLES, count))


def _interval(values: Vector) -> tuple[float, float, float]:
    """Return the mean and its 95 % bootstrap interval."""
    means = values[_resampled(len(values))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def _ratio(above: Vector, below: Vector) -> tuple[float, float, float]:
    """Return a ratio of means and its 95 % bootstrap interval, songs resampled together."""
    rows = _resampled(len(above))
    ratios = above[rows].mean(1) / np.maximum(below[rows].mean(1), 1e-9)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(above.mean() / max(below.mean(), 1e-9)), float(low), float(high)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    return value


def table(comparison: Comparison) -> list[str]:
    """Return the comparison as lines of a Markdown table, and the bars below it."""
    lines = [
        "| way | decodes | reward (95 %) | gain (95 %) | self-BLEU-4 | shared runs | distinct-2 |",
        "|---|---:|---|---|---:|---:|---:|",
    ]
    for arm in comparison.arms:
        reward, gain = (f"{m:.3f} ({a:.3f} to {b:.3f})" for m, a, b in (arm.reward, arm.gain))
        shown = "" if arm.name == PRIOR else gain
        lines.append(
            f"| {arm.name} | {arm.decodes} | {reward} | {shown} | {arm.self_bleu:.3f} "
            f"| {arm.shared_4:.3f} | {arm.distinct_2:.3f} |"
        )
    part, low, high = comparison.part_of_best
    lines += [
        "",
        f"Part of best-of-{BEST_OF}'s gain: {part:.0%} ({low:.0%} to {high:.0%}); self-BLEU "
        f"{comparison.more_alike:+.1%}; {comparison.songs} held-out songs.",
    ]
    return lines + [f"{'yes' if met else 'NO '}  {bar}" for bar, met in comparison.bars.items()]
