"""The decoder laid out for writing: one token for many rows at a time.

The same arithmetic as `Pretrained.decode`, arranged for speed: the low-rank matrices are added
into the base's, prompts are computed once, keys and values of what is written are kept in place,
and the last product is over the tokens that may be written at all.

Shapes: B rows of a cache, N ≤ B of them that are stepped, D hidden, H heads, G key-value heads,
d = D / H, S slots, P tokens of a prompt, L places of the cache, A writable tokens.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from models.pretrained.cache import Cache, Prompt
from models.pretrained.eight_bit import Norm, ease
from models.pretrained.layout import PLACE, causal
from models.pretrained.llama import rms_norm, rotations
from models.pretrained.model import Pretrained
from models.pretrained.native import fits, native_layers
from models.pretrained.products import Precision, Product, fastest, product
from models.rows import MAX_TOKENS
from models.tokenizer import BOS
from models.writing import BLOCK

_USUAL = "Two guitars trade one short line over slow drums, and the voice comes in late and quiet."
"""A text like those that are written."""
_COMPANY = (1, 5, 11, BLOCK, 64)
"""How many rows are tried side by side; as many as are ever written."""


class _Layer(NamedTuple):
    """The products of a layer; the first and the third have its norms before them."""

    qkv: Product
    out: Product
    gate_up: Product
    down: Product


Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""Layer, turned queries (R, H, d), turned keys and values (R, G, d) → what is seen (R, D)."""


class Stepper:
    """A decoder's weights, laid out for stepping. Tokens are counted within `writable`.

    Behind those come BOS, `start_token`, and then `readable` ones, which are never written.
    """

    def __init__(
        self,
        model: Pretrained,
        writable: Sequence[int],
        precision: Precision | None = None,
        readable: Sequence[int] = (),
    ) -> None:
        """`precision`, if it is not given, is the fastest one here and now; see `quickest`."""
        base = model.base
        self.config, self._model = base.config, model
        device = self.device = base.embed.device
        self.slots = model.config.slots
        self.heard = tuple(layer for layer in model.config.reads if layer)
        """After how many layers the states of what is written are kept in mind; see `critic`."""
        self.start_token = len(writable)
        self.precision: Precision = precision or quickest(model)
        rows = torch.tensor([*writable, BOS, *readable], device=device)
        with torch.inference_mode():
            self._embedded = model.embedded(rows)  # (A + 1 + readable ones, D)
            self._turns = self._signed(torch.arange(PLACE + MAX_TOKENS + 1, device=device))
            head = model.rows_of(base.head, rows[: len(writable)])
            self.layers, self._head = self._laid_out(model, head)
            self._native = native_layers(self.layers, self.config)
            self.least = self._fewest()

    def _fewest(self) -> int:
        """Return how many rows must be stepped, however few are in use: 1 or all.

        Sums of integers do not depend on how many rows there are; what is summed in floating point
        may. So whole numbers alone come into question, and are tried out with the kernels of this
        machine: a row must be the same, to the bit, by itself and in company.
        """
        if self.precision not in ("int8", "w8a16"):
            return BLOCK
        most = max(_COMPANY)
        z = torch.linspace(-2, 2, most * self._model.config.latent, device=self.device)
        keys, values, words = self.memory(z.view(most, -1))
        before = self.prompt([BOS] * 24)
        found = []
        for count in _COMPANY:
            cache = Cache(self, before.length, count)
            for row in range(count):
                cache.begin(row, (keys[row], values[row]), words[row], before)
            last = torch.full((count,), self.start_token, device=self.device)
            found.append(torch.stack([self.step(last, cache)[0] for _ in range(3)]))
        return 1 if all(torch.equal(one, found[-1]) for one in found) else BLOCK

    def _laid_out(self, model: Pretrained, head: Tensor) -> tuple[list[_Layer], Product]:
        """Return the layers and the head (A, D). For eight bits a text is taken through them in
        full precision, which shows where numbers are large; see `ease`."""
        epsilon, eight = self.config.epsilon, self.precision == "int8"
        tokens = torch.tensor(model.tokenizer.encode(_USUAL), device=self.device)
        tokens = torch.cat([tokens, tokens.new_tensor([BOS]), tokens])
        states = model.embedded(tokens)
        at = torch.arange(len(tokens), device=self.device) + PLACE - len(tokens)
        laid_out = []
        for number, layer in enumerate(model.base.layers):
            pairs = zip(layer.linears, model.downs, model.ups, strict=True)
            qkv, out, gate_up, down = (
                base.float() + model.config.scale * (up[number] @ low[number])
                for base, low, up in pairs
            )
            first, second = layer.attention_norm, layer.feed_norm
            if eight:
                exact = _layer((qkv, out, gate_up, down), (first, second), epsilon, "fp32")
                eases = [ease(qkv, rms_norm(states, first, epsilon))]
                states = self._attended(
                    exact, number, states, self._turned(at), self._before([len(tokens)], [])
                )
                eases.append(ease(gate_up, rms_norm(states, second, epsilon)))
                inner = self._inner(exact, states)
                states = states + exact.down(inner)
                eases.append(ease(down, inner))
                # What comes out of the upper half goes linearly into what `down` takes.
                gate, up = gate_up.chunk(2)
                gate_up = torch.cat([gate, up / eases[2][:, None]]) * eases[1]
                qkv, down = qkv * eases[0], down * eases[2]
                first, second = first / eases[0], second / eases[1]
            norms = first, second
            laid_out.append(_layer((qkv, out, gate_up, down), norms, epsilon, self.precision))
        norm = model.base.norm
        if eight:
            last = ease(head, rms_norm(states, norm, epsilon))
            head, norm = head * last, norm / last
        return laid_out, product(head, self.precision, Norm(norm, epsilon))

    def _signed(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Return cosines and sines (N, 1, d), the sines' first half turned negative."""
        cosines, sines = rotations(self.config, positions)
        half = self.config.head // 2
        signed = torch.cat([-sines[:, :half], sines[:, half:]], 1)
        return cosines[:, None], signed[:, None]

    # -- a layer ---------------------------------------------------------------------------------

    def through(
        self, states: Tensor, at: Tensor, attend: Attend, heard: list[Tensor] | None = None
    ) -> Tensor:
        """Take states (R, D) of tokens at positions `at` (R,) through all layers.

        Those after the layers `self.heard` are put into `heard`. Before the last norm: see
        `Pretrained.logits`.
        """
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
        mixed = layer.qkv(states).view(-1, c.heads + 2 * c.groups, c.head)
        turning = mixed[:, : c.heads + c.groups]
        turned = torch.addcmul(turning * cosines, turning.roll(c.head // 2, 2), sines)
        seen = attend(
            number, turned[:, : c.heads], turned[:, c.heads :], mixed[:, c.heads + c.groups :]
        )
        return states + layer.out(seen)

    def _inner(self, layer: _Layer, states: Tensor) -> Tensor:
        """Return what the second half of a layer takes down to the states' size."""
        gate, up = layer.gate_up(states).chunk(2, 1)
        return F.silu(gate) * up

    # -- prompts ---------------------------------------------------------------------------------

    def prompt(self, tokens: Sequence[int]) -> Prompt:
        """Compute a prompt; it does not see z, and so serves every row of its song."""
        return self.prompts([tokens])[0]

    @torch.inference_mode()
    def prompts(self, many: Sequence[Sequence[int]]) -> list[Prompt]:
        """Compute prompts side by side, which takes half the time of one after the other."""
        lengths = [len(tokens) for tokens in many]
        kept: list[tuple[Tensor, Tensor]] = []
        words = self._model.embedded(
            torch.tensor([t for tokens in many for t in tokens], device=self.device)
        )
        at = torch.cat([torch.arange(n, device=self.device) + PLACE - n for n in lengths])
        self.through(words, at, self._before(lengths, kept))
        keys, values = (
            torch.split(torch.stack(part), lengths, 2) for part in zip(*kept, strict=True)
        )
        # Each its own copy: one that is kept must not keep all of them.
        return [Prompt(k.clone(), v.clone()) for k, v in zip(keys, values, strict=True)]

    def _before(self, lengths: Sequence[int], kept: list[tuple[Tensor, Tensor]]) -> Attend:
        """Return attention within texts of these lengths that stand one after the other; their
        keys and values go into `kept`."""
        c, total = self.config, sum(lengths)
        texts = torch.arange(len(lengths), device=self.device)
        counts = torch.tensor(lengths, device=self.device)
        of = texts.repeat_interleave(counts, output_size=total)
        mask = (of[:, None] == of) & causal(total, self.device)[0, 0]

        def attend(_: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            k, v = k.transpose(0, 1), v.transpose(0, 1)  # (G, P, d)
            kept.append((k, v))
            each = c.heads // c.groups
            keys, values = (part.repeat_interleave(each, 0)[None] for part in (k, v))
            seen = F.scaled_dot_product_attention(
                q.transpose(0, 1)[None], keys, values, attn_mask=mask
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

    def step(self, tokens: Tensor, cache: Cache) -> Tensor:
        """Return logits (N, A) of the token after `tokens` (N,), which go into the cache's first
        N rows. N is at least `least`."""
        count = len(tokens)
        states = self._embedded[tokens] + cache.words[:count]
        at = cache.next(count)
        positions = cache.positions[:count]
        if self._native is None:
            heard: list[Tensor] = []
            states = self.through(states, positions, self._within(cache, at), heard)
        else:
            heard = self._native(states, cache.kept, at, self._turned(positions), self.heard)
        cache.hear(torch.cat(heard, 1))
        return self._head(states)

    def _within(self, cache: Cache, at: Tensor) -> Attend:
        """Return attention of one token a row, at places `at` (N,), to what its row holds."""
        c, (mask, place), views = self.config, cache.looking(at), cache.views(len(at))
        heads = len(at) * c.groups

        def attend(number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            keys, values, places = views[number]
            places.index_copy_(0, place, torch.cat([k, v]).view(-1, c.head))
            # In so small a product torch's own attention takes twice the time of its two halves.
            grouped = q.reshape(heads, -1, c.head)
            scores = torch.baddbmm(mask, grouped, keys, alpha=c.head**-0.5)
            return torch.bmm(scores.softmax(-1), values).view(len(at), c.hidden)

        return attend


def _layer(
    weights: Sequence[Tensor], norms: tuple[Tensor, Tensor], epsilon: float, precision: Precision
) -> _Layer:
    before = (Norm(norms[0], epsilon), None, Norm(norms[1], epsilon), None)
    return _Layer(*(product(w, precision, n) for w, n in zip(weights, before, strict=True)))


def quickest(model: Pretrained) -> Precision:
    """Return the precision in which this machine writes fastest."""
    layer = model.base.layers[0].linears
    if layer.qkv.device.type != "cpu":
        return "fp16" if layer.qkv.device.type == "cuda" else "fp32"
    if fits(model.base.config):
        return "w8a16"  # by what happens between its products, which alone would not show it
    return fastest([matrix.float() for matrix in layer], ("fp32", "bf16", "int8"), BLOCK)
