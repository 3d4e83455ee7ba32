"""A recurrent language model as a writer."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.block import StateBlock
from models.checkpoint import Checkpoint, CheckpointError
from models.conditions import condition_space
from models.device import best_device
from models.guards import TrainingText
from models.reading import surprisals, template_of
from models.recurrent import RecurrentConfig, RecurrentLm, feature_columns
from models.recurrent_step import RecurrentStep
from models.rows import Attempt, Row, Vocabulary
from models.tokenizer import BOS, EOS, PAD, UNK
from models.writer import (
    Conditions,
    Sampling,
    Steering,
    TokenSurprisal,
    WriterEvent,
)
from models.writing import heeding, judge, names_of, plain_attempt, write_rows


class RecurrentWriter:
    """A `Writer` on a recurrent language model, under the same rules as the CVAE.

    Of the conditions it uses the names and the features that it was trained with. Byte pairs are
    kept to known words; letters may make new ones. Texts that copy are drawn anew where the
    checkpoint holds the runs of the training text.
    """

    def __init__(self, checkpoint: Checkpoint, name: str, device: str | None = None) -> None:
        """Raises CheckpointError if the checkpoint is no recurrent model's."""
        if checkpoint.kind != "recurrent":
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind}, not a recurrent")
        self._device = best_device(device)
        self.name, self.device = name, str(self._device)
        self.weights_hash = checkpoint.weights_hash
        self.kin: tuple[str, ...] = (self.weights_hash,)
        tensors = checkpoint.tensors
        self.model = load_recurrent(checkpoint.config, tensors).to(self._device)
        self.tokenizer = checkpoint.tokenizer
        writable = [int(token) for token in tensors.get("writable", ())]
        if not writable:
            unwritable = {PAD, BOS, UNK}
            writable = [token for token in range(len(self.tokenizer)) if token not in unwritable]
        self._vocabulary = Vocabulary(self.tokenizer, writable, checkpoint.words)
        self._masks = self._vocabulary.spelling.masks(self._device)
        known = "training/runs" in tensors
        self._training = TrainingText.from_tensors(tensors) if known else TrainingText.of(())
        self.candidates = int(checkpoint.decoding.get("candidates", 1))
        with torch.inference_mode():
            self._step = RecurrentStep(self.model, writable)

    def write(
        self,
        conditions: Conditions,
        n: int,
        seed: int,
        *,
        first_row: int = 0,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
        steering: Steering | None = None,
    ) -> Iterator[WriterEvent]:
        """Write rows `first_row` … of a request; see `models.writer.Writer`.

        There is no z to steer.
        """
        vocabulary, names = self._vocabulary, names_of(conditions)
        candidates = sampling.candidates or self.candidates
        heedful = heeding(sampling.said, self._judge)

        def attempt(row: int, number: int) -> Attempt:
            return plain_attempt(seed, row, number, vocabulary)

        rows = (
            Row(row, partial(attempt, row), vocabulary, names, candidates, heedful)
            for row in range(first_row, first_row + n)
        )
        block = StateBlock(self._step, self._features(conditions), self._masks, vocabulary.most)
        return write_rows(rows, block, vocabulary, sampling)

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        """Return how unexpected each piece of `text` is.

        A word that the vocabulary lacks costs what any unknown word costs there.
        """
        tokens, pieces = template_of(self.tokenizer, text, conditions)
        if not tokens:
            return []
        with torch.inference_mode():
            batch = torch.tensor([[BOS, *tokens]], device=self._device)
            nats = self.model.nats(batch, self._features(conditions))[0].tolist()
        return surprisals(pieces, nats)

    def text_nats(self, text: str, conditions: Conditions) -> float:
        """Return the negative log-likelihood of `text`, its end included, in nats."""
        tokens, _ = template_of(self.tokenizer, text, conditions)
        with torch.inference_mode():
            batch = torch.tensor([[BOS, *tokens, EOS]], device=self._device)
            return float(self.model.nats(batch, self._features(conditions)).sum())

    def _features(self, conditions: Conditions) -> Tensor:
        """Return what the model is conditioned on, (1, 2F)."""
        known = condition_space().encode(conditions.genres, conditions.features)
        columns = feature_columns(self.model.config.features)
        return torch.from_numpy(known[columns])[None].to(self._device)

    def _judge(self, attempt: Attempt) -> None:
        judge(attempt, self._training)


def load_recurrent(config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> RecurrentLm:
    """Return the model of a checkpoint, in evaluation mode. Raises CheckpointError on misfits."""
    try:
        with torch.random.fork_rng(devices=[]):
            model = RecurrentLm(RecurrentConfig(**config))
        weights = {
            name.removeprefix("model/"): torch.from_numpy(np.ascontiguousarray(value))
            for name, value in tensors.items()
            if name.startswith("model/")
        }
        model.load_state_dict(weights)
    except (TypeError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"weights and configuration do not fit: {error}") from None
    return model.eval()
