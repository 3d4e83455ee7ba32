"""Attempts in the making: what the blocks of all networks share, and that of states."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.decoding import Decoder
from models.rows import MAX_TOKENS, Attempt, Vocabulary
from models.sampling import draw
from models.writer import Sampling
from models.writing import BLOCK


class Block(ABC):
    """`size` rows (B), whatever network writes them: their dice, their last tokens, their rules.

    `masks` are the rules', `start` is the token before the first, `most` the number of tokens
    that a row may have. A row never depends on those beside it.
    """

    ahead = True

    def __init__(
        self, masks: Tensor, start: int, most: int = MAX_TOKENS, size: int = BLOCK
    ) -> None:
        self._masks, self._device, self._start = masks, masks.device, start
        self.size = size
        self._tokens = torch.full((size,), start, device=self._device)
        self._uniforms = np.zeros((size, most), np.float32)
        self._at = np.zeros(size, np.int64)
        self._fresh: list[tuple[int, Attempt]] = []

    @abstractmethod
    def _begin(self, fresh: Sequence[tuple[int, Attempt]]) -> None:
        """Make the slots of fresh attempts ready for their first step."""

    @abstractmethod
    def _logits(self, tokens: Tensor, living: Sequence[int]) -> Tensor:
        """Return logits (B, A), free to be changed, of what follows `tokens` (B,).

        What is returned of slots that are not `living` does not matter.
        """

    def put(self, slot: int, attempt: Attempt) -> None:
        """Begin an attempt in a slot."""
        self._uniforms[slot], self._at[slot] = attempt.uniforms, 0
        self._fresh.append((slot, attempt))

    @torch.inference_mode()
    def step(
        self, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary, sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one token in every living slot; return tokens and log-probabilities by slot.

        `living` are the slots in use with their attempts, whose rules are kept.
        """
        if self._fresh:
            self._begin(self._fresh)
            self._tokens[[slot for slot, _ in self._fresh]] = self._start
            self._fresh = []
        logits = self._logits(self._tokens, [slot for slot, _ in living])
        # Before the rules: what they force on the model counts as the surprise that it is.
        total = torch.logsumexp(logits, 1)
        self._rule_out(logits, living, vocabulary)
        uniforms = torch.from_numpy(self._uniforms[np.arange(self.size), self._at]).to(self._device)
        self._tokens, chosen = draw(logits, uniforms, sampling.heat, sampling.top_p)
        logprobs = chosen - total
        self._at = np.minimum(self._at + 1, self._uniforms.shape[1] - 1)
        return self._tokens.tolist(), logprobs.tolist()

    def _rule_out(
        self, logits: Tensor, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary
    ) -> None:
        masks, allowed, forbidden = [0] * self.size, [], []
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


class StateBlock(Block):
    """The block of a recurrent decoder, which carries a state from token to token.

    `a` (1, condition) is what all rows know.
    """

    def __init__(self, decoder: Decoder, a: Tensor, masks: Tensor, most: int = MAX_TOKENS) -> None:
        super().__init__(masks, decoder.start_token, most)
        self._decoder, self._a = decoder, a.expand(BLOCK, -1)
        self._latent = np.zeros((BLOCK, decoder.latent), np.float32)
        with torch.inference_mode():
            self._state, self._constants = decoder.begin(self._za())

    def _za(self) -> Tensor:
        return torch.cat([torch.from_numpy(self._latent).to(self._device), self._a], dim=1)

    def _begin(self, fresh: Sequence[tuple[int, Attempt]]) -> None:
        for slot, attempt in fresh:
            self._latent[slot] = attempt.z
        # The whole block is computed anew, at its fixed shape; only the fresh rows are taken over.
        state, constants = self._decoder.begin(self._za())
        rows = torch.tensor([slot for slot, _ in fresh], device=self._device)
        self._state[rows] = state[rows]
        self._constants.gates[rows] = constants.gates[rows]
        self._constants.output[rows] = constants.output[rows]

    def _logits(self, tokens: Tensor, living: Sequence[int]) -> Tensor:
        del living  # every shape is fixed
        logits, self._state = self._decoder.step(tokens, self._state, self._constants)
        return logits
