"""Training recurrent language models: a stream, cut at random places, its state carried on."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.corpus import Corpus
from models.encoding import Encoded, encode
from models.recurrent import RecurrentConfig, RecurrentLm, feature_columns, held_out_nats
from models.train.batches import repeats
from models.train.config import Stage, TrainConfig
from models.train.kinds import Recipe
from models.train.kinds.recurrent_folder import finish
from models.train.segments import BASE, Segment, Stream, segments, stream
from models.train.state import TrainError
from models.train.task import Call, Moment, Share, StepLoss
from models.units import Tokenizer

STAGES = (
    Stage("everything", 2, 2e-3, 2e-3, batch=16, dropout=0.3),
    Stage("voice alone", 20, 2e-3, 1e-4, caption_repeat=0, batch=16, dropout=0.4, patience=3),
)
"""English from everything, then our own sentences until three epochs have brought no better
held-out likelihood."""


@dataclass(frozen=True, slots=True)
class Objective:
    """`base` is the mean length of back-propagation through time, in tokens; `hide` the share of
    sentences whose features a conditioned model is not shown."""

    base: int = BASE
    hide: float = 0.1


class RecurrentTask:
    """A recurrent language model on a stream of its sentences; a `Task`.

    A step is one stretch of `Stage.batch` rows read side by side.
    """

    def __init__(
        self,
        model: RecurrentLm,
        objective: Objective,
        config: TrainConfig,
        train: Encoded,
        valid: Encoded,
    ) -> None:
        """Raises TrainError if the rows cannot be shared evenly by the processes."""
        if any(stage.batch % config.processes for stage in config.stages):
            raise TrainError(f"rows cannot be shared evenly by {config.processes} processes")
        self.model = model
        self._objective, self._seed = objective, config.seed
        self._train, self._valid = train, valid
        self._columns = feature_columns(model.config.features)
        self._known = torch.cat([train.known, train.known[:1] * 0])  # the last: not shown
        self._device = next(model.parameters()).device
        self._state: Tensor | None = None
        self._epoch: tuple[int, Stage, Stream, list[Segment]] | None = None

    def _plan(self, stage: Stage, epoch: int) -> tuple[Stream, list[Segment]]:
        if self._epoch is None or self._epoch[:2] != (epoch, stage):
            laid = stream(
                self._train.tokens,
                stage.batch,
                self._seed,
                epoch,
                repeats=repeats(self._train, stage),
                hide=self._objective.hide,
            )
            cut = segments(laid.length, self._seed, epoch, self._objective.base)
            self._epoch = (epoch, stage, laid, cut)
        return self._epoch[2:]

    def steps(self, stage: Stage, epoch: int) -> int:
        """Return how many steps an epoch has."""
        return len(self._plan(stage, epoch)[1])

    def loss(self, call: Call, moment: Moment, share: Share) -> StepLoss:
        """Return the loss of a share of the rows of the moment's stretch."""
        laid, cut = self._plan(moment.stage, moment.epoch)
        segment = cut[moment.number]
        rows, weight = share.rows(range(moment.stage.batch))
        tokens, sentences = laid.cut(segment)
        self.model.set_noise(moment.stage.dropout)
        features = None
        if self._columns:
            shown = torch.from_numpy(sentences[rows])
            features = self._known[shown][..., self._columns].to(self._device)
        out = call(
            torch.from_numpy(tokens[rows]).to(self._device), features, self._before(moment, rows)
        )
        self._state = out.state
        scale = weight / (moment.stage.batch * segment.length)
        counted = len(rows) if weight else 0
        return StepLoss(
            out.nll * scale * self._objective.base,
            out.nll.detach() * (counted > 0),
            int(out.tokens) * (counted > 0),
            counted,
            rate=segment.rate,
        )

    def _before(self, moment: Moment, rows: list[int]) -> Tensor | None:
        """Return the state that these rows were left in, None where an epoch begins."""
        state = self._state
        known = moment.number > 0 and state is not None and state.shape[1] == len(rows)
        return state if known else None

    def held_out(self) -> float:
        """Return nats a token of the held-out sentences, each on its own."""
        return held_out_nats(self.model, self._valid)

    def comparable(self, moment: Moment) -> bool:
        """Every epoch may compete, if a sentence is held out."""
        del moment
        return len(self._valid) > 0

    def beta(self, moment: Moment) -> float | None:
        """There is no KL."""
        del moment
        return None

    def carried(self) -> dict[str, Tensor]:
        """Return the state of the network at the end of the last stretch."""
        return {} if self._state is None else {"state": self._state}

    def take_up(self, carried: dict[str, Tensor]) -> None:
        """Go on from a state."""
        self._state = carried.get("state")


def _make(
    config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, device: torch.device
) -> RecurrentTask:
    sizes = {"vocabulary": len(tokenizer), "tokens": config.tokens, **config.sizes}
    try:
        model = RecurrentLm(RecurrentConfig(**sizes)).to(device)
        objective = Objective(**config.objective)
    except (TypeError, ValueError) as error:
        raise TrainError(f"no such setting: {error}") from None
    train, valid = encode(corpus.train, tokenizer), encode(corpus.valid, tokenizer)
    voice = valid.where(True)
    return RecurrentTask(model, objective, config, train, voice if len(voice) >= 20 else valid)


def recipe_of(kind: str) -> Recipe:
    """Return how the kind is made."""
    del kind
    return Recipe(STAGES, _make, finish)
