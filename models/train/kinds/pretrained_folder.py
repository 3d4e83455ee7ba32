"""From the best weights to the folder of an adapter: prior, writable tokens, figures, card."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models.claims import capitals
from models.corpus import Corpus
from models.encoding import encode
from models.evaluate import posteriors, rounded, variety
from models.guards import TrainingText
from models.pretrained.model import Pretrained
from models.pretrained.writer import PretrainedWriter
from models.prior import LatentPrior
from models.train.card import Kept, card
from models.train.config import TrainConfig
from models.train.finishing import writable_tokens, write_samples
from models.train.kinds.latent_folder import held_out
from models.train.state import State
from models.units import Tokenizer

CANDIDATES = 3
"""Drafts of a text. Five texts at a time leave room for as many beside them: they cost little."""

_NOTES = """Only what was added to the base is stored. Of the training text the weights'
file keeps 32-bit hashes of runs of eight words, by which copies are caught, and each sentence of
our own as a point z with its conditions, from which new z are drawn."""


def finish(
    state: State, config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, out: Path
) -> dict[str, Any]:
    """Write the model's folder and return its figures."""
    model = state.model
    assert isinstance(model, Pretrained)
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
    training = TrainingText.of(s.text for s in corpus.train)
    if model.before is not None:  # what it began from has read is not to be copied either
        training |= model.before
    tensors |= training.tensors()
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
        "decoding": {
            "candidates": CANDIDATES,
            "capitals": capitals(s.text for s in voice),
        },
        "tensors": tensors,
        "tokenizer": tokenizer,
        "words": sorted({unit for s in voice for unit in model.tokenizer.units(s.text)}),
    }
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint.save(Path(scratch), **content, figures=figures, card="")
        writer = PretrainedWriter(checkpoint.load(Path(scratch)), out.name, "cpu")
    samples = write_samples(writer, corpus.test or corpus.train, config.samples)
    figures["samples"] = rounded(variety([t for _, t in samples], [s.text for s in corpus.train]))
    c = model.config
    sizes = f"""On the base {c.named}: low-rank matrices of rank {c.rank}; z {c.latent}, through
{c.slots} slots in every layer; the encoder reads the base after {c.reads} layers."""
    text = card(out.name, config, Kept(sizes, _NOTES), corpus.funnel, figures, samples)
    checkpoint.save(out, **content, figures=figures, card=text)
    return figures
