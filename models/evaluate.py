"""How good a model is: likelihood, use of z and a, variety and honesty of what it writes."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from models.corpus.cleaning import words_of
from models.cvae import Cvae, kl_by_dimension
from models.encoding import Encoded, same_length_batches

_BATCH = 64


def _batches(data: Encoded) -> list[list[int]]:
    return same_length_batches([len(t) for t in data.tokens], range(len(data)), _BATCH)


@torch.no_grad()
def held_out_bound(model: Cvae, data: Encoded) -> float:
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


def _nll(model: Cvae, tokens: Tensor, z: Tensor, a: Tensor) -> Tensor:
    """Return the negative log-likelihood of each text, (B,)."""
    logits = model.decode(tokens[:, :-1], z, a)
    nats = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return nats.view(len(tokens), -1).sum(1)


@torch.no_grad()
def posteriors(model: Cvae, data: Encoded) -> tuple[Tensor, Tensor]:
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
def likelihood(model: Cvae, data: Encoded, words: int, seed: int = 0) -> dict[str, float]:
    """Return likelihood, KL, mutual information, active units and the swap tests.

    `words` is the number of words in the data, for a perplexity that tokenisers share. The swap
    tests give what a token costs more when z, or a, is another text's of the same length.
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
    gaps = (drawn[:, None] - means[None]).square() / log_variances.exp()[None]
    constant = means.shape[1] * math.log(2 * math.pi)
    joint = -0.5 * (gaps + log_variances[None]).sum(2) - 0.5 * constant  # (N, N)
    aggregated = torch.logsumexp(joint, 1) - math.log(len(means))
    prior = -0.5 * drawn.square().sum(1) - 0.5 * constant
    return kl - float((aggregated - prior).mean())


def variety(texts: Sequence[str], training: Sequence[str]) -> dict[str, float]:
    """Return measures of written texts: self-BLEU-4, distinct-2, repeats, overlap with training."""
    split = [words_of(text) for text in texts]
    bigrams = [gram for words in split for gram in ngrams(words, 2)]
    known = {gram for text in training for gram in ngrams(words_of(text), 4)}
    grams = [gram for words in split for gram in ngrams(words, 4)]
    return {
        "self_bleu_4": self_bleu(split),
        "distinct_2": len(set(bigrams)) / max(1, len(bigrams)),
        "exact_repeats": 1.0 - len(set(texts)) / max(1, len(texts)),
        "overlap_4": sum(gram in known for gram in grams) / max(1, len(grams)),
        "cut": sum(not text.endswith((".", "!", "?")) for text in texts) / max(1, len(texts)),
        "looping": sum(loops(words) for words in split) / max(1, len(texts)),
        "mean_words": sum(map(len, split)) / max(1, len(texts)),
    }


def ngrams(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Return the runs of `size` words."""
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def loops(words: Sequence[str]) -> bool:
    """Whether a run of three words comes twice."""
    runs = ngrams(words, 3)
    return len(set(runs)) < len(runs)


def self_bleu(texts: Sequence[Sequence[str]], size: int = 4) -> float:
    """Return the mean share of each text's runs of `size` words found in another (0 to 1).

    The precision part of self-BLEU (Zhu et al. 2018) at its longest run, unclipped.
    """
    counts = [Counter(set(ngrams(words, size))) for words in texts]
    total = sum(counts, Counter())
    shares = [sum(total[g] > 1 for g in own) / len(own) for own in counts if own]
    return sum(shares) / max(1, len(shares))


def rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures with floats to four places, for JSON that people read."""
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
