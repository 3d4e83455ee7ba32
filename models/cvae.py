"""The conditional variational autoencoder: a text ↔ ⟨z, a⟩.

z is what varies between texts about the same song (Kingma & Welling 2014; for sentences Bowman et
al. 2016), a what is known of the song: genres, audio features, and the register the text is in.
z enters the decoder in its first state, at every step and again at the output, so that a
recurrent decoder cannot do without it.

Shapes in comments: B texts, T tokens, V vocabulary.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.tokenizer import UNK


@dataclass(frozen=True, slots=True)
class CvaeConfig:
    """Sizes of the model, and how often training drops a genre or every condition."""

    vocabulary: int
    labels: int
    features: int = 9
    embedding: int = 256
    encoder: int = 256
    hidden: int = 512
    latent: int = 32
    genre_size: int = 32
    feature_size: int = 15
    drop_genre: float = 0.15
    drop_all: float = 0.10

    @property
    def condition(self) -> int:
        """Width of a: genres, features, register."""
        return self.genre_size + self.feature_size + 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


class Losses(NamedTuple):
    """Sums over a batch, in nats: reconstruction, true KL, and KL with free bits."""

    nll: Tensor
    kl: Tensor
    bounded_kl: Tensor


class Cvae(nn.Module):
    """Encoder q(z | text, a), decoder p(text | z, a), prior N(0, 1)."""

    def __init__(self, config: CvaeConfig) -> None:
        super().__init__()
        self.config = c = config
        self.embed = nn.Embedding(c.vocabulary, c.embedding)
        self.encoder = nn.GRU(c.embedding, c.encoder, batch_first=True, bidirectional=True)
        self.posterior = nn.Linear(4 * c.encoder + c.condition, 2 * c.latent)
        self.genres = nn.Linear(c.labels, c.genre_size)
        self.features = nn.Sequential(
            nn.Linear(2 * c.features, 32), nn.ReLU(), nn.Linear(32, c.feature_size), nn.Tanh()
        )
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

    def condition(self, known: Tensor, voice: Tensor) -> Tensor:
        """Map condition vectors (B, labels + 2·features) and registers (B,) to a, (B, condition).

        In training genres are dropped one by one, and sometimes everything: the vector of zeros
        stands for "nothing known". The register stays.
        """
        c = self.config
        genres, features = known[:, : c.labels], known[:, c.labels :]
        if self.training:
            genres = genres * (torch.rand_like(genres) >= c.drop_genre)
            everything = torch.rand(len(known), 1, device=known.device) >= c.drop_all
            genres, features = genres * everything, features * everything
        a = [torch.tanh(self.genres(genres)), self.features(features), voice[:, None]]
        return torch.cat(a, dim=1)

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
        za = torch.cat([z, a], dim=1)  # (B, latent + condition)
        steps = za[:, None].expand(-1, inputs.shape[1], -1)
        first = torch.tanh(self.start(za))[None]  # (1, B, hidden)
        x = torch.cat([self.dropout(self.embed(inputs)), steps], dim=2)
        states, _ = self.decoder(x, first)  # (B, T, hidden)
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


def kl_by_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(q ‖ N(0, 1)) in nats, (B, latent)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)
