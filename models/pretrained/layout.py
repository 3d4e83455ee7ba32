"""Where the tokens of a batch stand, and which of them each may look at.

Shapes: B texts of T tokens, P of the longest prompt, S slots.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.tokenizer import PAD

PLACE = 96
"""The position of BOS, whatever the length of the prompt: tokens meet the slots, which have no
position, at the same distance in training and in writing."""


class Layout(NamedTuple):
    """Prompts, padded in front, (B, P); positions of prompts and texts (P + T,); and the mask
    (B, 1, P + T, S + P + T), True where a token may look."""

    prompts: Tensor
    places: Tensor
    mask: Tensor


def lay_out(prompts: Sequence[Sequence[int]], texts: Tensor, slots: int) -> Layout:
    """Lay out texts (B, T) behind their prompts; texts see the slots, prompts do not."""
    device, longest = texts.device, max(len(p) for p in prompts)
    count, length = len(texts), longest + texts.shape[1]
    padded = [[*[PAD] * (longest - len(p)), *p] for p in prompts]
    places = torch.arange(length, device=device) + PLACE - longest
    real = torch.tensor(
        [
            [i >= longest - len(p) for i in range(longest)] + [True] * texts.shape[1]
            for p in prompts
        ],
        device=device,
    )
    # Padding sees itself, so that no row of the mask is empty.
    own = torch.eye(length, dtype=torch.bool, device=device)
    seen = (causal(length, device) & real[:, None, None, :]) | own
    sees_z = torch.arange(length, device=device) >= longest
    memory = sees_z[None, None, :, None].expand(count, 1, length, slots)
    mask = torch.cat([memory, seen], 3)
    return Layout(torch.tensor(padded, device=device), places, mask)


def causal(length: int, device: torch.device) -> Tensor:
    """Return a mask (1, 1, T, T) by which a token sees itself and what is before it."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()[None, None]
