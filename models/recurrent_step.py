"""One step of a recurrent language model for a block of rows, by hand.

The same arithmetic as `RecurrentLm.run`, arranged as in `models.decoding`: what a token adds to
the gates of the first layer is a table, what the features add is computed once a row, and every
shape is fixed.

Shapes: B rows of a block, H hidden, E embedding, G gates · H, A writable tokens.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from models.decoding import Constants, row_by_row, slots_interchangeable
from models.recurrent import RecurrentLm
from models.tokenizer import BOS


class RecurrentStep:
    """A model's weights, laid out for stepping; a `models.decoding.Decoder`.

    Tokens are counted within `writable`. What a row begins from is its features, (2F,); there is
    no z. The states of all layers lie side by side.
    """

    latent = 0

    def __init__(self, model: RecurrentLm, writable: Sequence[int]) -> None:
        self._config = c = model.config
        device = next(model.parameters()).device
        self.start_token = len(writable)
        rows = torch.tensor([*writable, BOS], device=device)
        weights = model.core.all_weights
        first = weights[0][0]  # (G, E + 2F)
        self._from_token = model.embed.weight[rows] @ first[:, : c.embedding].T  # (A + 1, G)
        self._from_features = first[:, c.embedding :].T.contiguous()  # (2F, G)
        self._first_bias = weights[0][2]
        self._into = [(w[2], w[0].T.contiguous()) for w in weights[1:]]
        self._back = [(w[3], w[1].T.contiguous()) for w in weights]
        self._beginning = model.beginning().flatten()  # (layers · S)
        self._mix = None
        if model.project is not None:
            self._mix = (model.project.bias, model.project.weight.T.contiguous())
        self._output = (model.bias[rows[:-1]], model.out[rows[:-1]].T.contiguous())
        # See `models.decoding.StepDecoder`.
        self._product: Callable[[Tensor, Tensor, Tensor], Tensor] = torch.addmm
        width = c.layers * c.state
        if not slots_interchangeable(self, width, len(self._from_features), device):
            self._product = row_by_row

    def begin(self, za: Tensor) -> tuple[Tensor, Constants]:
        """Return first states (B, layers · S) and constants of rows with features `za` (B, 2F)."""
        state = self._beginning.repeat(len(za), 1)
        gates = self._product(self._first_bias, za, self._from_features)
        return state, Constants(gates, za.new_zeros(len(za), 0))

    def step(self, tokens: Tensor, state: Tensor, constants: Constants) -> tuple[Tensor, Tensor]:
        """Return logits (B, A) of the token after `tokens` (B,), and the new state."""
        size = self._config.hidden
        into = self._from_token[tokens] + constants.gates
        states: list[Tensor] = []
        for layer, before in enumerate(torch.split(state, self._config.state, 1)):
            if layer:
                bias, weight = self._into[layer - 1]
                into = self._product(bias, states[-1][:, :size], weight)
            bias, weight = self._back[layer]
            states.append(self._cell(into, self._product(bias, before[:, :size], weight), before))
        mixed = states[-1][:, :size]
        if self._mix:
            mixed = self._product(self._mix[0], mixed, self._mix[1])
        return self._product(self._output[0], mixed, self._output[1]), torch.cat(states, 1)

    def _cell(self, into: Tensor, back: Tensor, before: Tensor) -> Tensor:
        """Return the new state (B, S) from gates (B, G) and the state before."""
        size = self._config.hidden
        if self._config.cell == "rnn":
            return torch.tanh(into + back)
        if self._config.cell == "gru":
            gates = torch.sigmoid(into[:, : 2 * size] + back[:, : 2 * size])
            reset, update = gates.chunk(2, 1)
            fresh = torch.tanh(into[:, 2 * size :] + reset * back[:, 2 * size :])
            return torch.lerp(fresh, before, update)
        admit, forget, fresh, show = (into + back).chunk(4, 1)
        cell = torch.sigmoid(forget) * before[:, size:] + torch.sigmoid(admit) * torch.tanh(fresh)
        return torch.cat([torch.sigmoid(show) * torch.tanh(cell), cell], 1)
