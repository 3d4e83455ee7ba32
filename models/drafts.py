"""Many quick texts from many ⟨z, a⟩: the labels that a reward is learnt from.

A draft is one try with few rules: no spelling, no judging, hundreds of rows side by side. What it
is about is what the writer would write about; how it reads is not looked at.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch

from models.checkpoint import Checkpoint, CheckpointError
from models.cvae_writer import load_model
from models.decoding import StepDecoder
from models.device import best_device
from models.prior import LatentPrior
from models.rows import MAX_TOKENS, MIN_WORDS
from models.sampling import draw
from models.tokenizer import EOS, detokenise
from models.writer import Sampling, Vector

BATCH = 256


class Decoder(Protocol):
    """Anything that makes a text of each ⟨z, a⟩."""

    def __call__(self, z: Vector, known: Vector, seed: int) -> list[str]:
        """Write a text for each z (N, latent) with its condition vector (N, width).

        The same arguments give the same texts.
        """
        ...


class Drafting(Decoder, Protocol):
    """A decoder with the prior that its z come from: what a latent writer's `drafter()` returns."""

    weights_hash: str
    first_of_kin: str
    """Under which what is learnt of its drafts is kept; see `Writer.kin`."""
    prior: LatentPrior


class Drafter:
    """A `Decoder` on a CVAE, in the register of our own voice."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        device: str | None = None,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    ) -> None:
        """Raises CheckpointError if the checkpoint is no CVAE's."""
        if checkpoint.kind != "cvae":
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind}, not a cvae")
        self._device = best_device(device)
        self._sampling = sampling
        self.weights_hash = self.first_of_kin = checkpoint.weights_hash
        self.prior = LatentPrior.from_tensors(checkpoint.tensors)
        self._model = load_model(checkpoint.config, checkpoint.tensors).to(self._device)
        writable = [int(token) for token in checkpoint.tensors["writable"]]
        self._pieces = [checkpoint.tokenizer.pieces[token] for token in writable]
        self._end = writable.index(EOS)
        opens = [piece[:1] == b" " and len(piece) > 1 for piece in self._pieces]
        ends = [piece[-1:] in (b".", b"!", b"?") for piece in self._pieces]
        self._opens_word = torch.tensor(opens, device=self._device)
        self._ends_sentence = torch.tensor([*ends, False], device=self._device)
        with torch.inference_mode():
            self._decoder = StepDecoder(self._model, writable)

    def __call__(self, z: Vector, known: Vector, seed: int) -> list[str]:
        """Write a text for each z; see `Decoder`."""
        texts: list[str] = []
        for start in range(0, len(z), BATCH):
            rows = slice(start, start + BATCH)
            rng = np.random.default_rng([seed, start])
            uniforms = rng.random((len(z[rows]), MAX_TOKENS), dtype=np.float32)
            texts += self._batch(z[rows], known[rows], uniforms)
        return texts

    @torch.inference_mode()
    def _batch(self, z: Vector, known: Vector, uniforms: Vector) -> list[str]:
        device = self._device
        voice = torch.ones(len(z), device=device)
        a = self._model.condition(torch.from_numpy(known).to(device), voice)
        state, constants = self._decoder.begin(torch.cat([torch.from_numpy(z).to(device), a], 1))
        dice = torch.from_numpy(uniforms).to(device)
        tokens = torch.full((len(z),), self._decoder.start_token, device=device)
        words = torch.zeros(len(z), dtype=torch.long, device=device)
        alive = torch.arange(len(z), device=device)
        written = torch.full((len(z), MAX_TOKENS), self._end, device=device)
        for step in range(MAX_TOKENS):
            logits, state = self._decoder.step(tokens, state, constants)
            open_still = (words < MIN_WORDS) | ~self._ends_sentence[tokens]
            logits[open_still, self._end] = -torch.inf
            how = self._sampling
            tokens, _ = draw(logits, dice[alive, step], how.heat, how.top_p)
            written[alive, step] = tokens
            words += self._opens_word[tokens]
            on = tokens != self._end
            if step % 4 == 3 and not on.all():
                # Rows that have ended are taken out now and then; what they wrote on is cut below.
                tokens, words, alive, state = tokens[on], words[on], alive[on], state[on]
                constants = type(constants)(*(part[on] for part in constants))
                if not len(alive):
                    break
        return [self._text(row) for row in written.tolist()]

    def _text(self, tokens: Sequence[int]) -> str:
        end = tokens.index(self._end) if self._end in tokens else len(tokens)
        return detokenise(self._pieces[token] for token in tokens[:end])


def drafts(
    decoder: Decoder,
    z: Vector,
    known: Vector,
    each: int,
    seed: int,
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[list[str]]:
    """Return `each` texts of every ⟨z, a⟩; `on_progress` gets texts written and wanted.

    Where `should_stop` says so, what is written so far is returned: shorter than `z`.
    """
    out: list[list[str]] = []
    for start in range(0, len(z), BATCH):
        if should_stop():
            break
        rows = slice(start, start + BATCH)
        rounds = [decoder(z[rows], known[rows], seed + start * each + k) for k in range(each)]
        out += [list(texts) for texts in zip(*rounds, strict=True)]
        on_progress(len(out) * each, len(z) * each)
    return out
