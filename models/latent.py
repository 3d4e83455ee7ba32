"""What every text model with a latent space is made of: an encoder, a decoder, a bound.

A text is encoded to a Gaussian over z, and decoded from ⟨z, a⟩, where a is what is known besides
the text; what a is made of is up to the model, and it may be nothing. z enters the decoder in its
first state, at every step and again at the output, so that a recurrent decoder cannot do without
it.

Shapes in comments: B texts, T tokens, V vocabulary, E embedding.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.tokenizer import UNK


class LatentSizes(Protocol):
    """Sizes that encoder and decoder share; `condition` is the width of a."""

    @property
    def vocabulary(self) -> int: ...  # noqa: D102
    @property
    def embedding(self) -> int: ...  # noqa: D102
    @property
    def encoder(self) -> int: ...  # noqa: D102
    @property
    def hidden(self) -> int: ...  # noqa: D102
    @property
    def latent(self) -> int: ...  # noqa: D102
    @property
    def condition(self) -> int: ...  # noqa: D102

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        ...


class Losses(NamedTuple):
    """Sums over a batch, in nats: reconstruction, true KL, and KL with free bits."""

    nll: Tensor
    kl: Tensor
    bounded_kl: Tensor


class LatentModel(nn.Module, ABC):
    """Encoder q(z | text, a), decoder p(text | z, a), prior N(0, 1)."""

    def __init__(self, sizes: LatentSizes) -> None:
        super().__init__()
        self.config: LatentSizes = sizes
        c = sizes
        self.embed = nn.Embedding(c.vocabulary, c.embedding)
        self.encoder = nn.GRU(c.embedding, c.encoder, batch_first=True, bidirectional=True)
        self.posterior = nn.Linear(4 * c.encoder + c.condition, 2 * c.latent)
        self.start = nn.Linear(c.latent + c.condition, c.hidden)
        self.decoder = nn.GRU(c.embedding + c.latent + c.condition, c.hidden, batch_first=True)
        self.output = nn.Linear(c.hidden + c.latent + c.condition, c.embedding)
        self.bias = nn.Parameter(torch.zeros(c.vocabulary))
        self.dropout = nn.Dropout(0.0)
        self.word_dropout = 0.0
        nn.init.normal_(self.embed.weight, std=c.embedding**-0.5)

    def set_noise(self, dropout: float, word_dropout: float) -> None:
        """Set what training hides: shares of activations, and of the decoder's inputs."""
        self.dropout.p, self.word_dropout = dropout, word_dropout

    @abstractmethod
    def condition(self, known: Tensor, voice: Tensor) -> Tensor:
        """Map condition vectors (B, width) and registers (B,) to a, (B, condition)."""

    def encode(self, tokens: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z), each (B, latent), of tokens (B, T) without BOS.

        All rows of a batch have the same length, so nothing is padded and nothing masked.
        """
        states, _ = self.encoder(self.dropout(self.embed(tokens)))  # (B, T, 2·encoder)
        pooled = torch.cat([states.mean(1), states.amax(1), a], dim=1)
        mean, log_variance = self.posterior(pooled).chunk(2, dim=1)
        return mean, log_variance.clamp(-8.0, 2.0)

    def decode(self, inputs: Tensor, z: Tensor, a: Tensor) -> Tensor:
        """Return logits (B, T, V) of the token after each of `inputs` (B, T), BOS first."""
        if self.training and self.word_dropout:
            lost = torch.rand_like(inputs, dtype=torch.float32) < self.word_dropout
            lost[:, 0] = False
            inputs = inputs.masked_fill(lost, UNK)
        return self.decode_embedded(self.embed(inputs), z, a)

    def decode_embedded(self, words: Tensor, z: Tensor, a: Tensor) -> Tensor:
        """Return logits (B, T, V), as `decode` does, from embeddings `words` (B, T, E)."""
        za = torch.cat([z, a], dim=1)  # (B, latent + condition)
        steps = za[:, None].expand(-1, words.shape[1], -1)
        first = torch.tanh(self.start(za))[None]  # (1, B, hidden)
        states, _ = self.decoder(torch.cat([self.dropout(words), steps], dim=2), first)
        mixed = self.dropout(self.output(torch.cat([self.dropout(states), steps], dim=2)))
        return F.linear(mixed, self.embed.weight, self.bias)

    def losses(
        self, tokens: Tensor, known: Tensor, voice: Tensor, *, free_bits: float, smoothing: float
    ) -> Losses:
        """Return the parts of the loss of tokens (B, T), BOS first and EOS last.

        The reconstruction is summed over each text, so β = 1 is the true bound and no hidden
        weight of 1/T stands before it. `free_bits` is the KL per dimension (mean over the batch)
        below which a dimension costs nothing (Kingma et al. 2016).
        """
        a = self.condition(known, voice)
        mean, log_variance = self.encode(tokens[:, 1:-1], a)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        logits = self.decode(tokens[:, :-1], z, a)
        nll = F.cross_entropy(
            logits.flatten(0, 1),
            tokens[:, 1:].flatten(),
            reduction="sum",
            label_smoothing=smoothing,
        )
        kl = kl_by_dimension(mean, log_variance).mean(0)  # (latent,)
        return Losses(nll, kl.sum() * len(tokens), kl.clamp_min(free_bits).sum() * len(tokens))

    def forward(
        self, tokens: Tensor, known: Tensor, voice: Tensor, *, free_bits: float, smoothing: float
    ) -> Losses:
        """Return `losses`: what a wrapper that calls the module, such as DDP, is to see."""
        return self.losses(tokens, known, voice, free_bits=free_bits, smoothing=smoothing)


def kl_by_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(q ‖ N(0, 1)) in nats, (B, latent)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)
