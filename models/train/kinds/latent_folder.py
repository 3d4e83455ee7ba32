"""From the best weights to a folder that can be shipped: prior, writable tokens, figures, card."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models.corpus import Corpus
from models.cvae_writer import CvaeWriter
from models.encoding import encode
from models.evaluate import likelihood, posteriors, rounded, variety
from models.guards import TrainingText
from models.latent import Autoencoder, LatentModel
from models.prior import LatentPrior
from models.tokenizer import BpeTokenizer
from models.train.card import Kept, card
from models.train.config import TrainConfig
from models.train.finishing import writable_tokens, write_samples
from models.train.state import State
from models.units import Tokenizer

CANDIDATES = 5
"""Drafts of each row. Of five the likeliest reads clearly better than one, of ten hardly more."""


_NOTES = """Of the training text the weights'
file keeps 32-bit hashes of runs of eight words, by which copies are caught, and each sentence of
our own as a point z with its conditions, from which new z are drawn."""


def finish(
    state: State, config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, out: Path
) -> dict[str, Any]:
    """Write the model's folder and return its figures."""
    model = state.model
    assert isinstance(model, LatentModel)
    assert isinstance(tokenizer, BpeTokenizer)
    model.load_state_dict(state.best)
    # What is measured is what ships: weights as half precision will give them back.
    model.half().float()
    model.eval()
    voice = [s for s in corpus.train if s.register == "voice"] or corpus.train
    encoded = encode(voice, tokenizer)
    means, log_variances = posteriors(model, encoded)
    prior = LatentPrior.of(means.numpy(), log_variances.numpy(), encoded.known.numpy())
    tensors = {f"model/{k}": v.detach().cpu().numpy() for k, v in model.state_dict().items()}
    tensors |= prior.tensors()
    tensors["writable"] = np.array(writable_tokens(voice, tokenizer), np.int32)
    tensors |= TrainingText.of(s.text for s in corpus.train).tensors()
    figures: dict[str, Any] = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": state.position.step,
        "training_seconds": round(state.position.seconds),
        "gradient_noise_scale": state.noise_scale.rounded,
        "held_out": held_out(model, corpus, tokenizer),
    }
    content: dict[str, Any] = {
        "kind": config.kind,
        "config": model.config.to_dict(),
        "decoding": {"candidates": CANDIDATES},
        "tensors": tensors,
        "tokenizer": tokenizer,
        "words": sorted({unit for s in voice for unit in tokenizer.units(s.text)}),
    }
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint.save(Path(scratch), **content, figures=figures, card="")
        writer = CvaeWriter(checkpoint.load(Path(scratch)), out.name, "cpu")
    samples = write_samples(writer, corpus.test or corpus.train, config.samples)
    figures["samples"] = rounded(variety([t for _, t in samples], [s.text for s in corpus.train]))
    c = model.config
    sizes = f"""Byte-level BPE of {c.vocabulary:,} tokens; embedding {c.embedding}; encoder GRU
2 × {c.encoder}; z {c.latent}; decoder GRU {c.hidden}."""
    text = card(out.name, config, Kept(sizes, _NOTES), corpus.funnel, figures, samples)
    checkpoint.save(out, **content, figures=figures, card=text)
    return figures


def held_out(model: Autoencoder, corpus: Corpus, tokenizer: Tokenizer) -> dict[str, Any]:
    """Return likelihood figures of the test split, our own voice and captions apart."""
    out: dict[str, Any] = {}
    for register in ("voice", "captions"):
        part = [s for s in corpus.test if s.register == register]
        if len(part) > 1:
            words = sum(s.words for s in part)
            figures = likelihood(model, encode(part, tokenizer), words)
            out[register] = rounded({"texts": len(part), "words": words, **figures})
    return out
