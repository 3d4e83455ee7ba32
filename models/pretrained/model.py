"""What is added to a base and trained: a latent space, and low-rank matrices beside its own.

z reaches the decoder as memory slots, keys and values in every layer that no token wrote (as in
Optimus, Li et al. 2020), and added to each token's embedding; the encoder reads what the untouched
base makes of a text, at the bottom, a third and two thirds up. The song is told in words before
the text, which cannot see z, so that a prompt is computed once for all texts of a song.

Shapes in comments: B texts, T tokens of the text, P of the prompt, V vocabulary, D hidden.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.conditions import condition_space
from models.guards import TrainingText
from models.latent import kl_by_dimension
from models.pretrained.base import NoBase
from models.pretrained.layout import causal, lay_out
from models.pretrained.llama import Added, Llama, multiply, rms_norm, run
from models.pretrained.names import invented
from models.pretrained.prompt import told
from models.tokenizer import ARTIST, BOS, TITLE, UNK, BpeTokenizer


@dataclass(frozen=True, slots=True)
class PretrainedConfig:
    """Sizes of what is added to the base called `named`, whose files have the hash `base`.

    `rank` of the low-rank matrices, which count `scale` times; `slots` in each layer, from z
    through `bottleneck`; the encoder reads the base after `reads` layers. `drop_genre` and
    `drop_all` are how often training hides a genre, or all that is known.
    """

    base: str
    named: str = "smollm2"
    latent: int = 32
    rank: int = 24
    scale: float = 0.5
    slots: int = 4
    bottleneck: int = 96
    reads: tuple[int, ...] = (0, 10, 20)
    encoder: int = 384
    drop_genre: float = 0.15
    drop_all: float = 0.08

    @property
    def condition(self) -> int:
        """Width of a: the condition vector and the register."""
        return condition_space().width + 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


class Losses(NamedTuple):
    """Sums over a batch, in nats: reconstruction, true KL, KL with free bits, words from z."""

    nll: Tensor
    kl: Tensor
    bounded_kl: Tensor
    bag: Tensor


class Pretrained(nn.Module):
    """Encoder q(z | text, a), decoder p(text | z, a), prior N(0, 1), around a base.

    The base is no part of the module: what is trained, saved and averaged is what was added.
    Raises NoBase for one with too few layers.
    """

    def __init__(self, config: PretrainedConfig, base: Llama, tokenizer: BpeTokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        self._base = [base]  # in a list, so that it does not become a part of this module
        c, b = config, base.config
        if b.layers < max(c.reads):
            raise NoBase(f"{c.named} has {b.layers} layers, and {max(c.reads)} are needed")
        widths = 2 * b.groups * b.head
        shapes = (
            (b.hidden, b.hidden + widths),
            (b.hidden, b.hidden),
            (b.hidden, 2 * b.feed_forward),
            (b.feed_forward, b.hidden),
        )
        self.downs = nn.ParameterList(
            nn.Parameter(torch.randn(b.layers, c.rank, into) * into**-0.5) for into, _ in shapes
        )
        self.ups = nn.ParameterList(
            nn.Parameter(torch.zeros(b.layers, out, c.rank)) for _, out in shapes
        )
        self.names = nn.Parameter(base.embed[[ARTIST, TITLE]].float().clone())
        self.to_slots = nn.Sequential(
            nn.Linear(c.latent, c.bottleneck),
            nn.Tanh(),
            nn.Linear(c.bottleneck, b.layers * c.slots * widths),
        )
        self.to_words = nn.Linear(c.latent, b.hidden)
        self.to_bag = nn.Linear(c.latent, b.hidden)
        read = len(c.reads) * b.hidden
        self.read_mean, self.read_spread = (
            nn.Parameter(torch.full((read,), value), requires_grad=False) for value in (0.0, 1.0)
        )
        self.posterior = nn.Sequential(
            nn.Linear(read + c.condition, c.encoder), nn.SiLU(), nn.Linear(c.encoder, 2 * c.latent)
        )
        for last in (self.to_slots[2], self.to_words, self.to_bag):
            assert isinstance(last, nn.Linear)
            nn.init.normal_(last.weight, std=0.02)
            nn.init.zeros_(last.bias)
        self.dropout = self.word_dropout = 0.0
        self.read: dict[tuple[int, ...], Tensor] | None = None
        """Where the encoder's readings of texts are kept, if they are to be: the base does not
        change, so that training reads each text once."""
        self.before: TrainingText | None = None
        """What was read in an earlier run that this one goes on from."""

    @property
    def base(self) -> Llama:
        """The weights that are not trained."""
        return self._base[0]

    def set_noise(self, dropout: float, word_dropout: float) -> None:
        """Set what training hides: shares of the low-rank inputs, and of the decoder's tokens."""
        self.dropout, self.word_dropout = dropout, word_dropout

    # -- the song ----------------------------------------------------------------------------

    def condition(self, known: Tensor, voice: Tensor) -> Tensor:
        """Return a, (B, width + 1): condition vectors (B, width) and registers (B,).

        In training genres are hidden one by one, and sometimes everything.
        """
        c, labels = self.config, condition_space().labels
        if self.training:
            genres = known[:, :labels]
            genres = genres * (torch.rand_like(genres) >= c.drop_genre)
            everything = torch.rand(len(known), 1, device=known.device) >= c.drop_all
            known = torch.cat([genres, known[:, labels:]], 1) * everything
        return torch.cat([known, voice[:, None]], 1)

    def prompts(self, a: Tensor, names: Sequence[tuple[str | None, str | None]]) -> list[list[int]]:
        """Return the tokens of what stands before each text."""
        rows = a.detach().cpu().numpy().astype(np.float32)
        return [
            told(self.tokenizer, row[:-1], artist, title, voice=bool(row[-1] > 0.5))
            for row, (artist, title) in zip(rows, names, strict=True)
        ]

    def _names(self, tokens: Tensor) -> list[tuple[str | None, str | None]]:
        """Return names for the prompts of texts: none, or in training invented ones; every second
        batch has none, which saves a third of its tokens."""
        if not self.training:
            return [(None, None)] * len(tokens)
        dice = random.Random(int(torch.randint(2**31, ())))
        if dice.random() < 0.5:
            return [(None, None)] * len(tokens)
        return [invented(dice, self.tokenizer.decode(row)) for row in tokens.tolist()]

    # -- encoder -----------------------------------------------------------------------------

    def encode(self, tokens: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z), each (B, latent), of tokens (B, T) without BOS."""
        return self.posterior_of(self._readings(tokens), a)

    def posterior_of(self, reading: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z) of texts as read (B, reads · D); see `reading`."""
        reading = (reading - self.read_mean) / self.read_spread
        mean, log_variance = self.posterior(torch.cat([reading, a], 1)).chunk(2, 1)
        return mean, log_variance.clamp(-8.0, 2.0)

    def _readings(self, tokens: Tensor) -> Tensor:
        if self.read is None:
            return self.reading(tokens)
        keys = [tuple(row) for row in tokens.tolist()]
        unread = [i for i, key in enumerate(keys) if key not in self.read]
        if unread:
            fresh = self.reading(tokens[unread]).half()
            self.read |= {keys[i]: reading for i, reading in zip(unread, fresh, strict=True)}
        return torch.stack([self.read[key] for key in keys]).float()

    @torch.no_grad()
    def reading(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return what the base makes of texts (B, T), (B, reads · D): means over tokens, BOS left
        out, on whose states all attention rests.

        `lengths` (B,) tell how many are a text's own where others stand behind them.
        """
        inputs = torch.cat([torch.full_like(tokens[:, :1], BOS), tokens], 1)
        length = inputs.shape[1]
        states = run(
            self.base,
            self.base.embed[inputs].float(),
            torch.arange(length, device=tokens.device),
            causal(length, tokens.device),
            layers=max(self.config.reads),
        )
        reads = [s[:, 1:] for i, s in enumerate(states) if i in self.config.reads]
        if lengths is None:
            return torch.cat([read.mean(1) for read in reads], 1)
        own = torch.arange(length - 1, device=tokens.device) < lengths[:, None]  # (B, T)
        return torch.cat([(r * own[..., None]).sum(1) / lengths[:, None] for r in reads], 1)

    # -- decoder -----------------------------------------------------------------------------

    def embedded(self, tokens: Tensor) -> Tensor:
        """Return embeddings (…, D), float32, the placeholders' own ones among them."""
        return self.rows_of(self.base.embed, tokens)

    def rows_of(self, table: Tensor, tokens: Tensor) -> Tensor:
        """Return the rows (…, D) of a table (V, D) of the base, the placeholders' from here."""
        words = table[tokens].float()
        for row, token in enumerate((ARTIST, TITLE)):
            words = torch.where((tokens == token)[..., None], self.names[row], words)
        return words

    def logits(self, states: Tensor) -> Tensor:
        """Return logits (…, V) of last states (…, D)."""
        base = self.base
        normed = rms_norm(states, base.norm, base.config.epsilon)
        out = multiply(normed, base.head).float()
        out[..., ARTIST : TITLE + 1] = F.linear(normed, self.names)  # (…, 2)
        return out

    def slots(self, z: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return keys and values of each layer's slots, each (B, G, S, d), of z (B, latent)."""
        b = self.base.config
        shape = (len(z), b.layers, 2, b.groups, self.config.slots, b.head)
        made = self.to_slots(z).view(shape)
        return [(made[:, i, 0], made[:, i, 1]) for i in range(b.layers)]

    def added(self, slots: Sequence[tuple[Tensor, Tensor]] | None) -> list[Added]:
        """Return what each layer gets beside its own weights."""
        scale = self.config.scale
        out = []
        for i in range(self.base.config.layers):
            pairs = [
                (down[i], up[i] * scale) for down, up in zip(self.downs, self.ups, strict=True)
            ]
            out.append(Added(pairs, slots[i] if slots else None))
        return out

    def decode(
        self,
        inputs: Tensor,
        z: Tensor,
        a: Tensor,
        names: Sequence[tuple[str | None, str | None]] | None = None,
    ) -> Tensor:
        """Return logits (B, T, V) of the token after each of `inputs` (B, T), BOS first."""
        before = self.prompts(a, self._names(inputs[:, 1:]) if names is None else names)
        laid = lay_out(before, inputs, self.config.slots)
        if self.training and self.word_dropout:
            lost = torch.rand_like(inputs, dtype=torch.float32) < self.word_dropout
            lost[:, 0] = False
            inputs = inputs.masked_fill(lost, UNK)
        words = self.embedded(inputs) + self.to_words(z)[:, None]
        states = torch.cat([self.embedded(laid.prompts), words], 1)
        dropout = self.dropout if self.training else 0.0
        added = self.added(self.slots(z))
        *_, last = run(self.base, states, laid.places, laid.mask, added, dropout=dropout)
        return self.logits(last[:, laid.prompts.shape[1] :])

    # -- training ----------------------------------------------------------------------------

    def losses(
        self, tokens: Tensor, known: Tensor, voice: Tensor, *, free_bits: float, smoothing: float
    ) -> Losses:
        """Return the parts of the loss of tokens (B, T), BOS first and EOS last.

        `bag` is what it costs to tell the words of a text from z alone, in no order (Zhao et al.
        2017): a decoder as strong as this one would else never ask z anything.
        """
        a = self.condition(known, voice)
        mean, log_variance = self.encode(tokens[:, 1:-1], a)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        logits = self.decode(tokens[:, :-1], z, a)
        nll = F.cross_entropy(
            logits.flatten(0, 1),
            tokens[:, 1:].flatten(),
            reduction="sum",
            label_smoothing=smoothing,
        )
        kl = kl_by_dimension(mean, log_variance).mean(0)  # (latent,)
        bag = self.logits(self.to_bag(z)).log_softmax(1).gather(1, tokens[:, 1:-1])
        size = len(tokens)
        return Losses(nll, kl.sum() * size, kl.clamp_min(free_bits).sum() * size, -bag.sum())

    def forward(
        self, tokens: Tensor, known: Tensor, voice: Tensor, *, free_bits: float, smoothing: float
    ) -> Losses:
        """Return `losses`: what a wrapper that calls the module, such as DDP, is to see."""
        return self.losses(tokens, known, voice, free_bits=free_bits, smoothing=smoothing)
