"""Variety and honesty of what a model writes."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from models.corpus.cleaning import words_of
from models.evaluate.bleu import ngrams, self_bleu_of_corpus


def variety(texts: Sequence[str], training: Sequence[str]) -> dict[str, float]:
    """Return measures of written texts, shares from 0 to 1.

    `self_bleu_4`: the precision part, see `self_bleu`; `self_bleu`: the whole of it;
    `distinct_1` … `distinct_4`: different runs among all runs of so many words (Li et al. 2016);
    `overlap_4`: runs of four words that stand in the training text; `cut`: texts that do not end
    as a sentence; `looping`: texts in which a word follows itself or a run of three comes twice.
    """
    split = [words_of(text) for text in texts]
    known = {gram for text in training for gram in ngrams(words_of(text), 4)}
    grams = [gram for words in split for gram in ngrams(words, 4)]
    ends = (".", "!", "?", '."', '!"', '?"', ".)")
    return {
        "self_bleu_4": self_bleu(split),
        "self_bleu": self_bleu_of_corpus(split),
        **{f"distinct_{size}": distinct(split, size) for size in range(1, 5)},
        "exact_repeats": 1.0 - len(set(texts)) / max(1, len(texts)),
        "overlap_4": sum(gram in known for gram in grams) / max(1, len(grams)),
        "cut": sum(not text.endswith(ends) for text in texts) / max(1, len(texts)),
        "looping": sum(loops(words) for words in split) / max(1, len(texts)),
        "mean_words": sum(map(len, split)) / max(1, len(texts)),
    }


def distinct(texts: Sequence[Sequence[str]], size: int) -> float:
    """Return the share of different runs among all runs of `size` words (Li et al. 2016)."""
    grams = [gram for words in texts for gram in ngrams(words, size)]
    return len(set(grams)) / max(1, len(grams))


def loops(words: Sequence[str]) -> bool:
    """Whether a word follows itself, or a run of three words comes twice."""
    runs = ngrams(words, 3)
    return len(set(runs)) < len(runs) or any(one == other for one, other in pairwise(words))


def self_bleu(texts: Sequence[Sequence[str]], size: int = 4) -> float:
    """Return the mean share of each text's runs of `size` words found in another (0 to 1).

    The precision part of self-BLEU (Zhu et al. 2018) at its longest run, unclipped.
    """
    counts = [Counter(set(ngrams(words, size))) for words in texts]
    total = sum(counts, Counter[tuple[str, ...]]())
    shares = [sum(total[g] > 1 for g in own) / len(own) for own in counts if own]
    return sum(shares) / max(1, len(shares))
