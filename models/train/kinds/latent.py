"""Training the models with a latent space: the CVAE and the VAE without conditions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.conditions import condition_space
from models.corpus import Corpus
from models.cvae_writer import KINDS
from models.encoding import Encoded, encode
from models.evaluate import held_out_bound
from models.latent import Autoencoder, LatentModel
from models.train.batches import epoch_batches
from models.train.config import STAGES, Stage, TrainConfig
from models.train.kinds import Recipe
from models.train.kinds.latent_folder import finish
from models.train.state import TrainError
from models.train.task import Call, Moment, Share, StepLoss
from models.units import Tokenizer

if TYPE_CHECKING:
    from models.pretrained.model import Pretrained


@dataclass(frozen=True, slots=True)
class Objective:
    """What is minimised beside the reconstruction.

    `beta` weighs the KL of a whole text against the summed log-likelihood of its tokens; it rises
    linearly from 0 over the first `warmup` share of the first stage. `free_bits` are nats a
    dimension that cost nothing. `smoothing` is of the labels.
    """

    beta: float = 1.0
    warmup: float = 0.6
    free_bits: float = 0.3
    smoothing: float = 0.0


DEFAULTS: dict[str, dict[str, float]] = {"cvae": {}, "vae": {"beta": 0.5}}
"""What a kind wants otherwise. The VAE is there to reconstruct and to walk between sentences, so
that a nat of KL is worth more than one of likelihood to it (Higgins et al. 2017, with β < 1)."""


class LatentTask:
    """A latent model on its sentences; a `Task`."""

    def __init__(
        self,
        model: "LatentModel | Pretrained",
        objective: Objective,
        seed: int,
        train: Encoded,
        valid: Encoded,
    ) -> None:
        self.model: nn.Module = model
        self._coder: Autoencoder = model
        self._objective, self._seed = objective, seed
        self._train, self._valid = train, valid
        self._device = next(model.parameters()).device
        self._epoch: tuple[int, Stage, list[list[int]]] | None = None

    def _batches(self, stage: Stage, epoch: int) -> list[list[int]]:
        if self._epoch is None or self._epoch[:2] != (epoch, stage):
            self._epoch = (epoch, stage, epoch_batches(self._train, stage, self._seed, epoch))
        return self._epoch[2]

    def steps(self, stage: Stage, epoch: int) -> int:
        """Return how many steps an epoch has."""
        return len(self._batches(stage, epoch))

    def loss(self, call: Call, moment: Moment, share: Share) -> StepLoss:
        """Return the loss of a share of the moment's batch."""
        stage = moment.stage
        rows, weight = share.rows(self._batches(stage, moment.epoch)[moment.number])
        tokens, known, voice = self._train.batch(rows, self._device)
        self._coder.set_noise(stage.dropout, stage.word_dropout)
        wish = self._objective
        parts = call(tokens, known, voice, free_bits=wish.free_bits, smoothing=wish.smoothing)
        # Divided by the full size of a batch: a small last batch of a length weighs less.
        loss = (parts.nll + self.beta(moment) * parts.bounded_kl) * (weight / stage.batch)
        counted = len(rows) if weight else 0
        return StepLoss(
            loss,
            parts.nll.detach() * (counted > 0),
            counted * (tokens.shape[1] - 1),
            counted,
            parts.kl.detach() * (counted > 0),
        )

    def held_out(self) -> float:
        """Return the negative bound of the held-out texts, in nats a token."""
        return held_out_bound(self._coder, self._valid)

    def comparable(self, moment: Moment) -> bool:
        """While β rises the bound is worth little; only full-price epochs compete. Where no text
        is held out there is no bound."""
        return len(self._valid) > 0 and self.beta(moment) >= self._objective.beta

    def beta(self, moment: Moment) -> float:
        """Return the weight of the KL."""
        warmup = self._objective.warmup
        return self._objective.beta * min(1.0, moment.warmth / warmup if warmup else 1.0)

    def carried(self) -> dict[str, Tensor]:
        """Return nothing: batches do not depend on each other."""
        return {}

    def take_up(self, carried: dict[str, Tensor]) -> None:
        """Take nothing up."""


def _make(
    config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, device: torch.device
) -> LatentTask:
    if config.tokens != "bpe":
        raise TrainError(f"a {config.kind} counts in byte pairs, not in {config.tokens}")
    sizes = {"vocabulary": len(tokenizer), **config.sizes}
    if config.kind == "cvae":
        sizes["labels"] = condition_space().labels
    try:
        model = KINDS[config.kind](sizes).to(device)
        objective = Objective(**{**DEFAULTS[config.kind], **config.objective})
    except TypeError as error:
        raise TrainError(f"no such setting: {error}") from None
    train, valid = encode(corpus.train, tokenizer), encode(corpus.valid, tokenizer)
    voice = valid.where(True)  # held out are our own sentences, or all where there are too few
    return LatentTask(model, objective, config.seed, train, voice if len(voice) >= 20 else valid)


def recipe_of(kind: str) -> Recipe:
    """Return how a kind is made."""
    del kind
    return Recipe(STAGES, _make, finish)
