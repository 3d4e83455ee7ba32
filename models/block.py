"""The tensors of sixteen attempts in the making."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.decoding import BLOCK, StepDecoder
from models.rows import MAX_TOKENS, Attempt
from models.sampling import draw
from models.writer import Sampling


class Block:
    """The tensors of sixteen rows."""

    def __init__(self, decoder: StepDecoder, a: Tensor, device: torch.device) -> None:
        self._decoder, self._device, self._a = decoder, device, a.expand(BLOCK, -1)
        self._tokens = torch.full((BLOCK,), decoder.start_token, device=device)
        self._uniforms = np.zeros((BLOCK, MAX_TOKENS), np.float32)
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
        self, forbidden: Sequence[tuple[int, int]], sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one token in every slot; return tokens and log-probabilities by slot.

        `forbidden` are pairs of slot and token.
        """
        if self._fresh:
            self._start_fresh()
        logits, self._state = self._decoder.step(self._tokens, self._state, self._constants)
        if forbidden:
            index = torch.tensor(forbidden, device=self._device)
            logits[index[:, 0], index[:, 1]] = -torch.inf
        uniforms = torch.from_numpy(self._uniforms[np.arange(BLOCK), self._at]).to(self._device)
        self._tokens, logprobs = draw(logits, uniforms, sampling.temperature, sampling.top_p)
        self._at = np.minimum(self._at + 1, MAX_TOKENS - 1)
        return self._tokens.tolist(), logprobs.tolist()
