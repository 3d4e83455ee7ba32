"""Making a new model ready for training: some texts of the corpus show what is usual.

Slots get the manner of tokens, keys like those that the base has, values as large: slots that
begin near zero are outshone by every token, get no gradient, and z is never asked. What the
encoder reads is brought to mean 0 and deviation 1 in every dimension: a few dimensions of such a
base are a hundred times as large as the others, and say nothing.
"""

from collections.abc import Sequence

import torch
from torch import nn

from models.pretrained.layout import PLACE, causal
from models.pretrained.llama import keys_values, run
from models.pretrained.model import Pretrained

_TYPICAL = 0.7
"""Over the size of a hidden unit of the slots' network: what z changes of a slot, beside what
tokens differ by."""
_SHOWN = 8
"""Texts that show the slots what tokens are like."""


@torch.no_grad()
def settle(model: Pretrained, texts: Sequence[str]) -> None:
    """Set what a model begins with, by `texts`."""
    device = model.names.device
    encoded = [model.tokenizer.encode(text) for text in texts]
    read = torch.cat([model.reading(torch.tensor([tokens], device=device)) for tokens in encoded])
    model.read_mean.copy_(read.mean(0))
    model.read_spread.copy_(read.std(0, correction=0).clamp_min(1e-3))
    _settle_slots(model, [token for tokens in encoded[:_SHOWN] for token in tokens])


def _settle_slots(model: Pretrained, text: list[int]) -> None:
    last = model.to_slots[2]
    assert isinstance(last, nn.Linear)
    b, c = model.base.config, model.config
    tokens = torch.tensor([text], device=last.weight.device)
    places = torch.arange(tokens.shape[1], device=tokens.device) + PLACE
    mask = causal(tokens.shape[1], tokens.device)
    shape = (b.layers, 2, b.groups, c.slots, b.head)
    bias, spread = torch.zeros(shape), torch.zeros(shape)
    states = run(model.base, model.embedded(tokens), places, mask)
    for number, (layer, before) in enumerate(zip(model.base.layers, states, strict=False)):
        for which, part in enumerate(keys_values(layer, before, places, b)):
            part = part[0, :, 1:].float().cpu()  # the first token is like no other
            spread[number, which] = part.std((1, 2))[:, None, None]
            if which == 0:
                bias[number, 0] = part.mean(1)[:, None]
    width = c.bottleneck**0.5 * _TYPICAL
    nn.init.normal_(last.weight, std=1.0)
    last.weight.mul_((spread.flatten()[:, None] / width).to(last.weight))
    last.bias.copy_(bias.flatten())
