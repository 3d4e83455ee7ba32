"""The seam between the writing and everything that uses it.

A `Writer` turns conditions into texts. `write` is an iterator so that its caller decides how
far it runs: one `next` is one decoding step for a whole block of rows, and dropping the iterator
cancels the rest within a token.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.drafts import Drafting
    from models.said import Said

Vector = NDArray[np.float32]

TEMPERATURE = 0.5
"""That of models which do not say another of their own."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a text is about.

    `genres` are free labels (mapped to the kept ones of `conditions.json`, unknown ones to their
    family or dropped); `features` are named as there, in Spotify's units, any of them missing.
    `artist` and `title` fill the placeholders; where one is None, its placeholder is not written.
    """

    artist: str | None = None
    title: str | None = None
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw: `temperature` > 0 scales the logits, `top_p` in (0, 1] cuts the tail.

    `candidates` drafts are made of each row and the best kept: the likeliest, or what a critic
    thinks so. None leaves their number, or the temperature, to the model. Drafts count for less
    by what they repeat of what was `said`; a writer that makes one of a row has no choice.
    """

    temperature: float | None = None
    top_p: float = 0.9
    candidates: int | None = None
    said: "Said | None" = None

    @property
    def heat(self) -> float:
        """The temperature, `TEMPERATURE` where nobody has chosen one."""
        return TEMPERATURE if self.temperature is None else self.temperature

    def at(self, temperature: float) -> "Sampling":
        """Return it with this temperature if it has none."""
        return self if self.temperature is not None else replace(self, temperature=temperature)


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """One decoding step: for each row that grew, its whole text so far."""

    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """A finished row.

    `z` has shape (latent,), `logprobs` (tokens,): natural log-probabilities of the tokens written,
    end of sentence included, under the model at temperature 1 before any rule of decoding.
    `seconds` is the wall time from the row's start to its end, `temperature` what was drawn at.
    """

    row: int
    text: str
    tokens: int
    seconds: float
    z: Vector | None
    logprobs: Vector
    temperature: float = TEMPERATURE


WriterEvent = TokenEvent | SampleEvent


@dataclass(frozen=True, slots=True)
class TokenSurprisal:
    """A piece of a text and how unexpected it was, in nats."""

    piece: str
    nats: float


class Steering(Protocol):
    """Anything that moves z: a shift, or the generator of an LC-GAN."""

    def __call__(self, z: Vector, known: Vector) -> Vector:
        """Return the z to use for one z (latent,) and its condition vector, (width,).

        The same arguments give the same result, whatever was asked before: a row's text must not
        depend on the rows around it.
        """
        ...


class Writer(Protocol):
    """Anything that writes: from an n-gram to a pretrained decoder."""

    name: str
    weights_hash: str
    kin: tuple[str, ...]
    """The hashes of the models that differ from this one in how they choose among drafts, and in
    nothing else: the one that all were made of first, this one last. To all of them a z, and what
    was learnt, mean the same."""
    device: str

    def write(
        self,
        conditions: Conditions,
        n: int,
        seed: int,
        *,
        first_row: int = 0,
        sampling: Sampling = Sampling(),
        steering: Steering | None = None,
    ) -> Iterator[WriterEvent]:
        """Write rows `first_row` … `first_row + n - 1` of the request with this seed.

        The text of a row depends on the conditions, the seed, the row's number and the sampling
        alone: never on `n`, nor on the rows written beside it. `steering` maps every z drawn
        to the one that is used, which is the one a `SampleEvent` tells; a writer without a latent
        space has nothing to steer and ignores it.
        """
        ...

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        """How unexpected each piece of `text` is."""
        ...


class LatentWriter(Writer, Protocol):
    """A writer with a latent space."""

    latent: int

    def encode(self, text: str, conditions: Conditions) -> Vector:
        """Return the posterior mean of z, shape (latent,)."""
        ...

    def decode(
        self,
        z: Vector,
        conditions: Conditions,
        seed: int,
        *,
        sampling: Sampling = Sampling(),
    ) -> Iterator[WriterEvent]:
        """Write one text from each row of `z`, shape (n, latent)."""
        ...


class Embedding(NamedTuple):
    """What a writer makes of N texts, as numbers.

    `z` (N, latent): posterior means; `logprobs` (N,): mean natural log-probability of a token,
    given the text's own z and conditions, in the precision that the writer writes in.
    """

    z: Vector
    logprobs: Vector


class Reader(LatentWriter, Protocol):
    """A latent writer that also reads: what a curator's taste can be learnt with.

    Of each row it makes `candidates` drafts by itself, where nobody says how many.
    """

    candidates: int

    def embed(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Embedding:
        """Embed texts, each about its song. Names become placeholders, as in training.

        A text's numbers may differ in their last digits with the texts beside it.
        """
        ...

    def known(self, conditions: Conditions) -> Vector:
        """Return the condition vector of a song, (width,)."""
        ...

    def drafter(self) -> "Drafting":
        """Return what writes many quick texts with these weights, and knows where z come from."""
        ...


def reads(writer: Writer) -> TypeGuard[Reader]:
    """Whether a writer can embed texts."""
    return hasattr(writer, "embed") and hasattr(writer, "drafter")


def has_latent(writer: Writer) -> TypeGuard[LatentWriter]:
    """Whether a writer has a latent space."""
    return hasattr(writer, "latent")
