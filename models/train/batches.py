"""The order in which sentences are seen."""

import numpy as np

from models.encoding import Encoded, same_length_batches
from models.train.config import Stage


def repeats(data: Encoded, stage: Stage) -> list[int]:
    """Return how often each sentence comes in an epoch of a stage.

    A stage that leaves out the only register that there is would have nothing to learn from: it
    takes that one for the other.
    """
    registers = data.voice.tolist()
    times = [stage.voice_repeat if voice else stage.caption_repeat for voice in registers]
    if any(times):
        return times
    return [stage.caption_repeat if voice else stage.voice_repeat for voice in registers]


def epoch_batches(data: Encoded, stage: Stage, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of an epoch: the same for the same seed and epoch, whatever came before.

    Batches hold texts of one length, so that nothing is spent on padding and no state of a
    recurrent layer has seen any.
    """
    rng = np.random.default_rng([seed, epoch])
    rows = [row for row, times in enumerate(repeats(data, stage)) for _ in range(times)]
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    lengths = [len(tokens) for tokens in data.tokens]
    batches = same_length_batches(lengths, shuffled, stage.batch)
    return [batches[i] for i in rng.permutation(len(batches))]
