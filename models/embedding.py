"""Texts as numbers, by the model that writes them.

Shapes: B texts of T tokens.
"""

from collections.abc import Sequence

import numpy as np
import torch

from models.encoding import same_length_batches
from models.latent import Autoencoder
from models.tokenizer import BOS, EOS
from models.writer import Embedding, Vector

_BATCH = 64


@torch.inference_mode()
def embed(
    model: Autoencoder,
    tokens: Sequence[Sequence[int]],
    known: Vector,
) -> Embedding:
    """Embed texts, given as tokens without BOS and EOS, with condition vectors (N, width)."""
    device = next(iter(model.parameters())).device
    z = np.zeros((len(tokens), model.config.latent), np.float32)
    logprobs = np.zeros(len(tokens), np.float32)
    lengths = [len(text) for text in tokens]
    for rows in same_length_batches(lengths, range(len(tokens)), _BATCH):
        text = torch.tensor([[BOS, *tokens[row], EOS] for row in rows], device=device)
        songs = torch.from_numpy(np.asarray(known[rows], np.float32)).to(device)
        a = model.condition(songs, torch.ones(len(rows), device=device))
        mean, _ = model.encode(text[:, 1:-1], a)
        logits = model.decode(text[:, :-1], mean, a)
        each = logits.log_softmax(2).gather(2, text[:, 1:, None])[..., 0]
        z[rows], logprobs[rows] = (part.cpu().numpy() for part in (mean, each.mean(1)))
    return Embedding(z, logprobs)
