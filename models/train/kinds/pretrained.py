"""Tuning a pretrained base to our own voice, with a latent space."""

from dataclasses import dataclass
from pathlib import Path

import torch

from models import checkpoint
from models.corpus import Corpus
from models.encoding import Encoded, encode
from models.guards import TrainingText
from models.pretrained.base import DEFAULT, find
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.settling import settle
from models.pretrained.storing import own_weights, precision_of
from models.train.config import Stage, TrainConfig
from models.train.kinds import Recipe
from models.train.kinds.latent import LatentTask, Objective
from models.train.kinds.pretrained_folder import finish
from models.train.state import TrainError
from models.train.task import Call, Moment, Share, StepLoss
from models.units import Tokenizer

STAGES: tuple[Stage, ...] = (
    Stage("z first", 1, 1.2e-3, 1.2e-3, dropout=0.0, word_dropout=0.7),
    Stage("everything", 1, 1.2e-3, 1e-3, dropout=0.05, word_dropout=0.3),
    Stage("voice", 2, 9e-4, 5e-5, caption_repeat=0, dropout=0.05, word_dropout=0.08),
)
"""While most of its input is hidden, the decoder cannot do without z; when it has learnt to ask,
the input comes back. Without the first stage z is ignored from the first step to the last."""

TUNING: tuple[Stage, ...] = (Stage("voice", 2, 5e-4, 5e-5, dropout=0.05, word_dropout=0.08),)
"""For a model that is tuned already, and asks z."""


@dataclass(frozen=True, slots=True)
class PretrainedObjective(Objective):
    """`bag` weighs what it costs to tell the words from z; β is `first_beta` for `hold` epochs,
    and rises to `beta` over the `warmup` share of the next one."""

    warmup: float = 1.0
    first_beta: float = 0.05
    hold: int = 1
    bag: float = 0.3


SETTLE = 400
"""Texts that show what is usual before training begins."""


class PretrainedTask(LatentTask):
    """A pretrained model on its sentences; a `Task`."""

    _objective: PretrainedObjective

    def loss(self, call: Call, moment: Moment, share: Share) -> StepLoss:
        """Return the loss of a share of the moment's batch."""
        stage = moment.stage
        rows, weight = share.rows(self._batches(stage, moment.epoch)[moment.number])
        tokens, known, voice = self._train.batch(rows, self._device)
        self._coder.set_noise(stage.dropout, stage.word_dropout)
        wish = self._objective
        parts = call(tokens, known, voice, free_bits=wish.free_bits, smoothing=wish.smoothing)
        whole = parts.nll + self.beta(moment) * parts.bounded_kl + wish.bag * parts.bag
        counted = len(rows) if weight else 0
        return StepLoss(
            whole * (weight / stage.batch),
            parts.nll.detach() * (counted > 0),
            counted * (tokens.shape[1] - 1),
            counted,
            parts.kl.detach() * (counted > 0),
        )

    def beta(self, moment: Moment) -> float:
        """Return the weight of the KL."""
        wish = self._objective
        steps = self.steps(moment.stage, moment.epoch)
        done = moment.epoch - wish.hold + moment.number / max(1, steps)
        rise = min(1.0, max(0.0, done) / wish.warmup) if wish.warmup else float(done >= 0)
        return wish.first_beta + (wish.beta - wish.first_beta) * rise


def _make(
    config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, device: torch.device
) -> PretrainedTask:
    sizes = dict(config.sizes)
    base = find(str(sizes.pop("named", DEFAULT)))
    begin = sizes.pop("begin", None)
    try:
        settings = PretrainedConfig(base=base.hash, named=base.name, **sizes)
        weights = base.load(precision_of(device), device)
        model = Pretrained(settings, weights, base.tokenizer()).to(device)
        objective = PretrainedObjective(**config.objective)
    except TypeError as error:
        raise TrainError(f"no such setting: {error}") from None
    if corpus.train:
        every = max(1, len(corpus.train) // SETTLE)
        settle(model, [sentence.text for sentence in corpus.train[::every]])
    if begin:
        _begin_from(Path(str(begin)), model)
    model.read = {}
    train, valid = (encode(part, tokenizer) for part in (corpus.train, corpus.valid))
    voice: Encoded = valid.where(True)
    held = voice if len(voice) >= 20 else valid
    return PretrainedTask(model, objective, config.seed, train, held)


def _begin_from(folder: Path, model: Pretrained) -> None:
    """Start from the weights of another model. Raises TrainError if it is of other sizes."""
    try:
        begun = checkpoint.load(folder)
        model.load_state_dict(own_weights(begun))
        model.before = TrainingText.from_tensors(begun.tensors)
    except (checkpoint.CheckpointError, RuntimeError) as error:
        raise TrainError(f"cannot begin from {folder}: {error}") from None


def _tokenizer(config: TrainConfig) -> Tokenizer:
    return find(str(config.sizes.get("named", DEFAULT))).tokenizer()


def recipe_of(kind: str) -> Recipe:
    """Return how a kind is made."""
    del kind
    return Recipe(STAGES, _make, finish, _tokenizer)
