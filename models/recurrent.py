"""Recurrent language models: the plain network, the LSTM and the GRU; on request of a feature.

A state goes from token to token and gives the probabilities of the next: with tanh alone (Elman
1990; as a language model Mikolov et al. 2010), with a cell behind gates (Hochreiter & Schmidhuber
1997) or with gates alone (Cho et al. 2014). The output shares its weights with the embedding
(Press & Wolf 2017; Inan et al. 2017).

With `features` the model is conditioned: the song's value, z-scored, and whether it is known go
with every word into the network.

Training text is one long stream in which sentences follow each other, each begun by BOS.

Shapes in comments: B rows, T steps, V vocabulary, F features, S = hidden (LSTM: 2 · hidden).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.conditions import condition_space
from models.encoding import Encoded, same_length_batches
from models.tokenizer import BOS, EOS, PAD
from models.units import Units

Cell = Literal["rnn", "gru", "lstm"]

_CELLS: dict[Cell, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
_UNCOUNTED = -100
_BATCH = 64


@dataclass(frozen=True, slots=True)
class RecurrentConfig:
    """Sizes of the model, what it counts in, and the features it is conditioned on.

    `tied` output needs a projection from `hidden` to `embedding`, and saves V · `hidden` weights.
    Raises ValueError for a cell or a feature that there is none such.
    """

    vocabulary: int
    tokens: Units = "bpe"
    cell: Cell = "gru"
    embedding: int = 256
    hidden: int = 512
    layers: int = 1
    tied: bool = True
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cell not in _CELLS:
            raise ValueError(f"no cell {self.cell!r}; there are: {', '.join(_CELLS)}")
        unknown = set(self.features) - set(condition_space().features)
        if unknown:
            raise ValueError(f"no feature {min(unknown)!r}")
        # From JSON it comes as a list.
        object.__setattr__(self, "features", tuple(self.features))

    @property
    def state(self) -> int:
        """Width of the state of one layer."""
        return self.hidden * (2 if self.cell == "lstm" else 1)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


class StreamLoss(NamedTuple):
    """What a stretch of a stream cost: summed nats, the tokens counted, the state after it."""

    nll: Tensor
    tokens: Tensor
    state: Tensor


class RecurrentLm(nn.Module):
    """p(next token | tokens so far), and, if conditioned, | features."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = c = config
        self.embed = nn.Embedding(c.vocabulary, c.embedding)
        width = c.embedding + 2 * len(c.features)
        self.core = _CELLS[c.cell](width, c.hidden, c.layers, batch_first=True)
        self.project = nn.Linear(c.hidden, c.embedding) if c.tied else None
        if not c.tied:
            self.output = nn.Parameter(torch.empty(c.vocabulary, c.hidden))
            nn.init.normal_(self.output, std=c.hidden**-0.5)
        self.bias = nn.Parameter(torch.zeros(c.vocabulary))
        self.dropout = nn.Dropout(0.0)
        nn.init.normal_(self.embed.weight, std=c.embedding**-0.5)

    @property
    def out(self) -> Tensor:
        """The output weights, (V, embedding) or, if not tied, (V, hidden)."""
        return self.embed.weight if self.config.tied else self.output

    def set_noise(self, dropout: float) -> None:
        """Set the share of activations that training hides: at input, output, between layers."""
        self.dropout.p = dropout
        self.core.dropout = dropout if self.config.layers > 1 else 0.0

    def run(
        self, inputs: Tensor, features: Tensor | None, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return logits (B, T, V) of the token after each of `inputs` (B, T), and the last state.

        `features` (B, 2F), or (B, T, 2F) where they change on the way, see `feature_columns`; None
        stands for unknown. `state` (layers, B, S) is the one before, None stands for zeros.
        """
        c = self.config
        x = self.dropout(self.embed(inputs))
        if c.features:
            if features is None:
                features = x.new_zeros(len(x), 2 * len(c.features))
            if features.dim() == 2:
                features = features[:, None].expand(-1, x.shape[1], -1)
            x = torch.cat([x, features], dim=2)
        if c.cell == "lstm":
            # Two tensors make the state of an LSTM; here they lie side by side.
            halves = None if state is None else tuple(h.contiguous() for h in state.chunk(2, 2))
            states, both = self.core(x, halves)
            after = torch.cat(both, dim=2)
        else:
            states, after = self.core(x, state)
        mixed = self.dropout(states)
        if self.project is not None:
            mixed = self.project(mixed)
        return F.linear(mixed, self.out, self.bias), after

    def forward(
        self, tokens: Tensor, features: Tensor | None = None, state: Tensor | None = None
    ) -> StreamLoss:
        """Return the loss of `tokens` (B, T + 1), of which each but the first is foretold.

        `features` are (B, 2F) or (B, T, 2F), those of the token before. BOS and PAD are not
        counted. The state that is returned carries no gradient: it is where back-propagation
        through time is truncated.
        """
        logits, after = self.run(tokens[:, :-1], features, state)
        targets = tokens[:, 1:].flatten()
        counted = (targets != BOS) & (targets != PAD)
        nll = F.cross_entropy(
            logits.flatten(0, 1),
            targets.masked_fill(~counted, _UNCOUNTED),
            ignore_index=_UNCOUNTED,
            reduction="sum",
        )
        return StreamLoss(nll, counted.sum(), after.detach())

    def beginning(self) -> Tensor:
        """Return the state in which a sentence begins that nothing precedes, (layers, 1, S).

        It is that after the end of an unknown sentence. In the stream every sentence follows
        another's end; a state of zeros, seen once an epoch, would cost 0.02 nats a token.
        """
        return self.run(torch.full((1, 1), EOS, device=self.bias.device), None)[1]

    def nats(self, tokens: Tensor, features: Tensor | None = None) -> Tensor:
        """Return what each token of sentences (B, T + 1), BOS first, costs, (B, T).

        Every sentence stands alone: before its BOS is only the `beginning`.
        """
        state = self.beginning().repeat(1, len(tokens), 1)
        logits, _ = self.run(tokens[:, :-1], features, state)
        costs = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
        return costs.view(len(tokens), -1)


def feature_columns(features: Sequence[str]) -> list[int]:
    """Return the columns of a condition vector that a model of `features` sees, 2F of them:
    first the values, then which of them are known."""
    space = condition_space()
    places = [space.features.index(name) for name in features]
    values = [space.labels + place for place in places]
    return values + [column + len(space.features) for column in values]


@torch.no_grad()
def sentence_nats(model: RecurrentLm, data: Encoded) -> Tensor:
    """Return the negative log-likelihood of each sentence, end included, (N,), in nats."""
    model.eval()
    device = next(model.parameters()).device
    columns = feature_columns(model.config.features)
    out = torch.zeros(len(data))
    for rows in same_length_batches([len(t) for t in data.tokens], range(len(data)), _BATCH):
        tokens, known, _ = data.batch(rows, device)
        out[rows] = model.nats(tokens, known[:, columns]).sum(1).cpu()
    return out


def held_out_nats(model: RecurrentLm, data: Encoded) -> float:
    """Return nats a token, ends included."""
    count = sum(len(tokens) - 1 for tokens in data.tokens)
    return float(sentence_nats(model, data).sum()) / max(1, count)
