"""From the best weights of a recurrent language model to a folder that can be shipped."""

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models.corpus import Corpus, Sentence
from models.encoding import encode
from models.evaluate import rounded, variety
from models.guards import TrainingText
from models.recurrent import RecurrentLm, sentence_nats
from models.recurrent_writer import RecurrentWriter
from models.tokenizer import BpeTokenizer
from models.train.card import Kept, card
from models.train.config import TrainConfig
from models.train.finishing import writable_tokens, write_samples
from models.train.state import State
from models.units import Tokenizer, unknown_nats

_NOTES = """Of the training text the weights'
file keeps 32-bit hashes of runs of eight words, by which copies are caught."""


def finish(
    state: State, config: TrainConfig, corpus: Corpus, tokenizer: Tokenizer, out: Path
) -> dict[str, Any]:
    """Write the model's folder and return its figures."""
    model = state.model
    assert isinstance(model, RecurrentLm)
    model.load_state_dict(state.best)
    # What is measured is what ships: weights as half precision will give them back.
    model.half().float()
    model.eval()
    voice = [s for s in corpus.train if s.register == "voice"] or corpus.train
    tensors = {f"model/{k}": v.detach().cpu().numpy() for k, v in model.state_dict().items()}
    tensors["writable"] = np.array(writable_tokens(voice, tokenizer), np.int32)
    tensors |= TrainingText.of(s.text for s in corpus.train).tensors()
    figures: dict[str, Any] = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": state.position.step,
        "training_seconds": round(state.position.seconds),
        "gradient_noise_scale": state.noise_scale.rounded,
        "held_out": held_out(model, corpus, tokenizer),
    }
    units = tokenizer.units if isinstance(tokenizer, BpeTokenizer) else None
    content: dict[str, Any] = {
        "kind": "recurrent",
        "config": model.config.to_dict(),
        "decoding": {"candidates": 1},
        "tensors": tensors,
        "tokenizer": tokenizer,
        "words": sorted({unit for s in voice for unit in units(s.text)}) if units else [],
    }
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint.save(Path(scratch), **content, figures=figures, card="")
        writer = RecurrentWriter(checkpoint.load(Path(scratch)), out.name, "cpu")
    samples = write_samples(writer, corpus.test or corpus.train, config.samples)
    figures["samples"] = rounded(variety([t for _, t in samples], [s.text for s in corpus.train]))
    c = model.config
    told = f" Told at every word: {', '.join(c.features)}." if c.features else ""
    sizes = f"""{c.cell.upper()} of {c.hidden} in {c.layers} layer(s) over
{c.vocabulary:,} {c.tokens}; embedding {c.embedding}, tied to the output.{told}"""
    text = card(out.name, config, Kept(sizes, _NOTES), corpus.funnel, figures, samples)
    checkpoint.save(out, **content, figures=figures, card=text)
    return figures


def held_out(model: RecurrentLm, corpus: Corpus, tokenizer: Tokenizer) -> dict[str, Any]:
    """Return likelihood figures of the test split, our own voice and captions apart."""
    out: dict[str, Any] = {}
    for register in ("voice", "captions"):
        part = [s for s in corpus.test if s.register == register]
        if len(part) > 1:
            out[register] = _figures(model, part, tokenizer)
    return out


def _figures(model: RecurrentLm, part: list[Sentence], tokenizer: Tokenizer) -> dict[str, Any]:
    data = encode(part, tokenizer)
    words = sum(s.words for s in part)
    tokens = sum(len(t) - 1 for t in data.tokens)
    nats = float(sentence_nats(model, data).sum())
    spelled = sum(unknown_nats(tokenizer, s.text) for s in part)
    return rounded(
        {
            "texts": len(part),
            "words": words,
            "nll_per_token": nats / tokens,
            "perplexity_per_word": math.exp((nats + spelled) / words),
        }
    )
