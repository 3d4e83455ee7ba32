"""How well a model with a latent space predicts texts, and what use it makes of z and a."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from models.encoding import Encoded, same_length_batches
from models.latent import Autoencoder, kl_by_dimension

_BATCH = 64

_TOKENS = 4096
"""Tokens decoded at a time: their logits over the whole vocabulary must fit in memory."""


_CELLS = 2**22
"""Entries of the largest tensor when each of N texts is held against each other."""


def _batches(data: Encoded, size: int = _BATCH) -> list[list[int]]:
    return same_length_batches([len(t) for t in data.tokens], range(len(data)), size)


@torch.no_grad()
def held_out_bound(model: Autoencoder, data: Encoded) -> float:
    """Return the negative bound in nats a token, z taken at the posterior's mean."""
    model.eval()
    device = next(model.parameters()).device
    nats, count = 0.0, 0
    for rows in _batches(data):
        tokens, known, voice = data.batch(rows, device)
        a = model.condition(known, voice)
        mean, log_variance = model.encode(tokens[:, 1:-1], a)
        nats += float(_nll(model, tokens, mean, a).sum())
        nats += float(kl_by_dimension(mean, log_variance).sum())
        count += tokens.shape[0] * (tokens.shape[1] - 1)
    return nats / max(1, count)


def _nll(model: Autoencoder, tokens: Tensor, z: Tensor, a: Tensor) -> Tensor:
    """Return the negative log-likelihood of each text, (B,)."""
    logits = model.decode(tokens[:, :-1], z, a)
    nats = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return nats.view(len(tokens), -1).sum(1)


@torch.no_grad()
def log_weights(
    model: Autoencoder,
    data: Encoded,
    draws: int,
    seed: int = 0,
    on_texts: Callable[[int], None] = lambda _: None,
) -> Tensor:
    """Return log p(text, z | a) − log q(z | text, a) for `draws` z of each text, (N, draws).

    Their mean over the draws estimates the bound (ELBO); `importance_bound` of them is closer to
    log p(text | a). `on_texts` is told how many texts are done.
    """
    model.eval()
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(data), draws, model.config.latent, generator=generator)
    weights = torch.zeros(len(data), draws)
    done = 0
    for rows in _batches(data, 16):
        tokens, known, voice = data.batch(rows, device)
        a = model.condition(known, voice)
        mean, log_variance = model.encode(tokens[:, 1:-1], a)
        size = max(1, _TOKENS // tokens.numel())
        for first in range(0, draws, size):
            e = noise[rows, first : first + size].to(device)  # (B, K, latent)
            z = mean[:, None] + e * (0.5 * log_variance).exp()[:, None]
            k = z.shape[1]
            log_ratio = 0.5 * (e.square() + log_variance[:, None] - z.square()).sum(2)
            nats = _nll(
                model,
                tokens.repeat_interleave(k, 0),
                z.flatten(0, 1),
                a.repeat_interleave(k, 0),
            ).view(-1, k)
            weights[rows, first : first + size] = (log_ratio - nats).cpu()
        done += len(rows)
        on_texts(done)
    return weights


def importance_bound(weights: Tensor) -> Tensor:
    """Return the importance-weighted bound of log p(text | a), (N,), from weights (N, draws).

    Burda et al. 2016: the log of the mean weight; it rises with the number of draws and reaches
    log p in the limit. He et al. 2019 take 500 draws to compare such models with language models.
    """
    return weights.logsumexp(1) - math.log(weights.shape[1])


@torch.no_grad()
def posteriors(model: Autoencoder, data: Encoded) -> tuple[Tensor, Tensor]:
    """Return means and log-variances of q(z | text, a), each (N, latent), in the data's order."""
    model.eval()
    device = next(model.parameters()).device
    shape = (len(data), model.config.latent)
    means, log_variances = torch.zeros(shape), torch.zeros(shape)
    for rows in _batches(data):
        tokens, known, voice = data.batch(rows, device)
        mean, log_variance = model.encode(tokens[:, 1:-1], model.condition(known, voice))
        means[rows], log_variances[rows] = mean.cpu(), log_variance.cpu()
    return means, log_variances


@torch.no_grad()
def likelihood(model: Autoencoder, data: Encoded, words: int, seed: int = 0) -> dict[str, float]:
    """Return likelihood, KL, mutual information, active units and the swap tests.

    `words` is the number of words in the data, for a perplexity that tokenisers share. The swap
    tests give what a token costs more when z, or a, is another text's.
    """
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    means, log_variances = posteriors(model, data)
    noise = torch.randn(means.shape, generator=generator)
    drawn = means + noise * (0.5 * log_variances).exp()
    order = torch.randperm(len(data), generator=generator)
    sums = {"right": 0.0, "other_z": 0.0, "other_a": 0.0}
    count = 0
    for rows in _batches(data):
        tokens, known, voice = data.batch(rows, device)
        a, z = model.condition(known, voice), drawn[rows].to(device)
        strangers = order[rows]
        other_a = model.condition(data.known[strangers].to(device), voice)
        sums["right"] += float(_nll(model, tokens, z, a).sum())
        sums["other_z"] += float(_nll(model, tokens, drawn[strangers].to(device), a).sum())
        sums["other_a"] += float(_nll(model, tokens, z, other_a).sum())
        count += tokens.shape[0] * (tokens.shape[1] - 1)
    kl = float(kl_by_dimension(means, log_variances).sum(1).mean())
    elbo = sums["right"] / len(data) + kl
    return {
        "nll_per_token": sums["right"] / count,
        "elbo_per_text": -elbo,
        "perplexity_per_word_bound": math.exp(elbo * len(data) / max(1, words)),
        "kl": kl,
        "mutual_information": _mutual_information(drawn, means, log_variances, kl),
        "active_units": float((means.var(0) > 0.01).sum()),
        "swap_z_gap": (sums["other_z"] - sums["right"]) / count,
        "swap_a_gap": (sums["other_a"] - sums["right"]) / count,
    }


def _mutual_information(drawn: Tensor, means: Tensor, log_variances: Tensor, kl: float) -> float:
    """Return I(text; z) = KL(q(z|x) ‖ p) − KL(q(z) ‖ p), by minibatch (Hoffman & Johnson 2016)."""
    constant = means.shape[1] * math.log(2 * math.pi)
    aggregated = torch.zeros(len(drawn))
    size = max(1, _CELLS // means.numel())
    for first in range(0, len(drawn), size):
        some = drawn[first : first + size, None]
        gaps = (some - means[None]).square() / log_variances.exp()[None]
        joint = -0.5 * (gaps + log_variances[None]).sum(2) - 0.5 * constant  # (size, N)
        aggregated[first : first + size] = torch.logsumexp(joint, 1) - math.log(len(means))
    prior = -0.5 * drawn.square().sum(1) - 0.5 * constant
    return kl - float((aggregated - prior).mean())
