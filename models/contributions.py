"""What each condition did to each piece of a text.

Integrated gradients (Sundararajan, Taly & Yan 2017): along the straight line from "nothing known"
to what is known, the gradient of a token's log-probability with respect to an input, times that
input, is summed up. What all inputs are given together is then how much likelier the token was
than with nothing known (their completeness axiom), which the gradient at the end of the line alone
(gradient × input) does not keep.

Inputs are: each genre and each audio feature given, z as a whole, the words before as a whole.
Nothing known means condition vector, z and the embeddings of the words before all zero; for the
condition vector and z that is also what training and prior take for it.

Shapes: B rows, T tokens with the end of sentence, E embedding.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from models.conditions import condition_space
from models.reading import surprisals
from models.writer import Conditions, Vector

STEPS = 16
_ROWS = 32
"""Tokens explained at a time: a row of log-probabilities for each of a long text's tokens, over the
whole vocabulary and with what a backward pass needs, would be gigabytes."""
Z, WORDS = "z", "words before"
END = "⏎"
"""Stands for the end of sentence, which has no letters."""


class Inputs(NamedTuple):
    """What goes into the log-probabilities of a text's tokens; z is None without latent space.

    known (B, width), z (B, latent), words (B, T, E): the embeddings of BOS and all tokens.
    """

    known: Tensor
    z: Tensor | None
    words: Tensor


@dataclass(frozen=True, slots=True)
class Explained:
    """One text, ready to be explained: its inputs (B = 1), and each token's id and bytes.

    The last token is the end of sentence, whose bytes are empty.
    """

    inputs: Inputs
    targets: Sequence[int]
    pieces: Sequence[bytes]


@runtime_checkable
class Explainable(Protocol):
    """A writer whose log-probabilities can be differentiated."""

    def explained(self, text: str, conditions: Conditions, z: Vector | None = None) -> Explained:
        """Return a text's inputs; without `z`, a latent writer takes the text's own."""
        ...

    def log_probabilities(self, inputs: Inputs, targets: Tensor) -> Tensor:
        """Return the log-probability of each of `targets` (T,) in each row, (B, T).

        Differentiable with respect to every input.
        """
        ...


@dataclass(frozen=True, slots=True)
class Contribution:
    """What made a piece of text likelier (above zero) or less likely.

    `nats` is its log-probability less that with nothing known; `by_condition` adds up to it, up
    to the error of the sum over `STEPS` points of the line.
    """

    piece: str
    nats: float
    by_condition: Mapping[str, float]

    @property
    def residue(self) -> float:
        """What the sum over a finite number of points misses."""
        return self.nats - sum(self.by_condition.values())


class NotExplainable(ValueError):
    """A writer that has no gradients to ask: an n-gram, for one."""


def contributions(
    writer: object,
    text: str,
    conditions: Conditions,
    *,
    z: Vector | None = None,
    steps: int = STEPS,
    most: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Contribution]:
    """Return what each condition contributed to each piece of `text`, the end of sentence last.

    `z` (latent,) is the one that the text was written from; without it, the one it is encoded
    to. Of a text that has more than `most` tokens only that many are explained: the time grows
    with their square. Raises NotExplainable for a writer without gradients, InterruptedError if
    `should_stop`.
    """
    if not isinstance(writer, Explainable):
        name = getattr(writer, "name", type(writer).__name__)
        raise NotExplainable(f"{name} cannot tell what its conditions contribute")
    about = _first(writer.explained(text, conditions, z), most)
    targets = torch.tensor(about.targets, device=about.inputs.words.device)
    nats = _gained(writer, about.inputs, targets)
    given = _given(writer, about.inputs, targets, steps, should_stop)
    sums = {
        name: surprisals(about.pieces, values.tolist())
        for name, values in _by_condition(given, conditions).items()
    }
    rows = surprisals(about.pieces, nats.tolist())
    return [
        Contribution(row.piece or END, row.nats, {name: of[i].nats for name, of in sums.items()})
        for i, row in enumerate(rows)
    ]


def _first(about: Explained, most: int | None) -> Explained:
    """Return the first tokens of a text alone: none of them depends on a later one."""
    inputs = about.inputs._replace(words=about.inputs.words[:, :most])
    return Explained(inputs, about.targets[:most], about.pieces[:most])


def _gained(writer: Explainable, inputs: Inputs, targets: Tensor) -> Vector:
    """Return log-probabilities less those with nothing known, (T,)."""
    with torch.no_grad():
        ends = (writer.log_probabilities(_scaled(inputs, end), targets)[0] for end in (1.0, 0.0))
        known, nothing = ends
        return np.asarray((known - nothing).cpu().numpy(), np.float32)


class _Given(NamedTuple):
    """Integrated gradients by token: known (T, width), z (T,) if there is one, words (T,)."""

    known: Vector
    z: Vector | None
    words: Vector


def _given(
    writer: Explainable,
    inputs: Inputs,
    targets: Tensor,
    steps: int,
    should_stop: Callable[[], bool],
) -> _Given:
    length = len(targets)
    known = np.zeros((length, inputs.known.shape[1]), np.float32)
    z, words = np.zeros(length, np.float32), np.zeros(length, np.float32)
    # Gauss's points: far closer to the integral than as many at equal distances.
    points, weights = np.polynomial.legendre.leggauss(steps)
    for at, weight in zip((points + 1) / 2, weights / 2, strict=True):
        here = _scaled(inputs, float(at))
        for start in range(0, length, _ROWS):
            if should_stop():
                raise InterruptedError
            tokens = range(start, min(start + _ROWS, length))
            rows = slice(tokens.start, tokens.stop)
            # What comes after a token does nothing to it.
            so_far = here._replace(words=here.words[:, : tokens.stop])
            slopes = _slopes(writer, so_far, targets[: tokens.stop], tokens)
            known[rows] += weight * (slopes.known * inputs.known).cpu().numpy()
            if inputs.z is not None and slopes.z is not None:
                z[rows] += weight * (slopes.z * inputs.z).sum(1).cpu().numpy()
            moved = (slopes.words * inputs.words[:, : tokens.stop])[:, 1:]  # BOS stays where it is
            words[rows] += weight * moved.sum((1, 2)).cpu().numpy()
    return _Given(known, None if inputs.z is None else z, words)


def _slopes(writer: Explainable, here: Inputs, targets: Tensor, tokens: range) -> Inputs:
    """Return the gradients of some tokens' log-probabilities at a point, a row for each token."""
    # A row for every token, so that one backward pass gives each token gradients of its own.
    latent = None if here.z is None else _leaf(here.z, len(tokens))
    rows = Inputs(_leaf(here.known, len(tokens)), latent, _leaf(here.words, len(tokens)))
    # cuDNN's recurrent layers have no backward pass outside of training.
    with torch.backends.cudnn.flags(enabled=False):
        chosen = writer.log_probabilities(rows, targets).diagonal(tokens.start).sum()
        leaves = [part for part in rows if part is not None]
        slopes = iter(torch.autograd.grad(chosen, leaves, materialize_grads=True))
    return Inputs(next(slopes), None if here.z is None else next(slopes), next(slopes))


def _leaf(part: Tensor, rows: int) -> Tensor:
    return part.detach().repeat(rows, *(1 for _ in part.shape[1:])).requires_grad_()


def _scaled(inputs: Inputs, at: float) -> Inputs:
    """Return the point `at` (0 to 1) of the line from nothing known to the inputs.

    BOS is no word and stays.
    """
    scale = torch.full((inputs.words.shape[1], 1), at, device=inputs.words.device)
    scale[0] = 1.0
    z = None if inputs.z is None else inputs.z * at
    return Inputs(inputs.known * at, z, inputs.words * scale)


def _by_condition(given: _Given, conditions: Conditions) -> dict[str, Vector]:
    """Gather units of the condition vector under the names that they were given by.

    A genre label has its own unit and an equal part of its family's; a feature has its value and
    the mark that it is known. What is not part of the model is left out.
    """
    space = condition_space()
    kept = {label: space.keep(label) for label in conditions.genres}
    families = [k.family for k in kept.values() if k]
    genres = [k.genre for k in kept.values() if k]
    names: defaultdict[str, Vector] = defaultdict(lambda: np.zeros(len(given.words), np.float32))
    for label, target in kept.items():
        if target is None:
            continue
        family = len(space.genres) + space.families.index(target.family)
        names[label] += given.known[:, family] / families.count(target.family)
        if target.genre:
            genre = space.genres.index(target.genre)
            names[label] += given.known[:, genre] / genres.count(target.genre)
    for i, feature in enumerate(space.features):
        if conditions.features.get(feature) is not None:
            value, mark = space.labels + i, space.labels + len(space.features) + i
            names[feature] += given.known[:, value] + given.known[:, mark]
    if given.z is not None:
        names[Z] += given.z
    names[WORDS] += given.words
    return dict(names)
