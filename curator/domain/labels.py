"""Judgements as labels that a reward is learnt from.

What a curator said of a text becomes one number by one formula. Each thing said is a value v from
−1 to 1 with a weight w:

    verdict   approve 1, reject −1             w = 1
    stars     (stars − c) / 2, within ±1       w = 1, where c is the curator's usual number of
                                               stars: (5 · 3 + Σ stars) / (5 + their number)
    rank      best 1, worst −1                 w = ½
    edit      1 for the text as edited         w = ½, unless that was rejected
              −½ for the text as written       w = ½, and nothing else is said of that one
    likes     2 q − 1, where q is the share    w = ¼, where at least five posts have likes
              of the account's posts with
              fewer likes, ties by half

    raw    r = Σ w v / Σ w,   weight W = max w

Curators differ in how much they like anything at all, and only what one likes more than usual
teaches taste (Jaques 2018 had to normalise within each, too). So the raw values of each curator
are moved to the usual of all, M ± S, from their own usual, m ± s:

    value  = M + S (r − m) / s, within ±1

    M, S   mean and standard deviation of all raw values, weighted by W
    m, s   the same of the curator's own values and of K = 5 labels of M ± S, so that a few labels
           of somebody's move little; where there is one curator, value = r

Requests put off, tags, drafts, verdicts taken back and all that was undone say nothing.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType
from typing import Literal

from curator.domain.labelled import ALL, Labelled, SamplesOf, labelled
from curator.domain.records import Request, Sample, Song
from curator.domain.session import Judgement, Session

Said = Literal["verdict", "stars", "rank", "edit", "likes"]

WEIGHTS: Mapping[Said, float] = MappingProxyType(
    {"verdict": 1.0, "stars": 1.0, "rank": 0.5, "edit": 0.5, "likes": 0.25}
)
NOT_QUITE = -0.5
"""What a text is worth that had to be edited."""
FEWEST_POSTS = 5
"""From how many posts with likes on these say anything."""
PRIOR = 5.0
"""How many usual labels, or three stars, a curator is taken to have given before the first."""

_ON_TEXTS = ("judged", "rated", "ranked", "edited")
_NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Label:
    """How much a curator likes a text.

    `raw` is from −1 to 1, and `value` too, with the curators' strictness evened out; `weight` how
    much it counts, up to 1. `said` is where it comes from. `as_written` is False for an edited
    text, whose sample's z is another text's. `song` is what the text was written for.
    """

    sample: Sample
    curator: str
    text: str
    song: Song
    as_written: bool
    said: tuple[Said, ...]
    raw: float
    weight: float
    value: float = 0.0

    @property
    def id(self) -> str:
        """The sample's id, with `-e` behind it where the edited text is meant."""
        return self.sample.id + ("" if self.as_written else "-e")

    @property
    def liked(self) -> bool:
        """Whether it is liked rather than not."""
        return self.value > 0


def labels(
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    likes: Mapping[str, int] = _NOBODY,
) -> list[Label]:
    """Return the labels there are, in the order of their requests and samples.

    `likes` are those of the account's posts, by their samples' ids.
    """
    curators, stars = _curators(session), _usual_stars(session)
    counts = sorted(likes.values()) if len(likes) >= FEWEST_POSTS else []
    found = [
        label
        for of_request in labelled(requests, samples_of, session, ALL)
        for item in of_request
        for curator in [curators.get(item.sample.id, "")]
        for label in _labels_of(item, curator, stars.get(curator, 3.0), likes, counts)
    ]
    return normalised(found)


def normalised(found: Iterable[Label]) -> list[Label]:
    """Return the labels with their values, the curators' usual evened out; see the module."""
    found = list(found)
    by_curator: dict[str, list[Label]] = defaultdict(list)
    for label in found:
        by_curator[label.curator].append(label)
    if len(by_curator) < 2:
        return [replace(label, value=label.raw) for label in found]
    mean, spread = _usual(found)
    own = {c: _usual(given, PRIOR, mean, spread) for c, given in by_curator.items()}
    return [
        replace(label, value=max(-1.0, min(1.0, mean + spread * (label.raw - m) / (s or 1.0))))
        for label in found
        for m, s in [own[label.curator]]
    ]


def kinds(found: Iterable[Label]) -> Counter[Said]:
    """Return how many labels each kind of judgement had a part in."""
    return Counter(said for label in found for said in label.said)


def _usual(
    given: list[Label], prior: float = 0.0, mean: float = 0.0, spread: float = 0.0
) -> tuple[float, float]:
    """Return mean and standard deviation of labels, and of `prior` more of `mean` ± `spread`."""
    total = prior + sum(label.weight for label in given)
    own = (prior * mean + sum(label.weight * label.raw for label in given)) / total
    squares = prior * (spread**2 + (mean - own) ** 2)
    squares += sum(label.weight * (label.raw - own) ** 2 for label in given)
    return own, sqrt(squares / total)


def _usual_stars(session: Session) -> dict[str, float]:
    """Return how many stars each curator usually gives."""
    given: dict[str, list[float]] = defaultdict(list)
    for event in session.events("rated"):
        stars = event.data.get("stars")
        stands = session.is_active(event.id) and not session.is_superseded(event.id)
        if stands and isinstance(stars, int):
            given[event.curator].append(stars)
    return {c: (PRIOR * 3 + sum(n)) / (PRIOR + len(n)) for c, n in given.items()}


def _curators(session: Session) -> dict[str, str]:
    """Return who said what stands, by sample: whoever spoke last."""
    return {
        event.target: event.curator
        for event in session.events(*_ON_TEXTS)
        if session.is_active(event.id)
    }


def _labels_of(
    item: Labelled, curator: str, usual: float, likes: Mapping[str, int], counts: list[int]
) -> Iterator[Label]:
    now, sample = item.judgement, item.sample
    said = dict(_said(now, usual))
    if counts and sample.id in likes:
        said["likes"] = _share(likes[sample.id], counts)
    song = sample.song if sample.song.known else item.song
    edited = now.text is not None
    if said:
        yield _label(sample, curator, item.text, song, not edited, said)
    if edited:
        yield _label(sample, curator, sample.text, song, True, {"edit": NOT_QUITE})


def _said(now: Judgement, usual: float) -> Iterator[tuple[Said, float]]:
    """Yield the values of what was said of a text as it stands."""
    if now.verdict:
        yield "verdict", 1.0 if now.verdict == "approve" else -1.0
    if now.stars:
        yield "stars", max(-1.0, min(1.0, (now.stars - usual) / 2))
    if now.rank:
        yield "rank", 1.0 if now.rank == "best" else -1.0
    if now.text is not None and now.verdict != "reject":
        yield "edit", 1.0


def _share(own: int, counts: list[int]) -> float:
    """Return where a number is among sorted others, from −1 to 1."""
    middle = (bisect_left(counts, own) + bisect_right(counts, own)) / 2
    return 2 * middle / len(counts) - 1


def _label(
    sample: Sample, curator: str, text: str, song: Song, as_written: bool, said: dict[Said, float]
) -> Label:
    total = sum(WEIGHTS[kind] for kind in said)
    raw = sum(WEIGHTS[kind] * value for kind, value in said.items()) / total
    weight = max(WEIGHTS[kind] for kind in said)
    return Label(sample, curator, text, song, as_written, tuple(said), raw, weight)
