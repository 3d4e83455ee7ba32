"""One decoding step for a block of rows, by hand.

The same arithmetic as `LatentModel.decode`, arranged for speed: what the token contributes to the
gates is a table computed once; what z and a contribute is computed once a row; the step itself is
two matrix products, a gated unit and the output over the tokens that may be written at all.

Every shape is fixed, so that a row's numbers cannot depend on how many rows are beside it.
Shapes: B = `BLOCK` rows, H hidden, E embedding, A writable tokens.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from models.latent import LatentModel
from models.tokenizer import BOS
from models.writing import BLOCK


class Constants(NamedTuple):
    """What stays the same for a row from its first token to its last."""

    gates: Tensor
    """(B, 3H): z and a in the gates, with the input bias."""
    output: Tensor
    """(B, E): z and a at the output, with its bias."""


class Decoder(Protocol):
    """Weights laid out for stepping."""

    latent: int
    start_token: int

    def begin(self, za: Tensor) -> tuple[Tensor, Constants]:
        """Return first states (B, S) and constants of rows with z and a side by side, (B, L)."""
        ...

    def step(self, tokens: Tensor, state: Tensor, constants: Constants) -> tuple[Tensor, Tensor]:
        """Return logits (B, A) of the token after `tokens` (B,), and the new state."""
        ...


class StepDecoder:
    """A decoder's weights, laid out for stepping. Tokens are counted within `writable`."""

    def __init__(self, model: LatentModel, writable: Sequence[int]) -> None:
        c = model.config
        device = next(model.parameters()).device
        self.hidden, self.latent = c.hidden, c.latent
        w_in, w_state, b_in, b_state = model.decoder.all_weights[0]
        self.writable = list(writable)
        rows = torch.tensor([*self.writable, BOS], device=device)
        embedded = model.embed.weight[rows]  # (A + 1, E)
        self.start_token = len(self.writable)
        self._from_token = embedded @ w_in[:, : c.embedding].T  # (A + 1, 3H)
        self._gates_za = w_in[:, c.embedding :].T.contiguous()
        self._gates_bias = b_in
        self._state = w_state.T.contiguous()  # (H, 3H)
        self._state_bias = b_state
        self._first = (model.start.weight.T.contiguous(), model.start.bias)
        self._mix = model.output.weight[:, : c.hidden].T.contiguous()  # (H, E)
        self._mix_za = model.output.weight[:, c.hidden :].T.contiguous()
        self._mix_bias = model.output.bias
        self._tokens = embedded[:-1].T.contiguous()  # (E, A)
        self._bias = model.bias[rows[:-1]]
        # A row must come out the same, to the bit, in whichever slot of the block it lies. That
        # is true of the matrix products of every library tried and promised by none, hence
        # measured here; where it fails, rows are multiplied one by one, which is slower.
        self._product: Callable[[Tensor, Tensor, Tensor], Tensor] = torch.addmm
        if not self.slots_interchangeable():
            self._product = row_by_row

    def slots_interchangeable(self) -> bool:
        """Whether a row comes out the same, to the bit, in whichever slot of the block it lies."""
        return slots_interchangeable(self, self.hidden, len(self._gates_za), self._state.device)

    def begin(self, za: Tensor) -> tuple[Tensor, Constants]:
        """Return first states (B, H) and constants of rows with z and a side by side, (B, L)."""
        weight, bias = self._first
        state = torch.tanh(self._product(bias, za, weight))
        gates = self._product(self._gates_bias, za, self._gates_za)
        return state, Constants(gates, self._product(self._mix_bias, za, self._mix_za))

    def step(self, tokens: Tensor, state: Tensor, constants: Constants) -> tuple[Tensor, Tensor]:
        """Return logits (B, A) of the token after `tokens` (B,), and the new state."""
        size = self.hidden
        into = self._from_token[tokens] + constants.gates
        back = self._product(self._state_bias, state, self._state)
        reset, update = torch.sigmoid(into[:, : 2 * size] + back[:, : 2 * size]).chunk(2, 1)
        fresh = torch.tanh(torch.addcmul(into[:, 2 * size :], reset, back[:, 2 * size :]))
        state = torch.lerp(fresh, state, update)
        mixed = self._product(constants.output, state, self._mix)
        return self._product(self._bias, mixed, self._tokens), state


def slots_interchangeable(decoder: Decoder, state: int, za: int, device: torch.device) -> bool:
    """Whether a row comes out the same, to the bit, in whichever slot of the block it lies.

    `state` and `za` are the widths of what the decoder carries and of what it begins from.
    """
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(BLOCK, state, generator=generator).to(device)
    begun = torch.randn(BLOCK, za, generator=generator).to(device)
    tokens = torch.arange(BLOCK, device=device) % decoder.start_token
    plain = decoder.step(tokens, states, decoder.begin(begun)[1])
    shift = 5
    constants = decoder.begin(begun.roll(shift, 0))[1]
    rolled = decoder.step(tokens.roll(shift), states.roll(shift, 0), constants)
    return all(torch.equal(a, b.roll(-shift, 0)) for a, b in zip(plain, rolled, strict=True))


def row_by_row(bias: Tensor, rows: Tensor, weight: Tensor) -> Tensor:
    """Return what `torch.addmm` does, each row multiplied alone."""
    return torch.stack([row @ weight for row in rows]) + bias
