"""How well a writer of any kind foretells texts, in figures that kinds and tokenizers share.

Perplexity per word is the exponential of all nats of a text, those of its end and of spelling out
words that a vocabulary lacks included, over the number of its words between spaces.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.control import conditions_of
from models.corpus.records import Sentence
from models.encoding import encode
from models.evaluate.likelihood import importance_bound, likelihood, log_weights
from models.latent import Autoencoder
from models.ngram import Ngram
from models.units import unknown_nats
from models.writer import Conditions, Writer

DRAWS = 128
"""Importance samples of each text. He et al. 2019 take 500; fewer make the perplexity come out
higher, never lower."""

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Likelihood figures; None where one makes no sense for a kind of model.

    `draws`: the perplexity is a bound from so many importance samples, not exact. `unseen`: share
    of symbols that the model holds impossible, each of which alone makes it infinite;
    `finite_order`, `finite_perplexity`: the shorter n-gram that does best without any.
    `elbo` nats a text; `swap_z_gap`, `swap_a_gap`: what a token costs more when z, or what is
    known of the song, is another text's.
    """

    perplexity_per_word: float
    nats_per_text: float
    draws: int | None = None
    unseen: float | None = None
    finite_order: int | None = None
    finite_perplexity: float | None = None
    elbo: float | None = None
    kl: float | None = None
    mutual_information: float | None = None
    active_units: int | None = None
    latent: int | None = None
    swap_z_gap: float | None = None
    swap_a_gap: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def predict(
    writer: Writer,
    sentences: Sequence[Sentence],
    draws: int = DRAWS,
    seed: int = 0,
    on_texts: Told = lambda _: None,
) -> Prediction:
    """Return how well `writer` foretells `sentences`, each under the conditions of its song.

    `on_texts` is told how many texts are done.
    """
    network = getattr(writer, "model", None)
    if isinstance(network, Autoencoder):
        return _latent(writer, network, sentences, draws, seed, on_texts)
    if isinstance(network, Ngram):
        return _counted(network, sentences)
    return _plain(writer, sentences, seed, on_texts)


def _latent(
    writer: Writer,
    network: Autoencoder,
    sentences: Sequence[Sentence],
    draws: int,
    seed: int,
    on_texts: Told,
) -> Prediction:
    data = encode(sentences, writer.tokenizer)  # type: ignore[attr-defined]
    words = sum(s.words for s in sentences)
    weights = log_weights(network, data, draws, seed, on_texts)
    nats = -float(importance_bound(weights).double().sum())
    figures = likelihood(network, data, words, seed)
    return Prediction(
        perplexity_per_word=_perplexity(nats, words),
        nats_per_text=nats / len(data),
        draws=draws,
        elbo=float(weights.double().mean()),
        kl=figures["kl"],
        mutual_information=figures["mutual_information"],
        active_units=int(figures["active_units"]),
        latent=network.config.latent,
        swap_z_gap=figures["swap_z_gap"],
        swap_a_gap=figures["swap_a_gap"] if network.config.condition else None,
    )


def _counted(network: Ngram, sentences: Sequence[Sentence]) -> Prediction:
    texts = [s.text for s in sentences]
    found, finite = network.likelihood(texts), network.best_finite(texts)
    return Prediction(
        perplexity_per_word=found.perplexity_per_word,
        nats_per_text=math.inf if found.unseen else found.nats / len(texts),
        unseen=found.share_unseen,
        finite_order=finite.order if finite else None,
        finite_perplexity=finite.perplexity_per_word if finite else None,
    )


def _plain(writer: Writer, sentences: Sequence[Sentence], seed: int, on_texts: Told) -> Prediction:
    order = np.random.default_rng(seed).permutation(len(sentences))
    nats = other = 0.0
    tokens = 0
    for done, (sentence, stranger) in enumerate(zip(sentences, order, strict=True), 1):
        right = text_nats(writer, sentence.text, conditions_of(sentence))
        nats += right
        other += text_nats(writer, sentence.text, conditions_of(sentences[stranger])) - right
        tokens += len(writer.surprisal(sentence.text, conditions_of(sentence))) + 1
        on_texts(done)
    gap = other / max(1, tokens)
    return Prediction(
        perplexity_per_word=_perplexity(nats, sum(s.words for s in sentences)),
        nats_per_text=nats / len(sentences),
        swap_a_gap=gap or None,  # a writer that knows nothing of the song cannot tell the two
    )


def text_nats(writer: Writer, text: str, conditions: Conditions) -> float:
    """Return the negative log-likelihood of a text, its end and unknown words spelled out.

    A writer that has no `text_nats` of its own is taken at its surprisal, without the end.
    """
    own = getattr(writer, "text_nats", None)
    if own is None:
        return math.fsum(piece.nats for piece in writer.surprisal(text, conditions))
    return float(own(text, conditions)) + unknown_nats(writer.tokenizer, text)  # type: ignore[attr-defined]


def _perplexity(nats: float, words: int) -> float:
    per_word = nats / max(1, words)
    return math.exp(per_word) if per_word < 700 else math.inf
