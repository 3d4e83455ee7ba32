"""The 2018 bot's way of decoding, as the baseline: written anew from its description.

What the description says of @deephypebot's decoder, and what is done here:
one sample at a time (batch 1); z and the condition concatenated to the input at *every* step, and
to the state at the output; a library GRU called step by step; a softmax over the whole
vocabulary; each word drawn in Python with numpy from that full distribution; always fifty steps,
never an end at EOS; UNK, PAD and loops not barred; one square `h2h` layer applied twice.

Where the description is silent, what costs less is taken, so that the ratios are lower bounds:
the output is factored through the embedding as ours is, gradients are off, `h2h` runs once a
sample, in the first state. Ours has no such layer: the identity stands in for it, which costs the
same and leaves the distribution that of the weights.

Deployed, the bot's vocabulary was 333,336 words. `with_vocabulary` gives it that many, in random
weights, all other sizes as they are: what a softmax costs does not depend on its values.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.latent import LatentModel
from models.tokenizer import BOS

STEPS = 50
DEPLOYED_WORDS = 333_336


class OriginalDecoder:
    """Decodes the weights of a `LatentModel` the old way.

    `words` (V, embedding) and `bias` (V,) are the embeddings of the vocabulary, input and output.
    """

    def __init__(self, model: LatentModel, words: Tensor, bias: Tensor) -> None:
        self._model, self._words, self._bias = model, words, bias
        size = model.config.hidden
        self._h2h = nn.Linear(size, size, device=words.device)
        with torch.no_grad():
            self._h2h.weight.copy_(torch.eye(size))
            self._h2h.bias.zero_()

    @classmethod
    def of(cls, model: LatentModel) -> "OriginalDecoder":
        """Return a decoder with the model's own vocabulary."""
        return cls(model, model.embed.weight.detach(), model.bias.detach())

    @classmethod
    def with_vocabulary(cls, model: LatentModel, size: int) -> "OriginalDecoder":
        """Return a decoder with a vocabulary of `size` random words, of the same spread."""
        own = model.embed.weight.detach()
        words = torch.empty(size, own.shape[1], device=own.device)
        words.normal_(std=float(own.std()), generator=_generator(own.device))
        return cls(model, words, torch.zeros(size, device=own.device))

    @torch.no_grad()
    def write(self, a: Tensor, seed: int, temperature: float = 1.0) -> Iterator[list[int]]:
        """Yield samples for ever, one at a time, each of `STEPS` tokens. `a` is (1, condition)."""
        model = self._model
        random = np.random.RandomState(seed)
        generator = _generator(a.device, seed)
        while True:
            z = torch.randn(1, model.config.latent, device=a.device, generator=generator)
            za = torch.cat([z, a], dim=1)
            state = torch.tanh(model.start(za))
            state = self._h2h(self._h2h(state))[None]  # (1, 1, hidden)
            token, tokens = BOS, []
            for _ in range(STEPS):
                embedded = self._words[torch.tensor([token], device=a.device)]
                x = torch.cat([embedded, z, a], dim=1)[:, None]  # (1, 1, embedding + latent + a)
                out, state = model.decoder(x, state)
                mixed = model.output(torch.cat([out[:, 0], z, a], dim=1))
                logits = F.linear(mixed, self._words, self._bias)[0]
                p = F.softmax(logits / temperature, dim=0).cpu().numpy().astype(np.float64)
                token = int(random.choice(len(p), p=p / p.sum()))
                tokens.append(token)
            yield tokens


def _generator(device: torch.device, seed: int = 0) -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)
