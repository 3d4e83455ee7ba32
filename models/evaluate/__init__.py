"""How good a model is: likelihood, use of z and a, control, variety and honesty of its texts."""

from models.evaluate.bleu import bleu, ngrams, self_bleu_of_corpus
from models.evaluate.likelihood import (
    held_out_bound,
    importance_bound,
    likelihood,
    log_weights,
    posteriors,
)
from models.evaluate.rounding import rounded
from models.evaluate.variety import distinct, loops, self_bleu, variety

__all__ = [
    "bleu",
    "distinct",
    "held_out_bound",
    "importance_bound",
    "likelihood",
    "log_weights",
    "loops",
    "ngrams",
    "posteriors",
    "rounded",
    "self_bleu",
    "self_bleu_of_corpus",
    "variety",
]
