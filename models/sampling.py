"""Drawing tokens so that a row's text depends on its own seed alone."""

import hashlib

import numpy as np
import torch
from torch import Tensor

TOP_K = 40
"""At most this many tokens are considered; a full sort of the vocabulary would cost more than the
network. At a temperature of 1 they hold over 0.9 of the mass, below it nearly all."""


def generator(seed: int, row: int, attempt: int) -> np.random.Generator:
    """Return the generator of one attempt at one row: counter-based, keyed by a hash of all."""
    digest = hashlib.blake2b(f"{seed}/{row}/{attempt}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def draw(
    logits: Tensor, uniforms: Tensor, temperature: float, top_p: float
) -> tuple[Tensor, Tensor]:
    """Draw one token a row by inverting the distribution function at that row's uniform.

    logits (B, V), uniforms (B,) in [0, 1). Of the `TOP_K` likeliest tokens the nucleus is kept:
    the smallest set whose mass reaches `top_p` (Holtzman et al. 2020). Returns tokens (B,) and
    their logits (B,).
    """
    best, tokens = torch.topk(logits, min(TOP_K, logits.shape[1]))
    mass = torch.softmax(best / temperature, 1)
    above = mass.cumsum(1)
    mass = mass * (above - mass < top_p)
    above = mass.cumsum(1)
    place = (above <= uniforms[:, None] * above[:, -1:]).sum(1, keepdim=True)
    # Rounding can put the uniform at the very end; the last kept token is meant.
    last = (mass > 0).sum(1, keepdim=True) - 1
    place = torch.minimum(place, last)
    return tokens.gather(1, place)[:, 0], best.gather(1, place)[:, 0]
