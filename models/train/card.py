"""The model card: what a model is made of, how good it is, what it cannot do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.corpus import Funnel
from models.train.config import TrainConfig

FIGURES, LIMITS = "## Figures", "## Limits"
_SHOWN = 30

_WHAT = {
    "cvae": """A conditional variational autoencoder that writes one sentence about how a song
sounds, given genres and audio features. It is meant for drafts that a person reads, edits and
signs.""",
    "vae": """A variational autoencoder of single sentences about music, without conditions: it
knows nothing of the song, and is there to be sampled, to reconstruct, and to walk between two
sentences (Bowman et al. 2016).""",
    "recurrent": """A recurrent language model of single sentences about music. It has no latent
space; it is the yardstick for the models that have one.""",
    "pretrained": """A small language model from elsewhere that was taught to write one sentence
about how a song sounds, given its names, genres and audio features, from a point z of a latent
space. It is meant for drafts that a person reads, edits and signs.""",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a card tells beside the configuration: sizes in words, notes on what the file keeps."""

    sizes: str
    notes: str = ""


def card(
    name: str,
    config: TrainConfig,
    kept: Kept,
    funnel: Funnel,
    figures: Mapping[str, Any],
    samples: Sequence[tuple[tuple[str, ...], str]],
) -> str:
    """Return the card of a model in Markdown."""
    stages = "; ".join(
        f"{s.name} (up to {s.epochs} epochs, rate {s.rate:g} to {s.final_rate:g}, "
        f"dropout {s.dropout:g}, word dropout {s.word_dropout:g}, batch {s.batch})"
        for s in config.stages
    )
    sources = "\n".join(f"- `{file}`: {rows:,} rows" for file, rows in funnel.read.items())
    vectors = " Embeddings started from word vectors." if config.word_vectors else ""
    noise = figures.get("gradient_noise_scale")
    scale = f" The gradient noise scale was about {noise:,} texts at the end." if noise else ""
    return f"""# {name}

{_WHAT[config.kind]}

## Sizes
{figures["parameters"]:,} parameters, stored in half precision. {kept.sizes}

## Training
Stages: {stages}. {figures["steps"]:,} steps in {figures["training_seconds"] / 60:.0f} minutes.
Objective: {_settings(config.objective)}.{vectors}{scale} What ships is the moving average of the
weights at the end. Where a last stage has little noise, held-out likelihood is best before it;
that stage is there for whole sentences: compare `overlap_4` with it.

## Data
{sources}

Files under `corpus/voice` are our own writing, MIT like the rest. MusicCaps, where it is among the
sources (Agostinelli et al. 2023, CC BY-SA 4.0), is not part of this repository; its genres and
features are derived from its aspect tags by `corpus/aspects.txt`. {kept.notes}
Texts are split by song.

```
{chr(10).join(funnel.lines())}
```

{measured(figures, samples)}
{LIMITS}
English only. It has read a few thousand sentences: it knows no facts, has heard no music, mixes
its metaphors, now and then names an instrument that the song does not have, and repeats favourite
images over many samples. `overlap_4` says how much of its wording it owes to its training text.
"""


def measured(figures: Mapping[str, Any], samples: Sequence[tuple[tuple[str, ...], str]]) -> str:
    """Return the part of a card from `FIGURES` to before `LIMITS`: what was measured, and samples
    as (genres, text)."""
    tables = "\n".join(
        _table(f"Held out, {register}", part)
        for register, part in figures.get("held_out", {}).items()
    )
    shown = "\n".join(f"- *{', '.join(genres)}*: {text}" for genres, text in samples[:_SHOWN])
    return f"""{FIGURES}
Nats; the swap gaps say what a token costs more when z, or a, is another text's.

{tables}
{_table(f"{len(samples)} unselected samples for held-out songs", figures["samples"])}
## Samples
The first {min(_SHOWN, len(samples))} of those, unselected, at the default temperature:

{shown}
"""


def _settings(objective: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {v:g}" for k, v in objective.items()) or "as by default"


def _table(title: str, figures: Mapping[str, Any]) -> str:
    rows = "\n".join(f"| {key.replace('_', ' ')} | {value:,} |" for key, value in figures.items())
    return f"**{title}**\n\n| figure | value |\n|---|---:|\n{rows}\n"
