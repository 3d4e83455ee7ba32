"""Texts as numbers by the pretrained decoder, laid out for speed: what `models.embedding` does.

A curator waits for this: every draft that a reward chooses among is read. So texts of all lengths
go side by side, a prompt is computed once for all texts of its song that do, and the decoder is the
one that writes, in the precision that it writes in. Only what is longer than anything that it would
write is read as the model has it.

Shapes: N texts of at most T tokens, BOS included, R = N · T; P tokens of the longest prompt; S
slots; L = S + P + T places; H heads, G key-value heads, d the size of one, D hidden.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.embedding import embed as read_plainly
from models.pretrained.cache import Prompt
from models.pretrained.layout import PLACE, causal
from models.pretrained.model import Pretrained
from models.pretrained.prompt import told
from models.pretrained.stepping import Attend, Stepper
from models.rows import MAX_TOKENS
from models.tokenizer import BOS, EOS, PAD
from models.writer import Embedding, Vector

_BATCH = 64
_SONGS = 16
"""Prompts that are computed side by side."""
_ROWS = 256
"""Tokens for which all logits are held at a time."""


@torch.inference_mode()
def embed(
    model: Pretrained, stepper: Stepper, tokens: Sequence[Sequence[int]], known: Vector
) -> Embedding:
    """Embed texts, given as tokens without BOS and EOS, none of them empty, with condition vectors
    (N, width)."""
    z = np.zeros((len(tokens), model.config.latent), np.float32)
    logprobs = np.zeros(len(tokens), np.float32)
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    if long := [row for row in order if len(tokens[row]) > MAX_TOKENS]:
        order = order[: -len(long)]
        z[long], logprobs[long] = read_plainly(model, [tokens[row] for row in long], known[long])
    for first in range(0, len(order), _BATCH):
        rows = order[first : first + _BATCH]
        of = _Texts(model, stepper, [tokens[row] for row in rows], known[rows])
        mean = of.encoded()
        z[rows], logprobs[rows] = (part.cpu().numpy() for part in (mean, of.logprobs(mean)))
    return Embedding(z, logprobs)


@torch.inference_mode()
def posteriors(
    model: Pretrained, stepper: Stepper, tokens: Sequence[Sequence[int]], known: Vector
) -> Vector:
    """Return the posterior means of z of texts, given as in `embed`, (N, latent)."""
    z = np.zeros((len(tokens), model.config.latent), np.float32)
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    for first in range(0, len(order), _BATCH):
        rows = order[first : first + _BATCH]
        texts = _Texts(model, stepper, [tokens[row] for row in rows], known[rows])
        z[rows] = texts.encoded().cpu().numpy()
    return z


class _Texts:
    """A batch of texts, padded at the end, which causal attention does not see."""

    def __init__(
        self, model: Pretrained, stepper: Stepper, tokens: Sequence[Sequence[int]], known: Vector
    ) -> None:
        self._model, self._stepper = model, stepper
        self._known = np.ascontiguousarray(known, np.float32)
        device = stepper.device
        self._lengths = torch.tensor([len(text) for text in tokens], device=device)
        longest = max(len(text) for text in tokens)
        padded = [[BOS, *text, EOS, *[PAD] * (longest - len(text))] for text in tokens]
        self._tokens = torch.tensor(padded, device=device)  # (N, T + 1)

    def encoded(self) -> Tensor:
        """Return the posterior means of z, (N, latent)."""
        a = self._model.condition(
            torch.from_numpy(self._known).to(self._stepper.device),
            torch.ones(len(self._known), device=self._stepper.device),
        )
        reading = self._model.reading(self._tokens[:, 1:-1], self._lengths)
        return self._model.posterior_of(reading, a)[0]

    def logprobs(self, z: Tensor) -> Tensor:
        """Return the mean log-probability of each text's tokens and its end, (N,)."""
        model, stepper = self._model, self._stepper
        inputs, targets = self._tokens[:, :-1], self._tokens[:, 1:]
        count, length = inputs.shape
        keys, values, words = stepper.memory(z)
        states = model.embedded(inputs) + words[:, None]
        at = (torch.arange(length, device=inputs.device) + PLACE).repeat(count)
        prompts = self._prompts()
        attend = self._attend((keys, values), prompts, length)
        states = stepper.through(states.flatten(0, 1), at, attend)
        real = torch.arange(length, device=inputs.device) <= self._lengths[:, None]  # (N, T)
        parts = torch.split(states[real.flatten()], _ROWS), torch.split(targets[real], _ROWS)
        costs = [
            F.cross_entropy(model.logits(some), goal, reduction="none")
            for some, goal in zip(*parts, strict=True)
        ]
        each = torch.zeros(count, length, device=inputs.device)
        each[real] = -torch.cat(costs)
        return each.sum(1) / real.sum(1)

    def _prompts(self) -> list[Prompt]:
        """Return the prompt of each text's song; names are not told."""
        songs = {song.tobytes(): song for song in self._known}
        asked = [told(self._model.tokenizer, song) for song in songs.values()]
        computed: list[Prompt] = []
        for first in range(0, len(asked), _SONGS):
            computed += self._stepper.prompts(asked[first : first + _SONGS])
        by_song = dict(zip(songs, computed, strict=True))
        return [by_song[song.tobytes()] for song in self._known]

    def _attend(
        self, memory: tuple[Tensor, Tensor], prompts: Sequence[Prompt], length: int
    ) -> Attend:
        """Return attention of texts (N, T) to their slots, prompts and what is before a token."""
        c, device, count = self._stepper.config, self._stepper.device, len(prompts)
        longest = max(prompt.length for prompt in prompts)
        slots = self._stepper.slots
        shape = (count, c.layers, c.groups, slots + longest, c.head)
        keys, values = (torch.zeros(shape, device=device) for _ in range(2))
        keys[:, :, :, :slots], values[:, :, :, :slots] = memory
        seen = torch.ones(count, slots + longest, dtype=torch.bool, device=device)
        for row, prompt in enumerate(prompts):
            end = slots + prompt.length
            keys[row, :, :, slots:end], values[row, :, :, slots:end] = prompt
            seen[row, end:] = False
        before = seen[:, None, None].expand(-1, 1, length, -1)
        own = causal(length, device).expand(count, -1, -1, -1)
        each = c.heads // c.groups
        mask = torch.cat([before, own], 3).repeat(1, 1, each, 1)  # (N, 1, H/G · T, L)

        def attend(number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            # Heads of a group side by side, as more rows of one product.
            q, k, v = (part.view(count, length, -1, c.head).transpose(1, 2) for part in (q, k, v))
            all_keys = torch.cat([keys[:, number], k], 2)  # (N, G, L, d)
            all_values = torch.cat([values[:, number], v], 2)
            grouped = q.reshape(count, c.groups, each * length, c.head)
            found = F.scaled_dot_product_attention(grouped, all_keys, all_values, attn_mask=mask)
            heads = found.view(count, c.heads, length, c.head).transpose(1, 2)
            return heads.reshape(count * length, c.hidden)

        return attend
