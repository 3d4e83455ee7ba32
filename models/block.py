"""The tensors of sixteen attempts in the making."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.decoding import Decoder
from models.rows import MAX_TOKENS, Attempt, Vocabulary
from models.sampling import draw
from models.writer import Sampling
from models.writing import BLOCK


class Block:
    """The tensors of sixteen rows; `a` (1, condition) is what all know, `masks` the rules'.

    `most` is the number of tokens that a row may have.
    """

    def __init__(self, decoder: Decoder, a: Tensor, masks: Tensor, most: int = MAX_TOKENS) -> None:
        self._decoder, self._a, self._masks = decoder, a.expand(BLOCK, -1), masks
        self._device = device = masks.device
        self._tokens = torch.full((BLOCK,), decoder.start_token, device=device)
        self._uniforms = np.zeros((BLOCK, most), np.float32)
        self._latent = np.zeros((BLOCK, decoder.latent), np.float32)
        self._at = np.zeros(BLOCK, np.int64)
        self._fresh: list[int] = []
        with torch.inference_mode():
            self._state, self._constants = decoder.begin(self._za())

    def _za(self) -> Tensor:
        return torch.cat([torch.from_numpy(self._latent).to(self._device), self._a], dim=1)

    def put(self, slot: int, attempt: Attempt) -> None:
        """Begin an attempt in a slot."""
        self._latent[slot], self._uniforms[slot], self._at[slot] = attempt.z, attempt.uniforms, 0
        self._fresh.append(slot)

    def _start_fresh(self) -> None:
        # The whole block is computed anew, at its fixed shape; only the fresh rows are taken over.
        state, constants = self._decoder.begin(self._za())
        fresh = torch.tensor(self._fresh, device=self._device)
        self._state[fresh] = state[fresh]
        self._constants.gates[fresh] = constants.gates[fresh]
        self._constants.output[fresh] = constants.output[fresh]
        self._tokens[fresh] = self._decoder.start_token
        self._fresh = []

    @torch.inference_mode()
    def step(
        self, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary, sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one token in every slot; return tokens and log-probabilities by slot.

        `living` are the slots in use with their attempts, whose rules are kept.
        """
        if self._fresh:
            self._start_fresh()
        logits, self._state = self._decoder.step(self._tokens, self._state, self._constants)
        # Before the rules: what they force on the model counts as the surprise that it is.
        total = torch.logsumexp(logits, 1)
        self._rule_out(logits, living, vocabulary)
        uniforms = torch.from_numpy(self._uniforms[np.arange(BLOCK), self._at]).to(self._device)
        self._tokens, chosen = draw(logits, uniforms, sampling.temperature, sampling.top_p)
        logprobs = chosen - total
        self._at = np.minimum(self._at + 1, self._uniforms.shape[1] - 1)
        return self._tokens.tolist(), logprobs.tolist()

    def _rule_out(
        self, logits: Tensor, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary
    ) -> None:
        masks, allowed, forbidden = [0] * BLOCK, [], []
        for slot, attempt in living:
            rule = attempt.rule(vocabulary)
            masks[slot] = rule.mask
            allowed += [(slot, token) for token in rule.allowed]
            forbidden += [(slot, token) for token in attempt.forbidden(vocabulary)]
        keep = torch.tensor(allowed, dtype=torch.long, device=self._device).view(-1, 2).T
        kept = logits[keep[0], keep[1]]
        logits += self._masks[torch.tensor(masks, device=self._device)]
        logits[keep[0], keep[1]] = kept
        if forbidden:
            index = torch.tensor(forbidden, device=self._device)
            logits[index[:, 0], index[:, 1]] = -torch.inf
