"""The model card: what a model is made of, how good it is, what it cannot do."""

from collections.abc import Sequence
from typing import Any

from models.corpus import Funnel
from models.cvae import CvaeConfig
from models.train.config import TrainConfig

_SHOWN = 30


def card(
    name: str,
    config: TrainConfig,
    sizes: CvaeConfig,
    funnel: Funnel,
    figures: dict[str, Any],
    samples: Sequence[tuple[tuple[str, ...], str]],
) -> str:
    """Return the card of a model in Markdown."""
    stages = "; ".join(
        f"{s.name} (up to {s.epochs} epochs, rate {s.rate:g} to {s.final_rate:g}, "
        f"dropout {s.dropout:g}, word dropout {s.word_dropout:g}, batch {s.batch})"
        for s in config.stages
    )
    sources = "\n".join(f"- `{file}`: {rows:,} rows" for file, rows in funnel.read.items())
    tables = "\n".join(
        _table(f"Held out, {register}", part) for register, part in figures["held_out"].items()
    )
    shown = "\n".join(f"- *{', '.join(genres)}*: {text}" for genres, text in samples[:_SHOWN])
    return f"""# {name}

A conditional variational autoencoder that writes one sentence about how a song sounds, given
genres and audio features. It is meant for drafts that a person reads, edits and signs.

## Sizes
{figures["parameters"]:,} parameters, stored in half precision. Byte-level BPE of
{sizes.vocabulary:,} tokens; embedding {sizes.embedding}; encoder GRU 2 × {sizes.encoder}; z
{sizes.latent}; decoder GRU {sizes.hidden}.

## Training
Stages: {stages}. {figures["steps"]:,} steps in {figures["training_seconds"] / 60:.0f} minutes.
The reconstruction is summed over a text, the KL weighs {config.beta:g} at the end, and
{config.free_bits:g} nats a dimension are free. What ships is the moving average of the weights
at the end. Held-out likelihood is best before the last stage, which is there for whole sentences:
compare `overlap_4` with it.

## Data
{sources}

Files under `corpus/voice` are our own writing, MIT like the rest. MusicCaps, where it is among the
sources (Agostinelli et al. 2023, CC BY-SA 4.0), is not part of this repository; its genres and
features are derived from its aspect tags by `corpus/aspects.txt`. Of the training text the
weights' file keeps 32-bit hashes of runs of eight words, by which copies are caught, and each
sentence of our own as a point z with its conditions, from which new z are drawn. Embeddings may
start from word vectors (the shipped model's: SmolLM2-135M, Apache-2.0, reduced to our words).
Texts are split by song.

```
{chr(10).join(funnel.lines())}
```

## Figures
Nats; the swap gaps say what a token costs more when z, or a, is another text's.

{tables}
{_table(f"{len(samples)} unselected samples for held-out songs", figures["samples"])}
## Samples
The first {min(_SHOWN, len(samples))} of those, unselected, at the default temperature:

{shown}

## Limits
English only. It has read a few thousand sentences: it knows no facts, has heard no music, mixes
its metaphors, now and then names an instrument that the song does not have, and repeats favourite
images over many samples. `overlap_4` says how much of its wording it owes to its training text.
"""


def _table(title: str, figures: dict[str, Any]) -> str:
    rows = "\n".join(f"| {key.replace('_', ' ')} | {value:,} |" for key, value in figures.items())
    return f"**{title}**\n\n| figure | value |\n|---|---:|\n{rows}\n"
