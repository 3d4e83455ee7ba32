"""Tokens a second of the pretrained decoder, beside `generate` of transformers with its weights.

Both write about the same song with the same temperature and nucleus, on all cores, in turns. A
token counts where it belongs to a finished text; what either of them computes beside that does
not. Imported only when it is run: torch comes with it.
"""

import itertools
import math
import time
from collections.abc import Callable
from typing import Any

import torch

from curator.bench import machine
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.results import Bar, Beside, Measure, Result, times
from curator.bench.spread import Spread
from models import checkpoint, library
from models.checkpoint import CheckpointError
from models.corpus import own_voice, prepare
from models.pretrained.base import find
from models.pretrained.merging import as_transformers
from models.pretrained.products import Precision
from models.pretrained.prompt import told
from models.pretrained.stepped import nats_a_token
from models.pretrained.writer import PretrainedWriter
from models.rows import MAX_TOKENS
from models.tokenizer import BOS, EOS, PAD
from models.writer import Conditions, SampleEvent, Sampling

MODEL = "smollm2-voice"
GENERATE = "transformers generate"
BARS = {8: 3.0, 16: 5.0}
"""By batch: how many times the rate of `generate` ours must be at least."""
COST = 2.0
"""Per cent of perplexity that a precision may cost."""
_TEXTS = 256
_SONG = Conditions("Velvet Meridian", "Glass Orchard", ("dream pop",), {"energy": 0.6})

Write = Callable[[], int]
"""Writes a batch and returns how many tokens its texts have."""


def pretrained(lab: Lab) -> Result:
    """Measure tokens a second at batch 8 and 16. Raises `CannotMeasure`."""
    before = torch.get_num_threads()
    torch.set_num_threads(machine.cores())
    try:
        return _measure(lab)
    finally:
        torch.set_num_threads(before)


def _measure(lab: Lab) -> Result:
    lab.tell("loading the model")
    writer = _writer(lab)
    theirs = _generate(writer)
    rates: dict[tuple[int, str], list[float]] = {}
    takers = {(batch, "ours"): _ours(writer, batch) for batch in BARS}
    takers |= {(batch, GENERATE): theirs(batch) for batch in BARS}
    for write in takers.values():
        write()  # once for nothing: caches, threads
    for _ in lab.turns("turns", range(lab.scale.turns)):
        for name, write in takers.items():
            start = time.perf_counter()
            written = write()
            rates.setdefault(name, []).append(written / (time.perf_counter() - start))
    spreads = {name: Spread.of(found) for name, found in rates.items()}
    measures = tuple(
        Measure(
            f"batch {batch}",
            "tokens/s",
            spreads[batch, "ours"],
            (Beside(GENERATE, spreads[batch, GENERATE]),),
            (_bar(spreads, batch, limit),),
        )
        for batch, limit in BARS.items()
    )
    if writer.precision != "fp32":
        lab.tell(f"what {writer.precision} costs")
        cost = _cost(writer)
        bar = Bar(f"≤ {COST:g} %", cost, "≤", COST)
        found = Spread.of([cost])
        measures += (Measure(f"perplexity, {writer.precision} less fp32", "%", found, bars=(bar,)),)
    threads = torch.get_num_threads()
    return Result(
        "pretrained",
        f"tokens a second on {writer.device}, {threads} torch threads for both",
        measures,
        notes=(
            f"{writer.precision} was chosen here when the model was first loaded",
            "tokens of finished texts, streaming and checks included; transformers in fp32",
            f"perplexity of writable tokens over {_TEXTS} of our own sentences held out",
        ),
        facts={"model": writer.name, "precision": writer.precision, "torch_threads": threads},
    )


def _bar(spreads: dict[tuple[int, str], Spread], batch: int, limit: float) -> Bar:
    ours, theirs = (spreads[batch, who].median for who in ("ours", GENERATE))
    return times(ours, theirs, "≥", limit, GENERATE)


def _writer(lab: Lab) -> PretrainedWriter:
    try:
        folder = library.find(MODEL)
        return PretrainedWriter(checkpoint.load(folder), MODEL, lab.device)
    except CheckpointError as error:
        raise CannotMeasure(str(error)) from error


def _ours(writer: PretrainedWriter, batch: int) -> Write:
    seeds = itertools.count(1)

    def write() -> int:
        # One draft a text, as `generate` makes them: choosing among drafts is for the reader.
        one = Sampling(candidates=1)
        events = writer.write(_SONG, batch, next(seeds), sampling=one)
        return sum(event.tokens for event in events if isinstance(event, SampleEvent))

    return write


def _generate(writer: PretrainedWriter) -> Callable[[int], Write]:
    """Return what makes a batch's `generate` on the same weights, as transformers has them."""
    try:
        from transformers import logging
    except ImportError:
        message = "transformers is not installed: pip install -e '.[dev]'"
        raise CannotMeasure(message) from None
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    base = find(writer.model.config.named)
    model: Any = as_transformers(writer.model, base).to(writer.device)
    song = writer.known(_SONG), _SONG.artist, _SONG.title
    before = [*told(writer.tokenizer, *song), BOS]

    def of(batch: int) -> Write:
        inputs = torch.tensor([before] * batch, device=writer.device)

        def write() -> int:
            with torch.inference_mode():
                out = model.generate(
                    inputs,
                    attention_mask=torch.ones_like(inputs),
                    do_sample=True,
                    temperature=writer.temperature,
                    top_p=0.9,
                    top_k=40,
                    max_new_tokens=MAX_TOKENS,
                    eos_token_id=EOS,
                    pad_token_id=PAD,
                )
            return int((out[:, len(before) :] != PAD).sum())

        return write

    return of


def _cost(writer: PretrainedWriter) -> float:
    """Return by how many per cent the precision in use raises the perplexity of held-out
    sentences."""
    corpus = prepare(own_voice())
    held = [s for s in corpus.test if s.register == "voice"][:_TEXTS]
    precisions: tuple[Precision, Precision] = ("fp32", writer.precision)
    full, used = (nats_a_token(writer, held, precision) for precision in precisions)
    return 100 * (math.exp(used - full) - 1)
