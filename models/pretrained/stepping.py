"""The decoder laid out for writing: one token for sixteen rows at a time.

The same arithmetic as `Pretrained.decode`, arranged for speed: the low-rank matrices are added
into the base's, prompts are computed once, keys and values of what is written are kept in place,
and the last product is over the tokens that may be written at all.

Shapes: B = `BLOCK` rows, N ≤ B of them that are stepped, D hidden, H heads, G key-value heads,
d = D / H, S slots, P tokens of a prompt, L places of the cache, A writable tokens.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from models.pretrained.llama import Layer, rms_norm, rotations
from models.pretrained.model import PLACE, Pretrained
from models.pretrained.products import Precision, Product, eased, fastest, product
from models.pretrained.prompt import LONGEST_PROMPT
from models.rows import MAX_TOKENS
from models.tokenizer import BOS
from models.writing import BLOCK

_USUAL = "Two guitars trade one short line over slow drums, and the voice comes in late and quiet."
"""A text like those that are written."""


class Prompt(NamedTuple):
    """What was computed of a prompt: keys and values, each (layers, G, P, d)."""

    keys: Tensor
    values: Tensor

    @property
    def length(self) -> int:
        """Tokens."""
        return self.keys.shape[2]


class _Layer(NamedTuple):
    qkv: Product
    out: Product
    gate_up: Product
    down: Product
    attention_norm: Tensor
    feed_norm: Tensor


Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""Layer, turned queries (R, H, d), turned keys and values (R, G, d) → what is seen (R, D)."""


class Stepper:
    """A decoder's weights, laid out for stepping. Tokens are counted within `writable`."""

    def __init__(
        self, model: Pretrained, writable: Sequence[int], precision: Precision | None = None
    ) -> None:
        """`precision`, if it is not given, is the fastest one here and now; see `quickest`."""
        base = model.base
        self.config, self._model = base.config, model
        device = base.embed.device
        self.slots = model.config.slots
        self.heard = tuple(layer for layer in model.config.reads if layer)
        """After how many layers the states of what is written are kept in mind; see `critic`."""
        self.start_token = len(writable)
        self.precision: Precision = precision or quickest(model)
        rows = torch.tensor([*writable, BOS], device=device)
        with torch.inference_mode():
            self._embedded = model.embedded(rows)  # (A + 1, D)
            self._head = product(model.rows_of(base.head, rows[:-1]), self.precision)
            self.norm = base.norm
            self._turns = self._signed(torch.arange(PLACE + MAX_TOKENS + 1, device=device))
            self.layers = self._laid_out(model)
            self.least = self._fewest()

    def _fewest(self) -> int:
        """Return how many rows must be stepped, however few are in use: 1 or all.

        Sums of integers do not depend on how many rows there are; what is summed in floating point
        may. So eight bits alone come into question, and are tried out with the kernels of this
        machine: a row must be the same, to the bit, by itself and in company.
        """
        if self.precision != "int8":
            return BLOCK
        z = torch.linspace(-2, 2, BLOCK * self._model.config.latent, device=self.norm.device)
        keys, values, words = self.memory(z.view(BLOCK, -1))
        before = self.prompt([BOS] * 24)
        found = []
        for count in (1, 2, 5, 11, BLOCK):
            cache = Cache(self, before.length)
            for row in range(count):
                cache.begin(row, (keys[row], values[row]), words[row], before)
            last = torch.full((count,), self.start_token, device=self.norm.device)
            found.append(torch.stack([self.step(last, cache)[0] for _ in range(3)]))
        return 1 if all(torch.equal(one, found[-1]) for one in found) else BLOCK

    def _laid_out(self, model: Pretrained) -> list[_Layer]:
        """Return the layers. For eight bits a text is taken through them in full precision, which
        shows where numbers are large; see `eased`."""
        device = self.norm.device
        tokens = torch.tensor(model.tokenizer.encode(_USUAL), device=device)
        tokens = torch.cat([tokens, tokens.new_tensor([BOS]), tokens])
        states = model.embedded(tokens)
        at = torch.arange(len(tokens), device=device) + PLACE - len(tokens)
        laid_out = []
        for number, layer in enumerate(model.base.layers):
            pairs = zip(layer.linears, model.downs, model.ups, strict=True)
            weights = [
                base.float() + model.config.scale * (up[number] @ low[number])
                for base, low, up in pairs
            ]
            if self.precision == "int8":
                exact = self._layer(weights, "fp32", layer)
                states = self._attended(exact, number, states, self._turned(at), self._before([]))
                inner = self._inner(exact, states)
                states = states + exact.down(inner)
                weights[2:] = eased(weights[2], weights[3], inner.abs().amax(0))
            laid_out.append(self._layer(weights, self.precision, layer))
        return laid_out

    def _layer(self, weights: Sequence[Tensor], precision: Precision, of: Layer) -> _Layer:
        qkv, out, gate_up, down = (product(weight, precision) for weight in weights)
        return _Layer(qkv, out, gate_up, down, of.attention_norm, of.feed_norm)

    def _signed(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Return cosines and sines (N, 1, d), the sines' first half turned negative."""
        cosines, sines = rotations(self.config, positions)
        half = self.config.head // 2
        signed = torch.cat([-sines[:, :half], sines[:, half:]], 1)
        return cosines[:, None], signed[:, None]

    # -- a layer ---------------------------------------------------------------------------------

    def _through(
        self, states: Tensor, at: Tensor, attend: Attend, heard: list[Tensor] | None = None
    ) -> Tensor:
        """Take states (R, D) of tokens at positions `at` (R,) through all layers; put those after
        the layers `self.heard` into `heard`."""
        turns = self._turned(at)
        for number, layer in enumerate(self.layers):
            states = self._attended(layer, number, states, turns, attend)
            states = states + layer.down(self._inner(layer, states))
            if heard is not None and number + 1 in self.heard:
                heard.append(states)
        return states

    def _turned(self, at: Tensor) -> tuple[Tensor, Tensor]:
        return self._turns[0][at], self._turns[1][at]

    def _attended(
        self,
        layer: _Layer,
        number: int,
        states: Tensor,
        turns: tuple[Tensor, Tensor],
        attend: Attend,
    ) -> Tensor:
        """Return the states after the first half of a layer, its attention."""
        c, (cosines, sines) = self.config, turns
        normed = rms_norm(states, layer.attention_norm, c.epsilon)
        mixed = layer.qkv(normed).view(-1, c.heads + 2 * c.groups, c.head)
        turning = mixed[:, : c.heads + c.groups]
        turned = torch.addcmul(turning * cosines, turning.roll(c.head // 2, 2), sines)
        seen = attend(
            number, turned[:, : c.heads], turned[:, c.heads :], mixed[:, c.heads + c.groups :]
        )
        return states + layer.out(seen)

    def _inner(self, layer: _Layer, states: Tensor) -> Tensor:
        """Return what the second half of a layer takes down to the states' size."""
        normed = rms_norm(states, layer.feed_norm, self.config.epsilon)
        gate, up = layer.gate_up(normed).chunk(2, 1)
        return F.silu(gate) * up

    # -- prompts ---------------------------------------------------------------------------------

    @torch.inference_mode()
    def prompt(self, tokens: Sequence[int]) -> Prompt:
        """Compute a prompt; it does not see z, and so serves every row of its song."""
        device = self._embedded.device
        kept: list[tuple[Tensor, Tensor]] = []
        words = self._model.embedded(torch.tensor(tokens, device=device))
        at = torch.arange(len(tokens), device=device) + PLACE - len(tokens)
        self._through(words, at, self._before(kept))
        return Prompt(torch.stack([k for k, _ in kept]), torch.stack([v for _, v in kept]))

    def _before(self, kept: list[tuple[Tensor, Tensor]]) -> Attend:
        """Return attention among the tokens given alone, whose keys and values go into `kept`."""
        c = self.config

        def attend(_: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            k, v = k.transpose(0, 1), v.transpose(0, 1)  # (G, P, d)
            kept.append((k, v))
            each = c.heads // c.groups
            keys, values = (part.repeat_interleave(each, 0)[None] for part in (k, v))
            seen = F.scaled_dot_product_attention(
                q.transpose(0, 1)[None], keys, values, is_causal=True
            )
            return seen[0].transpose(0, 1).reshape(-1, c.hidden)

        return attend

    # -- rows ------------------------------------------------------------------------------------

    def memory(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what z (N, latent) gives each row: keys and values of the slots, each
        (N, layers, G, S, d), and what is added to embeddings, (N, D)."""
        pairs = self._model.slots(z)
        keys, values = (torch.stack([pair[i] for pair in pairs], 1) for i in (0, 1))
        return keys, values, self._model.to_words(z)

    def step(self, tokens: Tensor, cache: "Cache") -> Tensor:
        """Return logits (N, A) of the token after `tokens` (N,), which go into the cache's first
        N rows. N is at least `least`."""
        c, count = self.config, len(tokens)
        states = self._embedded[tokens] + cache.words[:count]
        mask, place = cache.next(count)
        heads = count * c.groups

        def attend(number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            keys, values = cache.keys[number], cache.values[number]
            keys.view(-1, c.head).index_copy_(0, place, k.reshape(-1, c.head))
            values.view(-1, c.head).index_copy_(0, place, v.reshape(-1, c.head))
            # In so small a product torch's own attention takes twice the time of its two halves.
            grouped = q.reshape(heads, -1, c.head)
            scores = torch.baddbmm(mask, grouped, keys[:heads].mT, alpha=c.head**-0.5)
            return (scores.softmax(-1) @ values[:heads]).view(count, c.hidden)

        heard: list[Tensor] = []
        states = self._through(states, cache.positions[:count], attend, heard)
        cache.hear(torch.cat(heard, 1))
        return self._head(rms_norm(states, self.norm, c.epsilon))


def quickest(model: Pretrained) -> Precision:
    """Return the precision in which this machine writes fastest."""
    layer = model.base.layers[0].linears
    if layer.qkv.device.type != "cpu":
        return "fp16" if layer.qkv.device.type == "cuda" else "fp32"
    return fastest([matrix.float() for matrix in layer], ("fp32", "bf16", "int8"), BLOCK)


class Cache:
    """Keys and values of sixteen rows: slots, prompt, and what is written, one after the other.

    keys, values (layers, B · G, L, d); `words` (B, D) is what z adds to every embedding;
    `written` (B,) counts tokens, BOS among them; `heard` (B, R) sums the states of the others.
    There is room for prompts of `longest` tokens: less for a short one makes every step faster, and
    is the same for every row of a song.
    """

    def __init__(self, stepper: Stepper, longest: int = LONGEST_PROMPT) -> None:
        c, device = stepper.config, stepper.norm.device
        places = stepper.slots + longest + MAX_TOKENS
        shape = (c.layers, BLOCK * c.groups, places, c.head)
        self.keys, self.values = (torch.zeros(shape, device=device) for _ in range(2))
        self.words = torch.zeros(BLOCK, c.hidden, device=device)
        self.heard = torch.zeros(BLOCK, len(stepper.heard) * c.hidden, device=device)
        self.written = torch.zeros(BLOCK, dtype=torch.long, device=device)
        self._filled = torch.full((BLOCK,), stepper.slots, device=device)
        self._slots = stepper.slots
        self._all = torch.arange(places, device=device)
        heads = torch.arange(BLOCK * c.groups, device=device) * places
        self._heads = heads.view(BLOCK, c.groups)

    @property
    def positions(self) -> Tensor:
        """Where the token just given room stands, (B,). Rows out of use stay at the last one."""
        return (self.written - 1).clamp_max(MAX_TOKENS) + PLACE

    def begin(self, row: int, memory: tuple[Tensor, Tensor], words: Tensor, prompt: Prompt) -> None:
        """Put slots (layers, G, S, d) and a prompt into a row, and forget what it held."""
        end = self._slots + prompt.length
        for cache, slots, before in zip((self.keys, self.values), memory, prompt, strict=True):
            rows = cache.view(len(cache), BLOCK, -1, *cache.shape[2:])
            of_row = rows[:, row]  # (layers, G, L, d)
            of_row[:, :, : self._slots] = slots
            of_row[:, :, self._slots : end] = before
        self.words[row], self._filled[row], self.written[row] = words, end, 0
        self.heard[row] = 0

    def move(self, row: int, to: int) -> None:
        """Put what a row holds in the place of another one."""
        for cache in (self.keys, self.values):
            rows = cache.view(len(cache), BLOCK, -1, *cache.shape[2:])
            rows[:, to] = rows[:, row]
        for each in (self.words, self.heard, self._filled, self.written):
            each[to] = each[row]

    def hear(self, states: Tensor) -> None:
        """Add the states (N, R) of the tokens just given room, BOS left out."""
        count = len(states)
        self.heard[:count] += states * (self.written[:count] > 1)[:, None]

    def readings(self, count: int = BLOCK) -> Tensor:
        """Return the means of the states of what is written, (N, R)."""
        return self.heard[:count] / (self.written[:count, None] - 1).clamp_min(1)

    def next(self, count: int = BLOCK) -> tuple[Tensor, Tensor]:
        """Make room for one token in each of the first N rows; return −∞ where a row does not
        look, else 0, as (N · G, 1, L), and where the token's keys and values go, (N · G,), in keys
        laid out as (B · G · L, d)."""
        at = (self._filled[:count] + self.written[:count]).clamp_max(len(self._all) - 1)
        self.written[:count] += 1
        heads = self._heads[:count]
        hidden = torch.zeros(count, len(self._all), device=at.device)
        hidden.masked_fill_(self._all > at[:, None], -torch.inf)
        return hidden.repeat_interleave(heads.shape[1], 0)[:, None], (heads + at[:, None]).flatten()
