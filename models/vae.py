"""The seq2seq variational autoencoder of sentences: a text ↔ z, nothing else known.

Bowman et al. 2016, "Generating Sentences from a Continuous Space". They feed z into the decoder's
first state alone and find that it is then easily ignored; here it enters every step and the
output too, as in `models.latent`, which holds all that this model shares with the CVAE.
"""

from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from models.latent import LatentModel


@dataclass(frozen=True, slots=True)
class VaeConfig:
    """Sizes of the model."""

    vocabulary: int
    embedding: int = 256
    encoder: int = 256
    hidden: int = 512
    latent: int = 32

    @property
    def condition(self) -> int:
        """Width of a: nothing is known."""
        return 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


class Vae(LatentModel):
    """Encoder q(z | text), decoder p(text | z), prior N(0, 1)."""

    config: VaeConfig

    def __init__(self, config: VaeConfig) -> None:
        super().__init__(config)

    def condition(self, known: Tensor, voice: Tensor) -> Tensor:
        """Return nothing, (B, 0), whatever is known."""
        del voice
        return known[:, :0]
