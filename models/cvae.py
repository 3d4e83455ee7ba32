"""The conditional variational autoencoder: a text ↔ ⟨z, a⟩.

z is what varies between texts about the same song (Kingma & Welling 2014; conditions as in Sohn
et al. 2015), a what is known of the song: genres, audio features, and the register the text is in.

Shapes in comments: B texts.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.latent import LatentModel, Losses, kl_by_dimension

__all__ = ["Cvae", "CvaeConfig", "Losses", "kl_by_dimension"]


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


class Cvae(LatentModel):
    """Encoder q(z | text, a), decoder p(text | z, a), prior N(0, 1)."""

    config: CvaeConfig

    def __init__(self, config: CvaeConfig) -> None:
        super().__init__(config)
        self.genres = nn.Linear(config.labels, config.genre_size)
        self.features = nn.Sequential(
            nn.Linear(2 * config.features, 32),
            nn.ReLU(),
            nn.Linear(32, config.feature_size),
            nn.Tanh(),
        )

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
