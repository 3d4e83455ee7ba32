"""The order in which sentences are seen."""

import numpy as np

from models.encoding import Encoded, same_length_batches
from models.train.config import Stage


def epoch_batches(data: Encoded, stage: Stage, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of an epoch: the same for the same seed and epoch, whatever came before.

    Batches hold texts of one length, so that nothing is spent on padding and no state of a
    recurrent layer has seen any.
    """
    rng = np.random.default_rng([seed, epoch])
    repeats = [stage.voice_repeat if flag else stage.caption_repeat for flag in data.voice.tolist()]
    rows = [row for row, times in enumerate(repeats) for _ in range(times)]
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    lengths = [len(tokens) for tokens in data.tokens]
    batches = same_length_batches(lengths, shuffled, stage.batch)
    return [batches[i] for i in rng.permutation(len(batches))]
